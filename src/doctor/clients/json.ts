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
  const utc = comparison.old.utc && comparison.new.utc;
  return `${JSON.stringify({ version: 1, ...comparison }, writtenAs(utc))}\n`;
}

function* inPieces(value: object, utc: boolean): Generator<string> {
  const asWritten = writtenAs(utc);
  const textOf = (key: string, each: unknown) => JSON.stringify(asWritten(key, each), asWritten);
  let before = "{";
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    yield `${before}${JSON.stringify(key)}:`;
    before = ",";
    if (!Array.isArray(member) || member.length === 0) yield textOf(key, member);
    else {
      for (const [at, each] of member.entries()) yield `${at === 0 ? "[" : ","}${textOf("", each)}`;
      yield "]";
    }
  }
  yield "}\n";
}

function writtenAs(utc: boolean): (key: string, each: unknown) => unknown {
  return (key, each) => {
    if (typeof each === "number" && TIMES.has(key)) return exactStamp(each, utc) || null;
    if (typeof each === "number" && key === "code") return hresult(each);
    if (key === "product" && typeof each === "object" && each !== null && "name" in each) return each.name;
    return each;
  };
}
