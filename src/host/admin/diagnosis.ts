import * as z from "zod";
import type { Language } from "../../doctor/cause.ts";
import { heldOf, type ReportDocument } from "../../doctor/report/document.ts";
import { LABELS } from "../../doctor/report/labels.ts";
import { problem } from "../../protocol/problems.ts";
import type { Diagnosis } from "../diagnosis/doctor.ts";
import { keptFolder, listEvidence, removeEvidence, writeEvidence } from "../diagnosis/kept-evidence.ts";
import { diagnosisSchema, type documentSchema } from "./diagnosis-schema.ts";
import { language } from "./language.ts";
import { route } from "./route.ts";

/** The most that can be dropped at once, in bytes, with what the form adds. */
const MOST_FILES = 64 * 1024 * 1024 + 64 * 1024;
const MOST_NAMES = 200;

const truth = z.enum(["true", "false"]).default("false");

const evidenceId = z.strictObject({ id: z.string().max(40) });

const showDiagnosis = route({
  method: "GET",
  path: "/v1/diagnosis",
  summary:
    "What the doctor says of this host's deployment, as muster doctor on its machine does; at most a minute old unless it is to be fresh.",
  isSlow: true,
  takes: { query: z.strictObject({ lang: language, fresh: truth }) },
  gives: diagnosisSchema,
  handle: async ({ query: { lang, fresh } }, { doctor }) =>
    diagnosisJson(await doctor.ofHost(fresh === "true"), lang),
});

const diagnoseFiles = route({
  method: "POST",
  path: "/v1/diagnosis",
  summary:
    "What the doctor says of files: slmgr texts, event logs, ZIP archives; 64 MiB at most. They are dropped afterwards, unless keep is true.",
  isSlow: true,
  takesFiles: true,
  most: MOST_FILES,
  takes: {
    query: z.strictObject({ lang: language }),
    body: z.object({ keep: truth.describe("Whether the files stay in the host's folder.") }),
  },
  gives: diagnosisSchema,
  before: ({ doctor }) => doctor.checkTurn(),
  async handle({ files, body, query: { lang } }, { folder, clock, doctor, log }) {
    if (files.length === 0)
      throw problem("BAD_REQUEST", "There is no file in the request; add some as files.");
    if (files.length > MOST_NAMES) {
      throw problem(
        "TOO_LARGE",
        `These are ${files.length} files, and ${MOST_NAMES} are taken at most; put them into a ZIP archive.`,
      );
    }
    const isKept = body.keep === "true";
    const evidence = await writeEvidence(folder, files, { isKept, now: clock() });
    let diagnosis: Diagnosis | undefined;
    try {
      diagnosis = await doctor.ofFiles(evidence.folder);
    } finally {
      // Without an answer nobody learns the id of what was kept.
      if (!isKept || diagnosis === undefined) evidence.drop();
    }
    const answer = diagnosisJson(diagnosis, lang);
    if (evidence.id === undefined) return answer;
    log.info({ evidence: evidence.id }, "Evidence was kept.");
    return { ...answer, kept: evidence.id };
  },
});

const showEvidence = route({
  method: "GET",
  path: "/v1/evidence",
  summary: "The evidence that was kept, the newest first.",
  gives: z
    .object({
      evidence: z.array(
        z.object({
          id: z.string(),
          kept: z.iso.datetime(),
          files: z.array(z.object({ name: z.string(), bytes: z.int().min(0) })),
        }),
      ),
    })
    .meta({ id: "Evidence" }),
  handle: async (_, { folder }) => ({
    evidence: listEvidence(folder).map(({ id, kept, files }) => {
      return { id, kept: new Date(kept).toISOString(), files: [...files] };
    }),
  }),
});

const diagnoseEvidence = route({
  method: "GET",
  path: "/v1/evidence/:id/diagnosis",
  summary: "What the doctor says of evidence that was kept.",
  isSlow: true,
  takes: { path: evidenceId, query: z.strictObject({ lang: language }) },
  gives: diagnosisSchema,
  handle: async ({ path: { id }, query: { lang } }, { folder, doctor }) => ({
    ...diagnosisJson(await doctor.ofFiles(keptFolder(folder, id)), lang),
    kept: id,
  }),
});

const dropEvidence = route({
  method: "DELETE",
  path: "/v1/evidence/:id",
  summary: "Remove evidence that was kept.",
  takes: { path: evidenceId },
  gives: z.object({ id: z.string() }).meta({ id: "RemovedEvidence" }),
  async handle({ path: { id } }, { folder, log }) {
    removeEvidence(folder, id);
    log.info({ evidence: id }, "Evidence was removed.");
    return { id };
  },
});

/** The calls about what is wrong. */
export const diagnosisRoutes = [showDiagnosis, diagnoseFiles, showEvidence, diagnoseEvidence, dropEvidence];

function diagnosisJson(
  { made, took, documents }: Diagnosis,
  lang: Language,
): z.input<typeof diagnosisSchema> {
  const document = documents[lang];
  return {
    made: new Date(made).toISOString(),
    took,
    verdict: document.verdict,
    sentence: sentenceOf(document),
    // The document is the doctor's own; its lists are not to be changed, which JSON does not know of.
    document: document as unknown as z.input<typeof documentSchema>,
  };
}

/** The first finding when there is one, or else what the verdict says. */
function sentenceOf(document: ReportDocument): string {
  const [first] = heldOf(document);
  if (first !== undefined && document.verdict !== "healthy") return first.title;
  return LABELS[document.language].verdicts[document.verdict].says;
}
