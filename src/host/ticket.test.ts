import { expect, test } from "bun:test";
import fc from "fast-check";
import { openTicketOffice } from "./ticket.ts";

const office = openTicketOffice(new Uint8Array(32).fill(7));
const cmid = "08c3bda0-c556-4b61-9e4e-7bf6d4df80be";

test("a ticket tells its sequence to the office that issued it", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31), (sequence) => {
      expect(office.read(cmid, office.issue(cmid, sequence))).toBe(sequence);
    }),
  );
});

test("a ticket fits the form that requests are checked for", () => {
  expect(office.issue(cmid, 1)).toMatch(/^[A-Za-z0-9_-]{32}$/);
});

test("no ticket is sequence 0", () => {
  expect(office.read(cmid, undefined)).toBe(0);
});

test("a ticket of another machine, of another store, or an invented one is told apart from an old one", () => {
  const other = openTicketOffice(new Uint8Array(32).fill(8));
  for (const ticket of [
    office.issue("another cmid", 3),
    other.issue(cmid, 3),
    "AAAAAAAAAAAAAAAAAAAAAA",
    "x",
    "",
  ]) {
    expect(office.read(cmid, ticket)).toBeUndefined();
  }
});
