import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openHostLicense } from "../protocol/host-license.ts";
import { createVendor } from "./create.ts";
import { hostForTests } from "./host-for-tests.ts";
import type { HostKey } from "./host-keys.ts";
import { openVendor } from "./vendor.ts";

const NOW = Date.UTC(2026, 10, 22);
let folder: string;
let key: HostKey;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "muster-ledger-")), "vendor");
  const vendor = createVendor(folder, "Contoso", NOW);
  vendor.addProduct({ name: "Client", application: "Studio" }, NOW);
  key = vendor.hostKey({ application: "Studio" }, NOW);
  vendor.close();
});

afterEach(() => rmSync(join(folder, ".."), { recursive: true }));

/** A process of its own that approves the requests it is given and prints each licence as soon as it has it. */
function approveElsewhere(requests: string[]) {
  const script = `
    const { openVendor } = await import(${JSON.stringify(join(import.meta.dir, "vendor.ts"))});
    const vendor = openVendor(process.argv[1]);
    for (const request of JSON.parse(process.argv[2])) {
      const line = await vendor.approve(request, ${NOW}).then(({ license }) => license, ({ name }) => name);
      process.stdout.write(line + "\\n");
    }`;
  return Bun.spawn([process.execPath, "-e", script, folder, JSON.stringify(requests)], {
    stdout: "pipe",
    stderr: "inherit",
  });
}

test("processes that approve at once never activate a seventh host or an eleventh time", async () => {
  const hosts = Array.from({ length: 9 }, () => hostForTests());
  const work = [0, 1, 2, 3].map((process) =>
    hosts.flatMap(({ id }) =>
      [0, 1, 2].map(() => hostForTests(id).request(key.text, NOW, `process ${process}`)),
    ),
  );
  const output = await Promise.all(
    work.map((requests) => new Response(approveElsewhere(requests).stdout).text()),
  );
  const lines = output.flatMap((text) => text.trim().split("\n"));
  expect(lines).toHaveLength(4 * 9 * 3);
  expect(new Set(lines.filter((line) => !line.includes(".")))).toEqual(new Set(["ACTIVATION_LIMIT"]));
  const activated = lines.filter((line) => line.includes("."));
  expect(activated).toHaveLength(6 * 10);
  const vendor = openVendor(folder);
  expect(vendor.entries().filter(({ detail }) => detail.action === "host-license")).toHaveLength(60);
  vendor.close();
}, 300_000);

test("of processes that add products at once, each gets a number of its own, and the catalogue file has them all", async () => {
  const script = `
    const { openVendor } = await import(${JSON.stringify(join(import.meta.dir, "vendor.ts"))});
    const vendor = openVendor(process.argv[1]);
    for (let at = 0; at < 8; at++) vendor.addProduct({ name: process.argv[2] + at, application: "Studio" }, ${NOW});`;
  const processes = ["a", "b", "c"].map((name) => Bun.spawn([process.execPath, "-e", script, folder, name]));
  expect(await Promise.all(processes.map(({ exited }) => exited))).toEqual([0, 0, 0]);
  const written = await Bun.file(join(folder, "catalogue.jws")).text();
  const vendor = openVendor(folder);
  expect(written).toBe(`${vendor.signedCatalogue()}\n`);
  expect(vendor.catalogue().products.map(({ number }) => number)).toEqual(
    Array.from({ length: 25 }, (_, at) => at + 1),
  );
  vendor.close();
}, 300_000);

test("a process that is killed at any moment has given out no licence that the ledger lacks", async () => {
  for (const lines of [0, 1, 2, 5, 9]) {
    const vendor = openVendor(folder);
    key = vendor.hostKey({ application: "Studio", hosts: 30 }, NOW);
    const mine = Array.from({ length: 30 }, () => hostForTests().request(key.text, NOW));
    const given = await killAfter(approveElsewhere(mine), lines);
    expect(given.length).toBeGreaterThanOrEqual(lines);
    const kept = licensesInLedger();
    for (const license of given) expect(kept).toContain(license);
    const again = await Promise.all(
      mine.slice(0, given.length).map((request) => vendor.approve(request, NOW)),
    );
    expect(again.map(({ license, kind }) => `${kind} ${license}`)).toEqual(
      given.map((license) => `repeat ${license}`),
    );
    for (const license of given) await openHostLicense(license, vendor.catalogue().vendor);
    vendor.close();
  }
}, 300_000);

/** Kills the process once it has printed so many lines, and gives the whole lines that came out. */
async function killAfter(child: ReturnType<typeof approveElsewhere>, lines: number): Promise<string[]> {
  let text = "";
  const whole = () => text.split("\n").slice(0, -1);
  if (lines === 0) child.kill("SIGKILL");
  for await (const chunk of child.stdout) {
    text += Buffer.from(chunk).toString();
    if (whole().length >= lines) child.kill("SIGKILL");
  }
  await child.exited;
  return whole();
}

function licensesInLedger(): string[] {
  const database = new Database(join(folder, "ledger.sqlite"), { readonly: true });
  const rows = database.query<{ token: string }, []>("SELECT token FROM host_license").all();
  const [check] = database.query<{ integrity_check: string }, []>("PRAGMA integrity_check").all();
  expect(check?.integrity_check).toBe("ok");
  database.close();
  return rows.map(({ token }) => token);
}
