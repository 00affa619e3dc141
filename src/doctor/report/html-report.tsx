/** @jsxImportSource preact */
import { renderToStaticMarkup } from "preact-render-to-string";
import { DiagnosisView } from "./diagnosis-view.tsx";
import type { ReportDocument } from "./document.ts";
import { Html, printable } from "./html.ts";
import { LABELS } from "./labels.ts";
import { page } from "./page.ts";

/** The report as one HTML file, which can be mailed and printed. */
export function htmlReport(document: ReportDocument): string {
  const labels = LABELS[document.language];
  const title = `${labels.title}: ${labels.verdicts[document.verdict].name}`;
  const body = renderToStaticMarkup(
    <main>
      <h1>{labels.title}</h1>
      <DiagnosisView document={document} />
    </main>,
  );
  return page({ title, language: document.language, body: new Html(printable(body)) });
}
