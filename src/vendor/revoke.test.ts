import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openCatalogue } from "../protocol/catalogue.ts";
import { makeKey } from "../protocol/keys.ts";
import { createVendor } from "./create.ts";
import { hostForTests } from "./host-for-tests.ts";
import type { Vendor } from "./vendor.ts";

const NOW = Date.UTC(2026, 10, 22);
let folder: string;
let vendor: Vendor;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-revoke-"));
  vendor = createVendor(join(folder, "vendor"), "Contoso", NOW);
  vendor.addProduct({ name: "Client", application: "Studio" }, NOW);
});

afterEach(() => {
  vendor.close();
  rmSync(folder, { recursive: true });
});

test("a blocked host key activates nothing more, not even what it activated before, until it is restored", async () => {
  const { text } = vendor.hostKey({ application: "Studio" }, NOW);
  const request = hostForTests().request(text, NOW);
  const { license } = await vendor.approve(request, NOW);
  expect(vendor.revoke(text.slice(-5), NOW)).toMatchObject({ text, blocked: NOW });
  const blocked = expect.objectContaining({ name: "KEY_BLOCKED" });
  expect(await vendor.approve(request, NOW).catch((error: unknown) => error)).toEqual(blocked);
  const other = hostForTests().request(text, NOW);
  expect(await vendor.approve(other, NOW).catch((error: unknown) => error)).toEqual(blocked);
  expect(vendor.restore(text, NOW)).toMatchObject({ text, blocked: undefined });
  expect((await vendor.approve(request, NOW)).license).toBe(license);
  const actions = vendor.entries({ key: text }).map(({ detail }) => detail.action);
  expect(actions).toEqual(["host-key", "host-license", "blocked", "restored"]);
});

test("a blocked setup key leaves the catalogue, and comes back when it is restored", async () => {
  const [key = ""] = vendor.setupKey("Client", NOW).setupKeys;
  const inCatalogue = async () =>
    (await openCatalogue(readFileSync(vendor.catalogueFile, "utf8"))).products[0]?.setupKeys;
  vendor.revoke(key, NOW);
  expect(await inCatalogue()).toEqual([]);
  const [another = ""] = vendor.setupKey("Client", NOW).setupKeys;
  expect(another).not.toBe(key);
  vendor.restore(key, NOW);
  expect(await inCatalogue()).toEqual([key, another]);
});

test("blocking what is blocked, and restoring what is not, changes nothing", () => {
  const { text } = vendor.hostKey({ application: "Studio" }, NOW);
  expect(vendor.restore(text, NOW).blocked).toBeUndefined();
  vendor.revoke(text, NOW);
  expect(vendor.revoke(text, NOW + 1).blocked).toBe(NOW);
  expect(vendor.entries({ key: text })).toHaveLength(2);
});

test("a key that the ledger lacks is not blocked", () => {
  for (const text of [makeKey("host", 1).text, "BBBBB"]) {
    expect(() => vendor.revoke(text, NOW)).toThrow(/^The ledger has no key /);
  }
});

test("five characters that several keys end in name none of them", () => {
  const [one, two] = keysThatEndAlike();
  const database = new Database(join(vendor.folder, "ledger.sqlite"));
  for (const text of [one, two]) {
    const { row } = vendor.hostKey({ application: "Studio" }, NOW);
    database.query("UPDATE key SET text = ? WHERE row = ?").run(text, row);
  }
  database.close();
  expect(() => vendor.revoke(one.slice(-5), NOW)).toThrow(/^2 keys end in .{5}; give the whole key/);
  expect(vendor.revoke(one, NOW).text).toBe(one);
  expect(vendor.entries({ key: two.slice(-5) })).toHaveLength(3);
});

function keysThatEndAlike(): [string, string] {
  const seen = new Map<string, string>();
  for (;;) {
    const { text } = makeKey("host", 1);
    const alike = seen.get(text.slice(-5));
    if (alike !== undefined) return [alike, text];
    seen.set(text.slice(-5), text);
  }
}
