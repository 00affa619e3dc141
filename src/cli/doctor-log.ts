import { gather } from "../doctor/evidence/gather.ts";
import type { Evidence } from "../doctor/evidence/model.ts";
import { writeAtomically } from "../vendor/files.ts";
import { readingProgress } from "./reading-progress.ts";

/** Reads evidence, telling on a terminal how far it has come. */
export async function readEvidence(paths: readonly string[]): Promise<Evidence> {
  const progress = readingProgress();
  try {
    return await gather(paths, progress);
  } finally {
    progress.done();
  }
}

/** Writes a report to a file, or to standard output. */
export function writeReport(output: string | undefined, text: string): void {
  if (output === undefined) process.stdout.write(text);
  else writeAtomically(output, text, 0o644);
}

/** Says that no host's log is there, and how to get it; the command then ends with 3: not enough evidence. */
export function tellNoLog(evidence: Evidence, which: string): void {
  const instead =
    evidence.sent.length > 0
      ? "it holds events 12288, which are those of a client; this needs the host's own log"
      : "this needs the log of the KMS host";
  process.stderr.write(
    `muster: there is no event 12290 in ${which}: ${instead}. On the host, run: wevtutil epl "Key Management Service" kms.evtx\n`,
  );
  process.exitCode = 3;
}
