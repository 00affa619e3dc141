import { hresult } from "../words.ts";
import type { Comparison } from "./compare.ts";
import type { ClientMachine, ClientsReport } from "./report.ts";
import { exactStamp } from "./stamps.ts";

const TIMES = new Set([
  "first",
  "last",
  "lastSuccess",
  "expires",
  "next",
  "start",
  "from",
  "oldFirst",
  "oldLast",
  "newFirst",
  "newLast",
  "movedAt",
  "lookAgain",
  "firstExpiry",
]);

/**
 * A clients report as one line of JSON, in pieces: times as RFC 3339, codes as `0xC004F06C`, products by name. As a whole
 * it would take several times as much memory as the report.
 */
export function* jsonClients(report: ClientsReport, machines: readonly ClientMachine[]): Generator<string> {
  const utc = report.hosts.every((host) => host.utc);
  yield* inPieces({ version: 1, ...report, machines }, utc);
}

/** A comparison, the same way. */
export function jsonComparison(comparison: Comparison): string {
  return written({ version: 1, ...comparison }, comparison.old.utc && comparison.new.utc);
}

function* inPieces(value: object, utc: boolean): Generator<string> {
  let before = "{";
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    yield `${before}${JSON.stringify(name)}:`;
    before = ",";
    if (!Array.isArray(member))
      yield textOf({ [name]: member }, utc).slice(JSON.stringify(name).length + 2, -1);
    else {
      for (const [at, each] of member.entries()) yield `${at === 0 ? "[" : ","}${textOf(each, utc)}`;
      yield member.length === 0 ? "[]" : "]";
    }
  }
  yield "}\n";
}

function written(value: object, utc: boolean): string {
  return `${textOf(value, utc)}\n`;
}

function textOf(value: unknown, utc: boolean): string {
  return JSON.stringify(value, (key, each: unknown) => {
    if (typeof each === "number" && TIMES.has(key)) return exactStamp(each, utc) || null;
    if (typeof each === "number" && key === "code") return hresult(each);
    if (key === "product" && typeof each === "object" && each !== null && "name" in each) return each.name;
    return each;
  });
}
