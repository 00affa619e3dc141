import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Assessment, assess } from "../../src/doctor/assess.ts";
import { caseOf } from "../../src/doctor/case/case.ts";
import type { Cause, Judgement } from "../../src/doctor/cause.ts";
import { gather } from "../../src/doctor/evidence/gather.ts";
import type { Evidence } from "../../src/doctor/evidence/model.ts";

/** Files by name, as somebody would hand them over. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Reads files the way `muster doctor` does, from a folder that is deleted afterwards. */
export async function evidenceOf(files: Files): Promise<Evidence> {
  const folder = mkdtempSync(join(tmpdir(), "muster-doctor-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    return await gather([folder]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What one cause says of these files. */
export async function judged(cause: Cause, files: Files): Promise<Judgement<unknown>> {
  return cause.judge(caseOf(await evidenceOf(files)));
}

/** What the doctor says of these files. */
export async function assessed(files: Files): Promise<Assessment> {
  return assess(await evidenceOf(files));
}
