import { Database } from "bun:sqlite";
import type { Machine } from "../src/host/machine.ts";
import { identityNumber } from "../src/host/sqlite/identity.ts";
import { newId } from "../src/protocol/ids.ts";
import { fingerprintOf, NOW } from "./requests.ts";

/** A machine as a host stores it, with whatever a test wants otherwise. */
export function makeMachine(overrides: Partial<Machine> & Pick<Machine, "application">): Machine {
  const name = overrides.name ?? "pc-1";
  return {
    cmid: newId(),
    product: newId(),
    name,
    fingerprint: fingerprintOf(name),
    virtual: false,
    address: "10.0.0.7",
    status: 2,
    firstSeen: NOW,
    lastSeen: NOW,
    leaseExpires: 0,
    ticket: 1,
    previousTicket: 0,
    requests: 1,
    code: "0x00000000",
    ...overrides,
  };
}

/** Writes machines into a store's file past its host, many at once; their applications must be registered. */
export function insertMachines(path: string, machines: readonly Machine[]): void {
  using database = new Database(path);
  database.run("PRAGMA busy_timeout = 5000");
  const number = "(SELECT number FROM application WHERE id = ?)";
  const insertIdentity = database.query(
    `INSERT INTO identity (application, cmid, name, fingerprint, virtual, address) VALUES (${number}, ?, ?, ?, ?, ?)`,
  );
  const insertMachine = database.query(
    `INSERT INTO machine (application, cmid, identity, product, status, first_seen, last_seen, lease_expires, ticket,
       previous_ticket, requests, code) VALUES (${number}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  database.transaction(() => {
    for (const machine of machines) {
      const { application, cmid, product, name, fingerprint, virtual, address, status } = machine;
      const { firstSeen, lastSeen, leaseExpires, ticket, previousTicket, requests, code } = machine;
      insertIdentity.run(application, cmid, name, fingerprint, virtual ? 1 : 0, address);
      const who = [application, cmid, identityNumber(machine), product, status] as const;
      insertMachine.run(...who, firstSeen, lastSeen, leaseExpires, ticket, previousTicket, requests, code);
    }
  })();
}
