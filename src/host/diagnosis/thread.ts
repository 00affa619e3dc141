/** A thread of the doctor: it takes one question, answers it, and is ended with all the memory that took. */
import { assess } from "../../doctor/assess.ts";
import { gather, gatherSources } from "../../doctor/evidence/gather.ts";
import type { Evidence } from "../../doctor/evidence/model.ts";
import { documentOf } from "../../doctor/report/document.ts";
import { Problem } from "../../protocol/problems.ts";
import { openHostStore } from "../folder-store.ts";
import type { DoctorAnswer, DoctorQuestion } from "./messages.ts";
import { hostEvidence } from "./own-evidence.ts";

declare const self: Worker;

self.onmessage = async ({ data }: MessageEvent<DoctorQuestion>) => {
  self.postMessage(await answer(data));
};

async function answer(question: DoctorQuestion): Promise<DoctorAnswer> {
  try {
    const assessment = assess(await evidenceFor(question));
    return {
      kind: "documents",
      documents: { en: documentOf(assessment, "en"), ja: documentOf(assessment, "ja") },
    };
  } catch (error) {
    if (error instanceof Problem) return { kind: "problem", name: error.name, message: error.message };
    return { kind: "defect", message: error instanceof Error ? error.message : String(error) };
  }
}

async function evidenceFor({ of, folder, now }: DoctorQuestion): Promise<Evidence> {
  if (of === "files") return gather([folder]);
  const store = await openHostStore(folder);
  try {
    return await gatherSources(await hostEvidence(folder, store, now));
  } finally {
    await store.close();
  }
}
