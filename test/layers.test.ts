import { expect, test } from "bun:test";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const LAYERS = ["cli", "fleet", "host", "console", "doctor", "client", "vendor", "protocol"];
const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Sources by their path from the root of the project. */
type Tree = ReadonlyMap<string, string>;

async function readTree(): Promise<Tree> {
  const paths = await Array.fromAsync(new Bun.Glob("src/**/*.{ts,tsx,js,jsx,mjs}").scan(ROOT));
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await Bun.file(join(ROOT, path)).text()] as const)),
  );
}

/** The source without the comments that have lines of their own: examples in them import nothing. */
const codeOf = (source: string) => source.replace(/^\s*(\/\/.*|\/\*[\s\S]*?\*\/)/gm, "");

/** What a source imports, as it is written: static, dynamic, for its types or its effect, by re-export, or by URL. */
function importsOf(source: string): string[] {
  const clause = /\b(?:import|export)\s+(?:[\w$*{},\s]+?\bfrom\s*)?/.source;
  const call = /\b(?:import|require|URL)\s*\(\s*/.source;
  const written = new RegExp(`(?:${clause}|${call})["'\`]([^"'\`]+)["'\`]`, "g");
  return [...codeOf(source).matchAll(written)].map(([, specifier = ""]) => specifier);
}

const target = (file: string, specifier: string) => join(dirname(file), specifier);
const rankOf = (file: string) => (file.startsWith("src/") ? LAYERS.indexOf(file.split("/")[1] ?? "") : -1);

/** Whether the layer rule lets a file import what a relative specifier leads to. */
function mayImport(file: string, imported: string): boolean {
  if (imported === "package.json") return true;
  if (imported.startsWith("test/")) return /\.test\.tsx?$/.test(file);
  return rankOf(file) >= 0 && rankOf(imported) >= rankOf(file);
}

/** Every import that points up, as `file imports target`. */
function upwardImports(tree: Tree): string[] {
  return [...tree].flatMap(([file, source]) =>
    importsOf(source)
      .filter((specifier) => specifier.startsWith(".") || /^(muster\b|\/|file:)/.test(specifier))
      .map((specifier) => (specifier.startsWith(".") ? target(file, specifier) : specifier))
      .filter((imported) => !mayImport(file, imported))
      .map((imported) => `${file} imports ${imported}`),
  );
}

/** What these files and all they import take from outside the language and the web's own interfaces. */
function foreignParts(tree: Tree, entries: readonly string[]): string[] {
  const reached = new Set(entries);
  const found: string[] = [];
  for (const file of reached) {
    const source = tree.get(file);
    if (source === undefined) found.push(`${file} is missing`);
    for (const specifier of importsOf(source ?? "")) {
      if (specifier.startsWith(".")) reached.add(target(file, specifier));
      else found.push(`${file} imports ${specifier}`);
    }
    const globals = codeOf(source ?? "").match(/\b(?:Bun|Buffer|process|__dirname)\b(?=\.\w|\[)/g) ?? [];
    found.push(...globals.map((name) => `${file} uses ${name}`));
  }
  return found;
}

test("every file imports only from its own folder and from layers further down", async () => {
  const tree = await readTree();
  expect(tree.size).toBeGreaterThan(20);
  expect(upwardImports(tree)).toEqual([]);
});

test("the protocol and the SDK need nothing but the language and the web's own interfaces", async () => {
  const tree = await readTree();
  const protocol = [...tree.keys()].filter((file) => /^src\/protocol\/(?!.*\.test\.ts)/.test(file));
  expect(protocol.length).toBeGreaterThan(10);
  expect(foreignParts(tree, [...protocol, "src/client/sdk.ts"])).toEqual([]);
});

test.each([
  ["src/host/a.ts", 'import { x } from "../cli/x.ts";', "src/cli/x.ts"],
  ["src/host/a.ts", 'import type { X } from "../fleet/x.ts";', "src/fleet/x.ts"],
  ["src/host/a.ts", 'import {\n  x,\n  y,\n} from "../cli/x.ts";', "src/cli/x.ts"],
  ["src/host/sqlite/a.ts", 'export * from "../../cli/x.ts";', "src/cli/x.ts"],
  ["src/host/a.ts", 'import { y } from "./y.ts";\nexport * as x from "../cli/x.ts";', "src/cli/x.ts"],
  ["src/host/a.ts", 'import x, { type Y } from "../cli/x.ts";', "src/cli/x.ts"],
  ["src/vendor/a.ts", 'export { x } from "../client/x.ts";', "src/client/x.ts"],
  ["src/protocol/a.ts", 'import "../vendor/x.ts";', "src/vendor/x.ts"],
  ["src/doctor/a.ts", 'const x = await import("../console/x.ts");', "src/console/x.ts"],
  ["src/doctor/a.ts", "type X = import('../host/x.ts').X;", "src/host/x.ts"],
  ["src/client/a.ts", 'const x = require("../doctor/x.ts");', "src/doctor/x.ts"],
  ["src/client/a.ts", 'new Worker(new URL("../doctor/x.ts", import.meta.url));', "src/doctor/x.ts"],
  ["src/client/a.test.ts", 'import { x } from "../host/x.ts";', "src/host/x.ts"],
  ["src/client/a.ts", 'import { x } from "../../test/x.ts";', "test/x.ts"],
  ["src/client/a.ts", 'import { x } from "../../bench/x.ts";', "bench/x.ts"],
  ["src/client/a.ts", 'import { x } from "../other/x.ts";', "src/other/x.ts"],
  ["src/other/a.ts", 'import { x } from "../protocol/x.ts";', "src/protocol/x.ts"],
  ["src/client/a.ts", 'import { x } from "muster/client";', "muster/client"],
])("in %s the line %s is caught", (file, source, imported) => {
  expect(upwardImports(new Map([[file, source]]))).toEqual([`${file} imports ${imported}`]);
});

test.each([
  ["src/cli/a.ts", 'import { version } from "../../package.json";'],
  ["src/cli/a.ts", 'import { x } from "../protocol/x.ts";\nimport { y } from "./y.ts";'],
  [
    "src/host/sqlite/a.ts",
    'import { x } from "../store.ts";\nimport sql from "./1.sql" with { type: "text" };',
  ],
  ["src/client/a.test.ts", 'import { x } from "../../test/x.ts";\nimport { expect } from "bun:test";'],
  ["src/host/a.ts", 'const fields = ["to", "from", "../cli/x.ts"];'],
  ["src/host/a.ts", 'export const from = "../cli/x.ts";'],
  ["src/client/a.ts", '/**\n * import { x } from "../cli/x.ts";\n */\n// import "../cli/x.ts";'],
])("in %s the line %s is fine", (file, source) => {
  expect(upwardImports(new Map([[file, source]]))).toEqual([]);
});

test.each([
  ['import { z } from "zod";', "imports zod"],
  ['import { readFileSync } from "node:fs";', "imports node:fs"],
  ['import { Database } from "bun:sqlite";', "imports bun:sqlite"],
  ['import type { Server } from "bun";', "imports bun"],
  ['const { z } = await import("zod");', "imports zod"],
  ["const file = Bun.file(path);", "uses Bun"],
  ["const debug = process.env.DEBUG;", "uses process"],
  ["const bytes = Buffer.from(text);", "uses Buffer"],
])("a file that the SDK reaches may not hold %s", (source, words) => {
  const tree = new Map([
    ["src/client/sdk.ts", 'export * from "./ask.ts";'],
    ["src/client/ask.ts", 'import { parse } from "../protocol/parse.ts";'],
    ["src/protocol/parse.ts", source],
  ]);
  expect(foreignParts(tree, ["src/client/sdk.ts"])).toEqual([`src/protocol/parse.ts ${words}`]);
});

test("an SDK that is not there is not passed over", () => {
  expect(foreignParts(new Map(), ["src/client/sdk.ts"])).toEqual(["src/client/sdk.ts is missing"]);
});
