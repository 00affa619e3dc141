import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readFigures } from "./figures.ts";
import { provideNeeds } from "./needs.ts";

/** What `npm test` runs: the programs that tests need, the checks, all tests, and one last line with the figures. */

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Programs of system administration, such as named, are not on everybody's PATH. */
const PATH = [join(ROOT, "node_modules/.bin"), process.env.PATH, "/usr/sbin", "/sbin"].join(":");
const CHECKS: [what: string, command: string[]][] = [
  ["types", ["tsc", "--noEmit"]],
  ["lint and format", ["biome", "check", "--error-on-warnings", "."]],
  ["dead code", ["knip"]],
];
/** Two files at a time: half of the tests wait for other processes. */
const TESTS = ["bun", "test", "--no-orphans", "--parallel=2", "--timeout", "120000", "./src", "./test"];

const missing = provideNeeds(PATH);
if (missing !== undefined) {
  console.error(missing);
  process.exit(2);
}

let passed = 0;
let failed = 0;
for (const [what, command] of CHECKS) {
  const isFine =
    (await Bun.spawn(command, { ...surroundings(), stdout: "inherit", stderr: "inherit" }).exited) === 0;
  console.log(`${isFine ? "(pass)" : "(fail)"} ${what}`);
  if (isFine) passed++;
  else failed++;
}
const figures = await runTests();
passed += figures.passed;
failed += figures.failed;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function runTests() {
  const tests = Bun.spawn(TESTS, { ...surroundings(), stdout: "inherit", stderr: "pipe" });
  const decoder = new TextDecoder();
  let output = "";
  for await (const chunk of tests.stderr) {
    await Bun.write(Bun.stderr, chunk);
    output += decoder.decode(chunk, { stream: true });
  }
  return readFigures(output, await tests.exited);
}

/** Settings of a Muster in use on this machine stay out, so that no test touches its folders. */
function surroundings() {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("MUSTER_"));
  return { cwd: ROOT, stdin: "ignore", env: { ...Object.fromEntries(own), PATH } } as const;
}
