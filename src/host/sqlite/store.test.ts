import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../../test/folders.ts";
import { makeRequest, NOW } from "../../../test/requests.ts";
import { newId } from "../../protocol/ids.ts";
import { Problem } from "../../protocol/problems.ts";
import { DAY, MINUTE } from "../../protocol/time.ts";
import type { Arrival, Decision, Known } from "../decide.ts";
import type { Machine } from "../machine.ts";
import type { Store } from "../store.ts";
import { openSqliteStore } from "./store.ts";

const APPLICATION = newId();
const PRODUCT = newId();
const WINDOW = 30 * 24 * 60;

function open(path = join(makeFolder(), "host.sqlite")): Store {
  const store = openSqliteStore({ path, machine: "kms01" });
  store.register({ id: APPLICATION, countWindow: WINDOW });
  return store;
}

const arrivalOf = (cmid: string): Arrival => ({
  request: makeRequest({ application: APPLICATION, product: PRODUCT }, { cmid }),
  address: "10.0.0.7",
  ticket: 0,
});

/** Admits everybody and leases for a day, so that the tests are about the store and not about decisions. */
function admit(now: number) {
  return ({ request, address }: Arrival, { machine, tally }: Known): Decision => {
    const isCounted =
      machine !== undefined &&
      Math.floor(machine.lastSeen / MINUTE) >= Math.floor(tally.countedAfter / MINUTE);
    const after: Machine = {
      application: request.application,
      cmid: request.cmid,
      product: request.product,
      ...request.machine,
      address,
      status: request.status,
      firstSeen: machine?.firstSeen ?? now,
      lastSeen: now,
      leaseExpires: now + DAY,
      ticket: (machine?.ticket ?? 0) + 1,
      previousTicket: machine?.ticket ?? 0,
      requests: (machine?.requests ?? 0) + 1,
      code: "0x00000000",
    };
    const unique = tally.unique + (isCounted ? 0 : 1);
    return {
      kind: "admission",
      code: "0x00000000",
      machine: after,
      tally: { ...tally, unique, largestRequired: 25 },
      count: unique,
      recognition: "known",
      leaseExpires: now + DAY,
      sequence: after.ticket,
      rearm: false,
      events: [{ id: 12290, cmid: request.cmid, info: `0x00000000,25,${request.machine.name}` }],
    };
  };
}

const reasonOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof Problem) return error.name;
    throw error;
  }
  return "nothing was thrown";
};

test("a store is a file that only its owner can read", () => {
  const path = join(makeFolder(), "host.sqlite");
  open(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

describe("a store is refused and left as it is", () => {
  test("when a newer Muster wrote it", async () => {
    const path = join(makeFolder(), "host.sqlite");
    await open(path).close();
    const database = new Database(path);
    database.run("PRAGMA user_version = 99");
    database.close();
    expect(await reasonOf(() => open(path))).toBe("STORE_NEWER");
    expect(new Database(path).query("PRAGMA user_version").get()).toEqual({ user_version: 99 });
  });

  test("when the file is no database", async () => {
    const path = join(makeFolder(), "host.sqlite");
    writeFileSync(path, "this is a letter to the vendor, and rather a long one at that".repeat(20));
    expect(await reasonOf(() => open(path))).toBe("BAD_INPUT");
    expect(await Bun.file(path).text()).toStartWith("this is a letter");
  });
});

test("a store whose disk is full says so, and takes requests again when it is not", async () => {
  const path = join(makeFolder(), "host.sqlite");
  const store = open(path);
  await store.commit([arrivalOf(newId())], admit(NOW), NOW);
  const blocker = new Database(path);
  const pages = blocker.query<{ page_count: number }, []>("PRAGMA page_count").get()?.page_count;
  blocker.close();
  const limited = openSqliteStore({ path, machine: "kms01", maximumPages: pages });
  limited.register({ id: APPLICATION, countWindow: WINDOW });
  const many = Array.from({ length: 500 }, () => arrivalOf(newId()));
  expect(await reasonOf(() => limited.commit(many, admit(NOW), NOW))).toBe("STORE_UNAVAILABLE");
  expect((await limited.figures(APPLICATION, NOW)).unique).toBe(1);
  expect((await store.commit(many, admit(NOW), NOW)).length).toBe(500);
});

test("the log that grows while somebody reads an old moment gives its room back afterwards", async () => {
  const path = join(makeFolder(), "host.sqlite");
  const store = openSqliteStore({ path, machine: "kms01", durable: false });
  const info = "x".repeat(10_000);
  const write = (events: number) =>
    store.record(
      Array.from({ length: events }, () => ({ id: 12294, cmid: undefined, info }) as const),
      NOW,
    );
  await write(1);
  const reader = new Database(path, { readonly: true });
  reader.run("BEGIN");
  reader.query("SELECT count(*) FROM event").get();
  for (let round = 0; round < 2; round++) await write(1000);
  const log = () => statSync(`${path}-wal`).size;
  expect(log()).toBeGreaterThan(20_000_000);
  reader.close();
  for (let round = 0; round < 3; round++) await write(1);
  expect(log()).toBeLessThan(17_000_000);
  await store.close();
});
