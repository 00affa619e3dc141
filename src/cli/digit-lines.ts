/** Groups of an installation or confirmation id in a line. */
const GROUPS_IN_LINE = 5;

/** An installation or confirmation id for the phone: lines of five groups, each numbered by its first group. */
export function digitLines(id: string): string {
  const groups = id.split("-");
  const starts = groups.map((_, at) => at).filter((at) => at % GROUPS_IN_LINE === 0);
  return starts
    .map((at) => `${String(at + 1).padStart(4)}:  ${groups.slice(at, at + GROUPS_IN_LINE).join("  ")}`)
    .join("\n");
}
