import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

// Lists every cause in src/doctor/causes/index.ts, so that adding a cause is adding a file.
const FOLDER = fileURLToPath(new URL("../src/doctor/causes/", import.meta.url));

/** The text that src/doctor/causes/index.ts has to have for the files beside it. */
export function causesIndex(): string {
  const files = readdirSync(FOLDER)
    .filter((name) => /^[a-z]\d\d-.*\.ts$/.test(name) && !name.endsWith(".test.ts"))
    .sort();
  const exports = files.map((file) => ({
    file,
    names: [...readFileSync(FOLDER + file, "utf8").matchAll(/^export const (\w+) = defineCause[<(]/gm)].map(
      ([, name]) => name ?? "",
    ),
  }));
  const imports = exports.map(({ file, names }) => importLine(file, names.toSorted()));
  const all = exports.flatMap(({ names }) => names);
  return [
    "// Written by scripts/causes.ts from the files of this folder; do not edit.",
    'import type { Cause } from "../cause.ts";',
    ...imports,
    "",
    "/** Every cause that the doctor knows, by id. */",
    "export const CAUSES: readonly Cause[] = [",
    ...all.map((name) => `  ${name},`),
    "];",
    "",
  ].join("\n");
}

function importLine(file: string, names: readonly string[]): string {
  return `import { ${names.join(", ")} } from "./${file}";`;
}

if (import.meta.main) writeFileSync(`${FOLDER}index.ts`, causesIndex());
