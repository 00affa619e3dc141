/**
 * A cell as RFC 4180 has it, and so that no spreadsheet takes it for a formula: names in a log are whatever a machine
 * calls itself (https://owasp.org/www-community/attacks/CSV_Injection).
 */
export function csvCell(value: string | number): string {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const safe = /^(?:\s*[=+\-@|＝＋－＠]|[\t\r])/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Lines of cells, each ended as RFC 4180 has it. */
export function* csvLines(rows: Iterable<readonly (string | number)[]>): Generator<string> {
  for (const row of rows) yield `${row.map(csvCell).join(",")}\r\n`;
}
