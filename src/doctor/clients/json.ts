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

/** A clients report as one line of JSON: times as RFC 3339, codes as `0xC004F06C`, products by name. */
export function jsonClients(report: ClientsReport, machines: readonly ClientMachine[]): string {
  const utc = report.hosts.every((host) => host.utc);
  return written({ version: 1, ...report, machines }, utc);
}

/** A comparison, the same way. */
export function jsonComparison(comparison: Comparison): string {
  return written({ version: 1, ...comparison }, comparison.old.utc && comparison.new.utc);
}

function written(value: object, utc: boolean): string {
  const text = JSON.stringify(value, (key, each: unknown) => {
    if (typeof each === "number" && TIMES.has(key)) return exactStamp(each, utc) || null;
    if (typeof each === "number" && key === "code") return hresult(each);
    if (key === "product" && typeof each === "object" && each !== null && "name" in each) return each.name;
    return each;
  });
  return `${text}\n`;
}
