import type { ReportDocument } from "./document.ts";

/** The report as JSON, on one line: the shape of `muster doctor --format json`. */
export function jsonReport(document: ReportDocument): string {
  return `${JSON.stringify(document)}\n`;
}
