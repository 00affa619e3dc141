import { once } from "node:events";
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

/** So many characters go to standard output at a time. */
const PIECE = 1 << 16;
/** After so many of them what they were made of is thrown away: left to itself, the runtime lets it pile up for longer. */
const COLLECT = 2 << 20;

/** Writes a report to a file, or to standard output no faster than it is read there. */
export async function writeReport(output: string | undefined, pieces: Iterable<string>): Promise<void> {
  if (output !== undefined) return writeAtomically(output, [...pieces].join(""), 0o644);
  let waiting = "";
  let passed = 0;
  for (const piece of pieces) {
    waiting += piece;
    if (waiting.length < PIECE) continue;
    passed += waiting.length;
    if (passed >= COLLECT) {
      passed = 0;
      Bun.gc(true);
    }
    if (!process.stdout.write(waiting)) await once(process.stdout, "drain");
    waiting = "";
  }
  process.stdout.write(waiting);
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
