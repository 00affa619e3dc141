import { expect, test } from "bun:test";
import { walk } from "./walk.ts";

test("the README's five minutes do what they say", async () => {
  expect(await walk("README.md")).toBeGreaterThan(15);
}, 120_000);
