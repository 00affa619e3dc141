import { expect, test } from "bun:test";
import { join } from "node:path";
import { readFigures } from "./figures.ts";
import { makeFolder } from "./folders.ts";

const ending = (...lines: string[]) => ["a.test.ts:", "(pass) x [1.00ms]", "", ...lines, ""].join("\n");
const RAN = "Ran 5 tests across 2 files. [17.00ms]";

test.each([
  ["all passed", ending(" 5 pass", " 0 fail", " 9 expect() calls", RAN), 0, 5, 0],
  ["one failed", ending(" 4 pass", " 1 fail", RAN), 1, 4, 1],
  ["a skipped test", ending(" 4 pass", " 1 skip", " 0 fail", RAN), 0, 4, 1],
  ["a postponed test", ending(" 4 pass", " 1 todo", " 0 fail", RAN), 0, 4, 1],
  ["a file that does not load", ending(" 3 pass", " 1 skip", " 1 fail", " 1 error", RAN), 1, 3, 2],
  ["errors alone", ending(" 5 pass", " 0 fail", " 2 errors", RAN), 1, 5, 2],
  ["a bad end of a good run", ending(" 5 pass", " 0 fail", RAN), 133, 5, 1],
  ["no test at all", ending(" 0 pass", " 0 fail", "Ran 0 tests across 0 files. [1.00ms]"), 0, 0, 1],
  ["a crash before the summary", "a.test.ts:\n(pass) x [1.00ms]\n", 139, 0, 1],
  ["an early exit that looks good", "a.test.ts:\n(pass) x [1.00ms]\n", 0, 0, 1],
  ["nothing", "", 0, 0, 1],
  ["a summary that a test printed", ending(" 9 pass", RAN, "", " 1 pass", " 2 fail", RAN), 1, 1, 2],
])("%s", (_, output, exitCode, passed, failed) => {
  expect(readFigures(output, exitCode)).toEqual({ passed, failed });
});

test("the figures of a real run are read", async () => {
  const folder = makeFolder();
  const source = `import { expect, test } from "bun:test";
    test("good", () => expect(1).toBe(1));
    test("bad", () => expect(1).toBe(2));
    test.skip("skipped", () => {});
    test.todo("postponed");`;
  await Bun.write(join(folder, "a.test.ts"), source);
  await Bun.write(join(folder, "b.test.ts"), 'throw new Error("does not load");');
  const { stderr, exitCode } = Bun.spawnSync([process.execPath, "test"], { cwd: folder });
  expect(readFigures(stderr.toString(), exitCode)).toEqual({ passed: 1, failed: 4 });
});
