import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { makeFolder } from "../../../test/folders.ts";
import { makeMachine } from "../../../test/machines.ts";
import { makeRequest, NOW } from "../../../test/requests.ts";
import { newId } from "../../protocol/ids.ts";
import { MINUTE } from "../../protocol/time.ts";
import type { Decision, Known } from "../decide.ts";
import type { Machine } from "../machine.ts";
import { HOST_STORE } from "./schema.ts";
import { openSqliteStore } from "./store.ts";

const APPLICATION = newId();
const WINDOW = 30 * 24 * 60;

/** A store as the Muster of schema 3 left it: no application id, and all of a machine in one row. */
function makeOldStore(machines: readonly Machine[]): string {
  const path = join(makeFolder(), "host.sqlite");
  using database = new Database(path, { create: true });
  for (const migration of HOST_STORE.migrations.slice(0, 3)) database.run(migration);
  database.run("PRAGMA user_version = 3");
  database.run("INSERT INTO application (number, id, largest_required) VALUES (7, ?, 25)", [APPLICATION]);
  const put = database.query(
    `INSERT INTO machine (application, cmid, product, name, fingerprint, virtual, address, status, first_seen, last_seen,
       lease_expires, ticket, previous_ticket, requests, code) VALUES (7, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const { cmid, product, name, fingerprint, virtual, address, status, ...rest } of machines) {
    const { firstSeen, lastSeen, leaseExpires, ticket, previousTicket, requests, code } = rest;
    const who = [cmid, product, name, fingerprint, virtual ? 1 : 0, address, status] as const;
    put.run(...who, firstSeen, lastSeen, leaseExpires, ticket, previousTicket, requests, code);
  }
  return path;
}

const machines = Array.from({ length: 40 }, (_, at) =>
  makeMachine({
    application: APPLICATION,
    name: `pc-${at}`,
    virtual: at % 2 === 0,
    lastSeen: NOW - at * MINUTE,
    leaseExpires: at % 3 === 0 ? 0 : NOW + at * MINUTE,
    ticket: at,
  }),
);

function open(path: string) {
  const store = openSqliteStore({ path, machine: "kms01" });
  store.register({ id: APPLICATION, countWindow: WINDOW });
  return store;
}

const byName = (some: readonly Machine[]) => some.toSorted((one, two) => (one.name < two.name ? -1 : 1));

describe("a store of schema 3", () => {
  test("is taken over with every machine, count and lease", async () => {
    const store = open(makeOldStore(machines));
    expect(byName(await store.machines(100))).toEqual(byName(machines));
    expect(await store.figures(APPLICATION, NOW)).toMatchObject({ unique: 40, largestRequired: 25 });
    expect(await store.leased(NOW)).toBe(26);
    await store.close();
  });

  test.each([
    ["as it was", {}],
    ["with another name", { name: "pc-renamed" }],
    ["with other hardware", { fingerprint: "f".repeat(64) }],
    ["as a virtual machine", { virtual: true }],
    ["from another address", { address: "10.9.9.9" }],
  ])("knows a machine that renews twice %s", async (_, change) => {
    const path = makeOldStore(machines);
    const known = machines[5];
    if (known === undefined) throw new Error("there are 40 machines");
    const { cmid, product, name, fingerprint, virtual, address } = { ...known, ...change };
    const request = {
      ...makeRequest({ application: APPLICATION, product }, { cmid }),
      machine: { name, fingerprint, virtual },
    };
    const shown: (Machine | undefined)[] = [];
    const renewed = { ...known, name, fingerprint, virtual, address, lastSeen: NOW };
    for (const requests of [10, 11]) {
      const store = open(path);
      const admit = (_: unknown, { machine, tally }: Known): Decision => {
        shown.push(machine);
        const after = { ...renewed, requests };
        const rest = { recognition: "known", leaseExpires: undefined, sequence: 0, rearm: false } as const;
        return { kind: "admission", code: "", machine: after, tally, count: 0, events: [], ...rest };
      };
      await store.commit([{ request, address, ticket: 0 }], admit, NOW);
      expect(await store.machine(APPLICATION, cmid)).toEqual({ ...renewed, requests });
      await store.close();
    }
    expect(shown).toEqual([known, { ...renewed, requests: 10 }]);
  });
});
