import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { fuzz, inputsOf, type Outcome } from "../test/fuzz/fuzz.ts";
import { fuzzAll } from "../test/fuzz/pool.ts";
import { removeScratch } from "../test/fuzz/scratch.ts";
import { defectText, outcomeTable } from "../test/fuzz/table.ts";
import { TARGETS } from "../test/fuzz/targets.ts";

// Fuzzes everything that reads what others wrote, on all cores: `bun scripts/fuzz-night.ts [--inputs 1000000]
// [--target NAME …] [--seed 1] [--threads 2]`; `--only NUMBER` has one input read again. It ends with a table, also at
// Ctrl+C, and with 1 when there is a defect.
const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "1000000" },
    target: { type: "string", multiple: true },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    threads: { type: "string", default: String(availableParallelism()) },
    only: { type: "string" },
  },
});
const seed = Number(values.seed);
const unknown = values.target?.find((name) => !TARGETS.some((target) => target.name === name));
if (unknown !== undefined) {
  console.error(`There is no target ${unknown}; there are ${TARGETS.map(({ name }) => name).join(", ")}.`);
  process.exit(2);
}
const outcomes = values.only === undefined ? await all() : await one(Number(values.only));
const defects = outcomes.flatMap((outcome) => outcome.defects);
console.log(outcomeTable(outcomes));
for (const defect of defects) console.log(`\n${defectText(defect)}`);
process.exit(defects.length === 0 ? 0 : 1);

async function all(): Promise<Outcome[]> {
  console.log(`Seed ${seed}, ${values.inputs} inputs, ${values.threads} threads.`);
  let told = 0;
  const ended = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => ended.abort());
  return fuzzAll({
    seed,
    inputs: Number(values.inputs),
    targets: values.target,
    threads: Number(values.threads),
    signal: ended.signal,
    onProgress(outcomes, left) {
      const sum = outcomes.reduce((all, { inputs }) => all + inputs, 0);
      const wrong = outcomes.reduce((all, each) => all + each.defects.length, 0);
      if (!process.stderr.isTTY && sum < told + 1_000_000) return;
      told = sum;
      const current = outcomes.findLast(({ inputs }) => inputs > 0)?.target;
      process.stderr.write(
        `${process.stderr.isTTY ? "\r\x1b[K" : ""}${sum.toLocaleString("en")} inputs, ${left} pieces left, ${wrong} defects, at ${current}${process.stderr.isTTY ? "" : "\n"}`,
      );
    },
  });
}

async function one(number: number): Promise<Outcome[]> {
  const found: Outcome[] = [];
  for (const target of TARGETS.filter(({ name }) => values.target?.includes(name) ?? true)) {
    console.log(
      `${target.name}: ${JSON.stringify(Buffer.from((await inputsOf(target, seed))(number)).toString()).slice(0, 2000)}`,
    );
    found.push(await fuzz(target, { seed, from: number, to: number + 1 }, () => {}));
    await target.close?.();
  }
  removeScratch();
  return found;
}
