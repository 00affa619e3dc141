import { heldOf, type ReportDocument, type ReportFinding } from "./document.ts";
import { escapeHtml } from "./html.ts";

/** The report as JUnit XML: a case for each cause, failed where it is put forward, skipped where it was not judged. */
export function junitReport(document: ReportDocument): string {
  const held = heldOf(document);
  const passed = [
    ...document.ruledOut.map(({ id, name, because }) => ({ id, name, text: because })),
    ...document.findings
      .filter((finding) => !held.includes(finding))
      .map(({ id, name, why }) => ({ id, name, text: why })),
  ];
  const skipped = document.notEvaluated;
  const total = held.length + passed.length + skipped.length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="muster doctor" tests="${total}" failures="${held.length}" errors="0" skipped="${skipped.length}">`,
    `<testsuite name="${document.verdict}" tests="${total}" failures="${held.length}" errors="0" skipped="${skipped.length}">`,
    ...held.map(
      (finding) =>
        `${open(finding)}<failure type="${finding.severity}" message="${escapeHtml(finding.title)}">${escapeHtml(body(finding))}</failure></testcase>`,
    ),
    ...passed.map((each) => `${open(each)}<system-out>${escapeHtml(each.text)}</system-out></testcase>`),
    ...skipped.map((each) => `${open(each)}<skipped/></testcase>`),
    "</testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function open({ id, name }: { readonly id: string; readonly name: string }): string {
  return `<testcase classname="${id}" name="${escapeHtml(name)}">`;
}

function body({ why, evidence, remedy }: ReportFinding): string {
  const proof = evidence.map(
    ({ file, line, record, quote }) => `${file}:${record > 0 ? `#${record}` : line}: ${quote}`,
  );
  return [why, ...proof, remedy.text, ...remedy.commands].join("\n");
}
