import { expect, test } from "bun:test";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSqliteStore } from "../../src/host/sqlite/store.ts";
import { MINUTE } from "../../src/protocol/time.ts";
import { makeFolder } from "../folders.ts";
import { muster } from "../muster.ts";
import { startSite } from "./site.ts";

const PAGE = 1024;
/** Not each of them in a short run. */
const STEP = process.env.FAULTS_KILLS === undefined ? 3 : 1;

test("a store of which any one page was lost is refused in one sentence, or counts every machine", async () => {
  const site = await startSite();
  await site.serves(60);
  await site.judge();
  const { product } = site.ledger;
  const countIn = async (path: string): Promise<string> => {
    const store = openSqliteStore({ path, machine: "kms01" });
    try {
      await store.register({ id: product.application, countWindow: (30 * 86_400_000) / MINUTE });
      return `${(await store.figures(product.application, Date.now())).unique} machines`;
    } finally {
      await store.close();
    }
  };
  const whole = readFileSync(site.place);
  const folder = makeFolder();
  const ends = new Map<string, string>();
  for (let page = 1; page < whole.length / PAGE; page += STEP) {
    const bytes = Buffer.from(whole);
    bytes.fill(0, page * PAGE, (page + 1) * PAGE);
    const path = join(folder, `${page}.sqlite`);
    writeFileSync(path, bytes);
    const end = await countIn(path).catch((error: Error) => `${error.name} ${error.message}`);
    ends.set(end.replace(path, "PATH"), path);
  }
  const right = `${site.ledger.askers.length} machines`;
  const told = [...ends.keys()].filter((end) => end !== right);
  expect(ends.has(right)).toBe(true);
  const damaged =
    "BAD_INPUT The store PATH cannot be used: database disk image is malformed; it is left as it is, restore it from a backup.";
  expect(told).toContain(damaged);
  for (const end of told)
    expect(end).toMatch(
      /^(BAD_INPUT The store PATH cannot be used: .* restore it from a backup\.|STORE_UNAVAILABLE .*malformed.*)$/,
    );

  copyFileSync(ends.get(damaged) ?? "", site.place);
  const { hostFolder } = site.deployment;
  const started = await muster("host", "run", "--data", hostFolder, "--port", "0", "--no-dns", "--no-admin");
  expect([started.exit, started.err]).toEqual([
    2,
    expect.stringMatching(/^muster: The store .* restore it from a backup\. .*\n$/),
  ]);
}, 600_000);
