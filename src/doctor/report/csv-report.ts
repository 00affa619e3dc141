import { csvLines } from "./csv.ts";
import type { ReportDocument } from "./document.ts";

const HEAD = "id,name,verdict,severity,title,why,affects,owner,file,line,record,quote,remedy,commands".split(
  ",",
);

/** The report as CSV (RFC 4180): a line for each piece of evidence of each finding. */
export function csvReport({ findings }: ReportDocument): string {
  const rows = findings.flatMap(({ id, name, verdict, severity, title, why, affects, remedy, evidence }) => {
    const places = evidence.length > 0 ? evidence : [{ file: "", line: 0, record: 0, quote: "" }];
    return places.map(({ file, line, record, quote }) => [
      id,
      name,
      verdict,
      severity,
      title,
      why,
      affects.join(" "),
      remedy.owner,
      file,
      line > 0 ? String(line) : "",
      record > 0 ? String(record) : "",
      quote,
      remedy.text,
      remedy.commands.join("\n"),
    ]);
  });
  return [...csvLines([HEAD, ...rows])].join("");
}
