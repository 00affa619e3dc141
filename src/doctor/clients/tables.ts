import { type Html, html } from "../report/html.ts";
import type { Words } from "./words.ts";

/** Browsers lay out only the tables that are in view, so one long table is cut into several. */
const ROWS_A_TABLE = 200;

interface Column {
  readonly name: string;
  readonly isNumber?: boolean;
}

/** A table under a heading, or nothing when it has no rows. */
export function dataTable(
  title: string,
  columns: readonly Column[],
  rows: readonly (readonly (Html | string)[])[],
): Html {
  if (rows.length === 0) return html``;
  const kind = (column: Column | undefined) => (column?.isNumber ? html` class="number"` : undefined);
  return html`<h2>${title}</h2>
<div class="wide"><table><thead><tr>${columns.map((column) => html`<th${kind(column)}>${column.name}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${row.map((cell, at) => html`<td${kind(columns[at])}>${cell}</td>`)}</tr>
`,
  )}</tbody></table></div>
`;
}

/** Rows of several kinds, each kind under a heading of its own. */
export interface Shown<Item> {
  readonly headings: readonly string[];
  /** Kinds that there are, in order; they are class names too. */
  readonly kinds: readonly string[];
  name(kind: string): string;
  hint(kind: string): string;
  of(kind: string): readonly Item[];
  row(item: Item): Html;
}

/** Radio buttons that choose which kind is shown: CSS alone does it. */
export function chooser<Item>(shown: Shown<Item>, all: number, words: Words): Html {
  const choice = (id: string, label: string, count: number) =>
    html`<label><input type="radio" name="show" id="show-${id}"${id === "all" ? html` checked` : undefined}> ${label} ${words.number(count)}</label>
`;
  return html`<fieldset class="choices">
${choice("all", words.all, all)}${shown.kinds.map((kind) => choice(kind, shown.name(kind), shown.of(kind).length))}</fieldset>
`;
}

/** The rows of each kind. */
export function rowTables<Item>(shown: Shown<Item>, words: Words): Html {
  const head = html`<thead><tr>${shown.headings.map((name) => html`<th>${name}</th>`)}</tr></thead>`;
  const sections = shown.kinds.map((kind) => {
    const items = shown.of(kind);
    const parts: (readonly Item[])[] = [];
    for (let at = 0; at < items.length; at += ROWS_A_TABLE) parts.push(items.slice(at, at + ROWS_A_TABLE));
    return html`<section class="group ${kind}"><h3>${shown.name(kind)} <span class="soft">${words.number(items.length)}</span></h3>
<p class="soft">${shown.hint(kind)}</p>
${parts.map(
  (part) => html`<table class="machines">${head}<tbody>
${part.map((item) => shown.row(item))}</tbody></table>
`,
)}</section>
`;
  });
  return html`${sections}`;
}

/** The style of the tables of rows. Where there is no room for columns, each cell is a line that begins with its heading. */
export function tableStyle(headings: readonly string[], kinds: readonly string[]): string {
  const labels = headings
    .map((name, at) => `.machines td:nth-child(${at + 1})::before{content:${JSON.stringify(`${name}: `)}}`)
    .slice(1);
  const hidden = kinds.map((kind) => `body:has(#show-${kind}:checked) .group:not(.${kind})`);
  return `
body{max-width:82rem}code{white-space:pre-wrap}.wide{overflow-wrap:break-word}.wide th,.nowrap{white-space:nowrap}.wide td:last-child:not(.number){min-width:14rem}.wide td code:not(.nowrap){overflow-wrap:anywhere}
.choices{border:0;padding:.4rem 0;margin:.75rem 0;display:flex;flex-wrap:wrap;gap:.35rem .9rem}
${hidden.join(",")}{display:none}
.machines{table-layout:fixed;content-visibility:auto;contain-intrinsic-size:auto 9000px;font-size:.85rem}.machines td,.machines th{padding:.25rem .5rem;unicode-bidi:isolate}
.machines th:nth-child(1){width:23%}.machines th:nth-child(2),.machines th:nth-child(3){width:15%}.machines th:nth-child(4),.machines th:nth-child(5){width:11%}
.machines i{font-style:normal;display:block;color:var(--soft);font-size:.92em}
.group,.group.failing,.group.overdue,.group.expired{color:var(--ink)}.failing h3,.expired h3{color:var(--bad)}.not-activated h3,.overdue h3,.old h3{color:var(--warn)}
@media screen and (max-width:52rem){.machines thead{display:none}.machines,.machines tbody,.machines tr,.machines td{display:block;width:auto}.machines tr{border-bottom:1px solid var(--line);padding:.5rem 0}.machines td{border:0;padding:.05rem 0}.machines td:empty{display:none}.machines td::before{color:var(--soft)}.machines{contain-intrinsic-size:auto 36000px}
${labels.join("")}}
@media print{.choices{display:none}.machines{content-visibility:visible;font-size:7.5pt;line-height:1.3}.machines td,.machines th{padding:.15rem .3rem}.machines thead{display:table-header-group}.group h3,.group p{break-after:avoid}}
`;
}
