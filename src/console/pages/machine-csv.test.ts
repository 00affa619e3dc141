import { expect, test } from "bun:test";
import type { Machine } from "../api-types.ts";
import { CSV_HEAD, csvLines } from "./machine-csv.ts";

const machine: Machine = {
  application: "a",
  cmid: "c",
  product: "p",
  name: "pc-1",
  fingerprint: "f",
  virtual: false,
  address: "10.0.0.7",
  status: 1,
  state: "licensed",
  firstSeen: "2026-01-01T00:00:00.000Z",
  lastSeen: "2026-01-02T00:00:00.000Z",
  leaseExpires: null,
  nextRenewal: "2026-01-03T00:00:00.000Z",
  overdue: false,
  requests: 2,
  code: "0x00000000",
  note: "",
  rearm: false,
};
const nameOf = () => "Demo";

test("a machine is one line with as many fields as the first line names", () => {
  const line = csvLines([machine], nameOf);
  expect(line).toStartWith("pc-1,c,a,p,Demo,licensed,false,10.0.0.7,false,2026-01-01T00:00:00.000Z,");
  expect(line.split(",").length).toBe(CSV_HEAD.split(",").length);
  expect(line).toEndWith(",f\r\n");
});

test.each([
  ['say "hi", you', '"say ""hi"", you"'],
  ["two\nlines", '"two\nlines"'],
  ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
  ["-1", "'-1"],
  ["@sum", "'@sum"],
  ['=a("b")', `"'=a(""b"")"`],
])("a note %j is written so that it stays what it is", (note, written) => {
  expect(csvLines([{ ...machine, note }], nameOf)).toContain(`,${written},f\r\n`);
});
