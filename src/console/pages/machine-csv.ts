import type { Machine } from "../api-types.ts";

const COLUMNS = [
  "name",
  "cmid",
  "application",
  "product",
  "productName",
  "state",
  "overdue",
  "address",
  "virtual",
  "firstSeen",
  "lastSeen",
  "leaseExpires",
  "nextRenewal",
  "requests",
  "code",
  "rearm",
  "note",
  "fingerprint",
] as const;

/** The first line of a file of machines. Excel takes it for UTF-8 by the mark before it. */
export const CSV_HEAD = `\uFEFF${COLUMNS.join(",")}\r\n`;

/** Machines as lines of CSV (RFC 4180), times in ISO 8601. `nameOf` gives the name of a product. */
export function csvLines(machines: readonly Machine[], nameOf: (product: string) => string): string {
  return machines
    .map((machine) => {
      const row = { ...machine, productName: nameOf(machine.product) };
      return `${COLUMNS.map((column) => field(String(row[column] ?? ""))).join(",")}\r\n`;
    })
    .join("");
}

/** A machine names itself: what a spreadsheet would take for a formula gets an apostrophe in front. */
function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
