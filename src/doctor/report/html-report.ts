import type { ReportDocument, ReportFinding } from "./document.ts";
import { type Html, html } from "./html.ts";
import { LABELS, type Labels } from "./labels.ts";
import { page } from "./page.ts";

/** The report as one HTML file, which can be mailed and printed. */
export function htmlReport(document: ReportDocument): string {
  const labels = LABELS[document.language];
  const { name, says } = labels.verdicts[document.verdict];
  const title = `${labels.title}: ${name}`;
  const held = document.findings.filter(({ verdict }) => verdict === "confirmed" || verdict === "likely");
  const others = document.findings.filter((finding) => !held.includes(finding));
  const body = html`<header>
<h1>${labels.title}</h1>
<p><span class="verdict ${document.verdict}">${name}</span> ${says}</p>
<p class="soft">${labels.files(new Set(document.evidence.map(({ file }) => file)).size, document.machines)}</p>
</header>
<main>
${chain(document, labels)}
${held.map((finding) => section(finding, labels))}
${missing(document, labels)}
${others.map((finding) => section(finding, labels))}
${ruledOut(document, labels)}
${evidence(document, labels)}
</main>`;
  return page({ title, language: document.language, body });
}

function chain({ chain: links }: ReportDocument, labels: Labels): Html {
  return html`<ol class="chain" aria-label="${labels.chain}">${links.map(
    ({ link, state, shows }) =>
      html`<li class="${state}"><b>${labels.links[link]}</b><i>${labels.chainStates[state]}</i><span>${shows}</span></li>`,
  )}</ol>`;
}

function section(finding: ReportFinding, labels: Labels): Html {
  const { id, title, verdict, severity, why, affects, remedy, lookalikes, links } = finding;
  return html`<section class="finding ${verdict === "benign" ? "benign" : severity}" id="${id}">
<h2>${id} ${title}</h2>
<p><span class="tag">${labels.findings[verdict]}</span><span class="tag ${severity}">${labels.severities[severity]}</span></p>
<p>${prose(why)}</p>
${affected(affects, labels)}
<h3>${labels.proof}</h3>
${finding.evidence.map(
  ({ file, line, record, quote }) =>
    html`<figure><figcaption>${file}, ${record > 0 ? `${labels.record} ${record}` : `${labels.line} ${line}`}</figcaption><pre>${quote}</pre></figure>`,
)}
<h3>${labels.remedy} <span class="soft">(${labels.by}: ${labels.owners[remedy.owner]})</span></h3>
${steps(remedy.text)}
${remedy.commands.length === 0 ? undefined : html`<pre>${remedy.commands.join("\n")}</pre>`}
<dl>
${remedy.cost === "" ? undefined : term(labels.cost, remedy.cost)}${term(labels.verify, remedy.verify)}${term(labels.undo, remedy.undo)}
</dl>
${
  lookalikes.length === 0
    ? undefined
    : html`<details><summary>${labels.lookalikes}</summary><ul>${lookalikes.map((each) => html`<li><b>${each.id}</b> ${prose(each.test)}</li>`)}</ul></details>`
}
<p class="soft">${labels.links_}: ${links.map((link) => html`<a href="${link}" rel="noreferrer">${link}</a> `)}</p>
</section>
`;
}

function steps(text: string): Html {
  const lines = text.split("\n");
  return lines.length === 1
    ? html`<p>${prose(text)}</p>`
    : html`<ol>${lines.map((line) => html`<li>${prose(line)}</li>`)}</ol>`;
}

function term(name: string, text: string): Html | undefined {
  return text === "" ? undefined : html`<dt class="soft">${name}</dt><dd>${prose(text)}</dd>`;
}

/** So many names are read at a glance; more of them fold away. */
const GLANCE = 12;

function affected(names: readonly string[], labels: Labels): Html | undefined {
  if (names.length === 0) return undefined;
  if (names.length <= GLANCE) return html`<p class="soft">${labels.affects}: ${names.join(", ")}</p>`;
  return html`<details class="soft"><summary>${labels.affects}: ${names.length}</summary><p>${names.join(", ")}</p></details>`;
}

/** A sentence in which what stands between backquotes is code. */
function prose(text: string): Html {
  return html`${text.split("`").map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}

function missing({ missing: wanted }: ReportDocument, labels: Labels): Html | undefined {
  if (wanted.length === 0) return undefined;
  return html`<section><h2>${labels.missing}</h2>
<ul>${wanted.map(({ what, why, command }) => html`<li>${prose(what)}. <span class="soft">${prose(why)}</span><pre>${command}</pre></li>`)}</ul></section>`;
}

function ruledOut({ ruledOut: causes, notEvaluated }: ReportDocument, labels: Labels): Html {
  return html`${
    causes.length === 0
      ? undefined
      : html`<details><summary>${labels.ruledOut} (${causes.length})</summary><ul>${causes.map(
          ({ id, name, because }) => html`<li><b>${id}</b> <code>${name}</code>: ${prose(because)}</li>`,
        )}</ul></details>`
  }${
    notEvaluated.length === 0
      ? undefined
      : html`<details><summary>${labels.notEvaluated} (${notEvaluated.length})</summary><p>${notEvaluated
          .map(({ id, name }) => `${id} ${name}`)
          .join(", ")}</p></details>`
  }`;
}

function evidence({ evidence: files }: ReportDocument, labels: Labels): Html {
  return html`<section><h2>${labels.evidence}</h2><div class="wide"><table>
<thead><tr><th>${labels.file}</th><th>${labels.kind}</th><th>${labels.role}</th><th>${labels.machine}</th><th class="number">${labels.records}</th></tr></thead>
<tbody>${files.map(
    ({ file, kind, role, machine, records, notes }) =>
      html`<tr><td>${file}${notes.map((note) => html`<br><span class="soft">${note}</span>`)}</td><td>${kind}</td><td>${role}</td><td>${machine}</td><td class="number">${records}</td></tr>`,
  )}</tbody></table></div></section>`;
}
