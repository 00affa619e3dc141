import { expect, test } from "bun:test";
import { join } from "node:path";

test("whoever stops reading, as head does, is told of no error", async () => {
  const command = `"$0" "$1" vendor product --help | true`;
  const child = Bun.spawn(["sh", "-c", command, process.execPath, join(import.meta.dir, "main.ts")], {
    stdout: "ignore",
    stderr: "pipe",
  });
  expect(await new Response(child.stderr).text()).toBe("");
  expect(await child.exited).toBe(0);
});
