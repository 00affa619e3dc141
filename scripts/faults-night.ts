import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type FaultRow, formatTable } from "../test/faults/rows.ts";

// The fault suite at the size of a night: `bun scripts/faults-night.ts --kills 1000 [--seed TEXT] [--rows FILE] [--write]
// [PATH …]`. It runs the tests in test/faults with so many SIGKILLs, prints one table of all, and ends with 1 on any loss.
// The same seed kills at the same moments. --rows keeps the rows of the table in a file and adds to those that are there,
// for a night in several parts; --write puts the table into docs/faults.md.

const ROOT = join(import.meta.dir, "..");
const PAGE = join(ROOT, "docs", "faults.md");
const BEGIN = "<!-- table: scripts/faults-night.ts --write -->";
const END = "<!-- end of table -->";

const { values, positionals } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e6)) },
    rows: { type: "string" },
    write: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const kills = Number(values.kills);
if (!Number.isInteger(kills) || kills < 1) {
  console.error("--kills must be a number from 1.");
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), "muster-faults-"));
const file = values.rows === undefined ? join(folder, "rows") : resolve(values.rows);
console.error(`The seed is ${values.seed}.`);
const paths = positionals.length > 0 ? positionals : ["./test/faults"];
const tests = Bun.spawn([process.execPath, "test", "--no-orphans", "--timeout", "1200000", ...paths], {
  cwd: ROOT,
  env: { ...process.env, FAULTS_KILLS: values.kills, FAULTS_SEED: values.seed, FAULTS_ROWS: file },
  stdout: "ignore",
  stderr: "inherit",
});
const exit = await tests.exited;
const rows = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map(readRow) : [];
rmSync(folder, { recursive: true });

const table = formatTable(rows);
console.log(table);
if (values.write) writeTable(table);
const wrong = rows.filter(({ lost, doubled, overSeats }) => lost + doubled + overSeats > 0);
const isFine = exit === 0 && rows.length > 0 && wrong.length === 0;
if (!isFine) console.error(`Something went wrong, with the seed ${values.seed}: look above.`);
process.exitCode = isFine ? 0 : 1;

function readRow(line: string): FaultRow {
  return JSON.parse(line) as FaultRow;
}

function writeTable(text: string): void {
  const page = readFileSync(PAGE, "utf8");
  const [before] = page.split(BEGIN);
  const [, after] = page.split(END);
  if (before === undefined || after === undefined) throw new Error(`${PAGE} has no place for the table.`);
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? "unknown processor"}, ${process.platform} ${process.arch}, Bun ${Bun.version}`;
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${text}\n\nMeasured on ${machine}.\n\n${END}${after}`);
}
