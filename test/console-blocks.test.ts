import { describe, expect, test } from "bun:test";
import { fill, learn, readSteps } from "./console-blocks.ts";

const KEY = "GPD2F-QMG6G-7T8PD-VY6TQ-BGDCW";
const matches = (output: string, expected: string[]) => learn(output, expected, {}) !== undefined;

describe("a page", () => {
  const page = [
    "First this file:",
    "```js app/start.mjs",
    'console.log("$ not a command");',
    "```",
    "Then:",
    "```console",
    "$ node app/start.mjs",
    "$ not a command",
    "$ echo one",
    "one",
    "```",
    "```sh",
    "never run",
    "```",
  ].join("\n");

  test("gives its files and its commands in order, and nothing of other blocks", () => {
    expect(readSteps(page)).toEqual([
      { path: "app/start.mjs", text: 'console.log("$ not a command");\n' },
      { command: "node app/start.mjs", expected: [] },
      { command: "not a command", expected: [] },
      { command: "echo one", expected: ["one"] },
    ]);
  });
});

test("a console block that says something else is not taken for right", () => {
  expect(matches("Product activated successfully.\n", ["Product activated successfully."])).toBe(true);
  expect(matches("count 2\nrest\n", ["count …", "…"])).toBe(true);
  expect(matches("count 2\n", ["count 3"])).toBe(false);
  expect(matches("count 2\nmore\n", ["count 2"])).toBe(false);
  expect(matches("a\nb\nc\n", ["…", "c"])).toBe(true);
  expect(matches("a\nb\n", ["…", "c"])).toBe(false);
});

describe("what differs each time", () => {
  test("is learned where it is printed, and filled in where it is used", () => {
    const known = learn(`Host key  ${KEY}\nrest\n`, ["Host key  HOST-KEY", "…"], {});
    expect(known).toEqual({ "HOST-KEY": KEY });
    expect(fill("activate HOST-KEY", known ?? {})).toBe(`activate ${KEY}`);
    expect(fill("activate HOST-KEY", {})).toBe("activate HOST-KEY");
  });

  test("must be the same once it is known, and of its kind before", () => {
    expect(learn(`key ${KEY}`, ["key HOST-KEY"], { "HOST-KEY": KEY })).toBeDefined();
    expect(learn(`key ${KEY}`, ["key HOST-KEY"], { "HOST-KEY": KEY.replace("G", "H") })).toBeUndefined();
    expect(learn("key none", ["key HOST-KEY"], {})).toBeUndefined();
    expect(learn(`${KEY} ${KEY.replace("G", "H")}`, ["YOUR-MAK YOUR-MAK"], {})).toBeUndefined();
  });

  test("may be digits for the phone, over several lines", () => {
    const output = "To be read:\n\n   1:  1234567  7654321\n   3:  1111111\n\nThen type.\n";
    const expected = ["To be read:", "", "INSTALLATION-ID", "", "Then …"];
    expect(learn(output, expected, {})).toEqual({ "INSTALLATION-ID": "1234567 7654321 1111111" });
    expect(learn(output.replace("1111111", "111"), expected, {})).toBeUndefined();
  });
});
