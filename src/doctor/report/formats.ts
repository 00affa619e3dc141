import { csvReport } from "./csv-report.ts";
import type { ReportDocument } from "./document.ts";
import { htmlReport } from "./html-report.tsx";
import { jsonReport } from "./json-report.ts";
import { junitReport } from "./junit-report.ts";
import { sarifReport } from "./sarif-report.ts";
import { type TextOptions, textReport } from "./text.ts";

/** Every format of a report, by the name that `--format` takes. */
export const FORMATS = {
  text: textReport,
  json: jsonReport,
  html: htmlReport,
  sarif: sarifReport,
  junit: junitReport,
  csv: csvReport,
} as const satisfies Record<string, (document: ReportDocument, options: TextOptions) => string>;

export type Format = keyof typeof FORMATS;
