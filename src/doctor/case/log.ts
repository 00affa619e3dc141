import type { Evidence, LogSpan } from "../evidence/model.ts";

/** Whether a log is of the computer that rows of requests name; a log without a name is of the machine of its file. */
export function isLogOf(
  evidence: Evidence,
  { computer: logged, origin }: LogSpan,
  computer: string,
): boolean {
  return (
    logged === computer || (logged === "" && evidence.machineOf(origin)?.label.toLowerCase() === computer)
  );
}
