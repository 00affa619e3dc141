import { afterAll, expect, test } from "bun:test";
import { EXPORT } from "./exports.ts";
import { judge } from "./judge.ts";
import { removeScratch } from "./scratch.ts";
import { bytesOf } from "./target.ts";
import { TARGETS } from "./targets.ts";

afterAll(async () => {
  for (const { close } of TARGETS) await close?.();
  removeScratch();
});

/** Inputs that did harm once, as a fuzzer found them. */
test.each([
  ["http-clients", "a request that names no server", "POST / HTTP/1.0\r\n\r\n", "accepted"],
  ["http-clients", "a request to a server that cannot be", "GET / HTTP/1.1\r\nHost: [\r\n\r\n", "accepted"],
  [
    "http-admin",
    "a request to a port that cannot be",
    "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:99999\r\n\r\n",
    "accepted",
  ],
  ["http-vendor", "a request that names no server", "POST / HTTP/1.0\r\n\r\n", "accepted"],
  ["host-address", "colons that took hours to read", ":".repeat(65_536), "refused"],
  ["host-address", "colons and something else at their end", `${":".repeat(2000)}!`, "refused"],
  ["dns-domain", "a domain that became another one when read again", "corp.example..", "refused"],
  ["dns-domain", "what steers a terminal when a sentence quotes it", "\u001b[2J\u009b", "refused"],
  ["host-published", "no list of domains", "null", "accepted"],
  ["host-published", "no record", '{"corp.example":[null]}', "accepted"],
  ["host-published", "a record without numbers", '{"corp.example":[{"weight":{"toString":0}}]}', "accepted"],
  ["host-published", "a number that is lists in lists", nested(15_000), "accepted"],
  ["scenario-json", "a list with a length of its own", '{"machines":{"length":[{"toString":0}]}}', "refused"],
  ["import", "an event newer than the last one", withEvent(8), "refused"],
] as const)("%s stands %s", async (name, _, input, verdict) => {
  const target = TARGETS.find((each) => each.name === name);
  expect(target).toBeDefined();
  expect(target && (await judge(target, bytesOf(input)))).toBe(verdict);
});

/** An export that says that event 7 is its last one. */
function withEvent(number: number): string {
  const rows = EXPORT.rows.map(([table, ...row]) => [
    table,
    ...(table === "event" ? [number, ...row.slice(1)] : row),
  ]);
  return JSON.stringify({ ...EXPORT, rows });
}

function nested(depth: number): string {
  return `{"corp.example":[{"priority":${"[".repeat(depth)}${"]".repeat(depth)}}]}`;
}
