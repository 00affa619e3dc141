import { type Html, html } from "../report/html.ts";
import { page } from "../report/page.ts";
import { type ComparedMachine, type Comparison, MOVES, type Move } from "./compare.ts";
import { productName, sideText, switchOffLines } from "./phrases.ts";
import { bandPlot, PLOT_STYLE } from "./plots.ts";
import { dayStamp, minuteStamp } from "./stamps.ts";
import { chooser, dataTable, rowTables, type Shown, tableStyle } from "./tables.ts";
import { type Language, WORDS, type Words } from "./words.ts";

const VERDICTS = { now: "healthy", "not-yet": "degraded", unknown: "incomplete" } as const;

/** The comparison as one HTML file without script. */
export function htmlComparison(comparison: Comparison, language: Language): string {
  const words = WORDS[language];
  const [answer = "", ...reasons] = switchOffLines(comparison, words);
  const { number } = words;
  const groups = Map.groupBy(comparison.machines, (machine) => machine.move);
  const parts = MOVES.map((move) => ({
    name: words.moves[move],
    value: groups.get(move)?.length ?? 0,
    kind: move,
  }));
  const shown: Shown<ComparedMachine> = {
    headings: headings(words),
    kinds: MOVES.filter((move) => groups.has(move)),
    name: (move) => words.moves[move as Move],
    hint: (move) => words.moveHints[move as Move],
    of: (move) => groups.get(move as Move) ?? [],
    row: (machine) => row(machine, words),
  };
  const numbers = [words.machines, ...MOVES.map((move) => words.moves[move])];
  const body = html`<header>
<h1>${words.compareTitle}</h1>
<p class="soft">${sideText(words.oldHost, comparison.old, words)}</p>
<p class="soft">${sideText(words.newHost, comparison.new, words)}</p>
</header>
<main>
<h2 class="${VERDICTS[comparison.switchOff.verdict]}">${answer}</h2>
<ul>${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>
${bandPlot(words.machines, parts, number)}
${dataTable(
  words.products,
  [{ name: words.product }, ...numbers.map((name) => ({ name, isNumber: true }))],
  comparison.products.map((use) => [
    productName(use, words),
    number(use.machines),
    ...MOVES.map((move) => number(use.moves[move])),
  ]),
)}
<h2>${words.machines}</h2>
${chooser(shown, comparison.machines.length, words)}
${rowTables(shown, words)}</main>`;
  const style = PLOT_STYLE + tableStyle(headings(words), MOVES);
  return page({ title: words.compareTitle, language, style, body });
}

function headings(words: Words): string[] {
  return [
    words.machine,
    words.products,
    words.lastAtOld,
    words.firstAtNew,
    words.lastAtNew,
    words.movedAt,
    words.expires,
    words.next,
  ];
}

function row(machine: ComparedMachine, words: Words): Html {
  const full = machine.names.findLast((name) => name !== machine.label);
  const products = machine.products.map((each) => productName(each, words)).join(", ");
  return html`<tr><td><b>${machine.label}</b>${full === undefined ? undefined : html` <i>${full}</i>`}<td>${products}<td>${minuteStamp(machine.oldLast)}<td>${minuteStamp(machine.newFirst)}<td>${minuteStamp(machine.newLast)}<td>${dayStamp(machine.movedAt)}<td>${dayStamp(machine.expires)}<td>${dayStamp(machine.next)}
`;
}
