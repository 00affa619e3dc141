import type { Defect, Outcome } from "./fuzz.ts";

/** The outcomes as a table in Markdown, which reads as well in a terminal. */
export function outcomeTable(outcomes: readonly Outcome[]): string {
  const figures = (inputs: number, accepted: number, refused: number, defects: number) =>
    [inputs, accepted, refused, defects].map((figure) => figure.toLocaleString("en"));
  const rows = outcomes.map(({ target, inputs, accepted, refused, defects }) => [
    target,
    ...figures(inputs, accepted, refused, timesOf(defects)),
  ]);
  const sum = (figure: (outcome: Outcome) => number) => outcomes.reduce((all, each) => all + figure(each), 0);
  const total = figures(
    sum(({ inputs }) => inputs),
    sum(({ accepted }) => accepted),
    sum(({ refused }) => refused),
    sum(({ defects }) => timesOf(defects)),
  );
  const all = [["target", "inputs", "accepted", "refused", "defects"], ...rows, ["all", ...total]];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]) =>
    `| ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(" | ")} |`;
  const rule = `|${widths.map((width, at) => (at === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  const [head = [], ...body] = all;
  return [line(head), rule, ...body.map(line)].join("\n");
}

/** What to tell of a defect: what it is, the input, and how to see it again. */
export function defectText({ target, seed, number, defect, times, input }: Defect): string {
  const shown =
    input === ""
      ? []
      : [
          `  input (base64): ${input}`,
          `  as text: ${JSON.stringify(Buffer.from(input, "base64").toString().slice(0, 500))}`,
        ];
  return [
    `${target}: ${defect} (${times} ${times === 1 ? "input" : "inputs"})`,
    ...shown,
    `  again: bun scripts/fuzz-night.ts --target ${target} --seed ${seed} --only ${number}`,
  ].join("\n");
}

function timesOf(defects: readonly Defect[]): number {
  return defects.reduce((sum, { times }) => sum + times, 0);
}
