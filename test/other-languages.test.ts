import { expect, test } from "bun:test";
import { join } from "node:path";
import { startSystem } from "./system.ts";

const CLIENT = join(import.meta.dir, "other-languages", "client.py");

test("a client in Python is counted, refused until the 25th, leased, and verifies its lease with OpenSSL", async () => {
  const { url, deployment } = await startSystem();
  const [desktop] = deployment.products;
  if (!desktop) throw new Error("a deployment has products");
  const { application, product, required } = desktop;
  const python = Bun.spawn(
    ["python3", CLIENT, url, deployment.catalogueFile, application, product, String(required), "26"],
    { stdout: "pipe", stderr: "pipe" },
  );
  const [out, errors] = await Promise.all([
    new Response(python.stdout).text(),
    new Response(python.stderr).text(),
  ]);
  expect(errors).toBe("");
  const answers = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const refused = (count: number) => ({ status: 200, code: "0xC004F038", count, leased: false });
  const leased = (count: number) => ({ status: 200, code: "0x00000000", count, leased: true, days: 180 });
  expect(answers).toEqual([
    ...Array.from({ length: 24 }, (_, at) => refused(at + 1)),
    leased(25),
    leased(26),
  ]);
});
