import { expect, test } from "bun:test";
import { walk } from "./walk.ts";

test("the README's five minutes do what they say", async () => {
  expect(await walk("README.md")).toBeGreaterThan(15);
}, 300_000);

test("the Japanese README's commands do what it says", async () => {
  expect(await walk("README.ja.md")).toBeGreaterThanOrEqual(12);
}, 300_000);

test("both READMEs lead to each other at the top", async () => {
  const top = async (page: string) => {
    const text = await Bun.file(new URL(`../${page}`, import.meta.url)).text();
    return text.split("\n").slice(0, 4).join("\n");
  };
  expect(await top("README.md")).toContain("](README.ja.md)");
  expect(await top("README.ja.md")).toContain("](README.md)");
});
