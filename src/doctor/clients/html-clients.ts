import { DAY } from "../../protocol/time.ts";
import { type Html, html } from "../report/html.ts";
import { page } from "../report/page.ts";
import { hresult } from "../words.ts";
import { endOfLog, hostsText, logLines, poolText, productName, productNames } from "./phrases.ts";
import { areaPlot, type Bar, bandPlot, barPlot, PLOT_STYLE } from "./plots.ts";
import { type ClientMachine, type ClientsReport, CONDITIONS, type Condition, type Day } from "./report.ts";
import { needsAttention } from "./select.ts";
import { dayStamp, minuteStamp } from "./stamps.ts";
import { chooser, dataTable, rowTables, type Shown, tableStyle } from "./tables.ts";
import { type Language, WORDS, type Words } from "./words.ts";

/** More bars than this are drawn by the week or by more weeks. */
const MOST_BARS = 180;
/** More of a kind than this are summed up: a page is no database. */
const MOST_SHOWN = 50;

/** The report as one HTML file without script, which can be mailed and printed. */
export function htmlClients(
  report: ClientsReport,
  machines: readonly ClientMachine[],
  language: Language,
): string {
  const words = WORDS[language];
  const title = words.clientsOf(hostsText(report, words));
  const body = html`<header>
<h1>${title}</h1>
${logLines(report, words).map((line) => html`<p${line.warns ? html` class="degraded"` : html` class="soft"`}>${line.text}</p>`)}
</header>
<main>
${overview(report, words)}
${plots(report, words)}
${countTable(report, words)}
${productTable(report, words)}
${failureTable(report, words)}
${clusterTable(report, words)}
${changeTable(report, words)}
${machineTables(report, machines, words)}
</main>`;
  return page({ title, language, style: PLOT_STYLE + tableStyle(headings(words), CONDITIONS), body });
}

/** How the machines stand, at a glance. */
function overview({ machines }: ClientsReport, words: Words): Html {
  const { number } = words;
  const groups = Map.groupBy(machines, (machine) => machine.condition);
  const attention = machines.filter(needsAttention).length;
  const parts = CONDITIONS.map((condition) => ({
    name: words.conditions[condition],
    value: groups.get(condition)?.length ?? 0,
    kind: condition,
  }));
  return html`<p class="answer ${attention > 0 ? "degraded" : "healthy"}">${
    attention > 0
      ? words.needAttention(number(attention), number(machines.length))
      : words.nobodyNeedsAttention
  }</p>
${bandPlot(words.machines, parts, number)}`;
}

function plots(report: ClientsReport, words: Words): Html {
  const { number } = words;
  const { bars, days } = barsOf(report.days, words);
  const ends = [dayStamp(report.days[0]?.start), dayStamp(report.days.at(-1)?.start)];
  const hours = report.hours.map((value, hour) => ({ title: `${hour}:00 ${number(value)}`, value, bad: 0 }));
  const states = report.requestsByStatus.map((value, at) => ({
    name: words.states[at] ?? "",
    value,
    kind: `s${at}`,
  }));
  return html`${barPlot(days === 1 ? words.requestsPerDay : `${words.requestsPerWeek}${days > 7 ? ` (× ${days / 7})` : ""}`, bars, ends, number)}
${report.windows.slice(0, MOST_SHOWN).map(({ pool, host, required, cap, from, distinct, highest }) => {
  const limits = [...required, ...(cap <= 2 * highest ? [cap] : [])].map((value) => ({
    value,
    label: value === cap ? `${words.cap} ${number(value)}` : `${words.required} ${number(value)}`,
  }));
  const name = report.hosts.length > 1 ? `${words.countOverTime(pool)} (${host})` : words.countOverTime(pool);
  return areaPlot(
    name,
    distinct,
    limits,
    [dayStamp(from), dayStamp(from + (distinct.length - 1) * DAY)],
    number,
  );
})}
<p class="soft">${words.countsHint}</p>
${bandPlot(words.statesAsked, states, number)}
${barPlot(`${words.hoursOfDay} (${words.utc})`, hours, ["0", "6", "12", "18", "24"], number, "small")}`;
}

/** Bars of as many days that there are not too many: one, or whole weeks. */
function barsOf(all: readonly Day[], words: Words): { bars: Bar[]; days: number } {
  const days = all.length <= MOST_BARS ? 1 : 7 * Math.ceil(all.length / 7 / MOST_BARS);
  const bars: Bar[] = [];
  for (let at = 0; at < all.length; at += days) {
    const part = all.slice(at, at + days);
    const value = part.reduce((sum, day) => sum + day.requests, 0);
    const bad = part.reduce((sum, day) => sum + day.failed, 0);
    const refused = bad > 0 ? `, ${words.number(bad)} ${words.refused}` : "";
    bars.push({ title: `${dayStamp(part[0]?.start)}: ${words.number(value)}${refused}`, value, bad });
  }
  return { bars, days };
}

function countTable({ windows, hosts }: ClientsReport, words: Words): Html {
  const { number } = words;
  const many = hosts.length > 1;
  return dataTable(
    words.counts,
    [
      ...(many ? [{ name: words.host }] : []),
      { name: words.pool },
      ...[words.now, words.highest, words.required, words.cap].map((name) => ({ name, isNumber: true })),
    ],
    windows.map(({ host, pool, current, highest, required, cap }) => [
      ...(many ? [host] : []),
      poolText(pool, words),
      number(current),
      number(highest),
      required.map(number).join(", "),
      number(cap),
    ]),
  );
}

function productTable({ products }: ClientsReport, words: Words): Html {
  const { number } = words;
  const numbers = [words.machines, words.requests, words.failed, words.required];
  return dataTable(
    words.products,
    [{ name: words.product }, ...numbers.map((name) => ({ name, isNumber: true }))],
    products
      .slice(0, MOST_SHOWN)
      .map((use) => [
        productName(use, words),
        number(use.machines),
        number(use.requests),
        number(use.failed),
        number(use.required),
      ]),
  );
}

function failureTable({ failures }: ClientsReport, words: Words): Html {
  const { number } = words;
  return dataTable(
    words.failures,
    [
      { name: words.code },
      { name: words.product },
      { name: words.machines, isNumber: true },
      { name: words.requests, isNumber: true },
      { name: words.lastSeen },
      { name: words.meaning },
    ],
    failures
      .slice(0, MOST_SHOWN)
      .map((failure) => [
        html`<code class="nowrap">${hresult(failure.code)}</code>`,
        productName(failure, words),
        number(failure.machines.length),
        number(failure.requests),
        minuteStamp(failure.last),
        html`${words.codes[failure.code] ?? ""}<div class="soft"><code>${failure.at.quote}</code></div>`,
      ]),
  );
}

function clusterTable({ clusters }: ClientsReport, words: Words): Html {
  return dataTable(
    words.sharedCmids,
    [{ name: words.cmid }, { name: words.meaning }, { name: words.names }],
    clusters
      .slice(0, MOST_SHOWN)
      .map((cluster) => [
        html`<code class="nowrap">${cluster.cmid}</code>`,
        words.cluster(cluster),
        namesText(cluster.members.map((member) => member.machine)),
      ]),
  );
}

function changeTable({ changes }: ClientsReport, words: Words): Html {
  return dataTable(
    words.severalCmids,
    [{ name: words.machine }, { name: words.meaning }, { name: words.cmids }],
    changes
      .slice(0, MOST_SHOWN)
      .map((change) => [
        change.machine,
        words.change(change),
        html`${change.cmids.slice(0, 8).map((each) => html`<span class="nowrap"><code>${each.cmid}</code> ${dayStamp(each.first)}</span><br>`)}`,
      ]),
  );
}

function namesText(names: readonly string[]): string {
  const shown = names.slice(0, MOST_SHOWN).join(", ");
  return names.length > MOST_SHOWN ? `${shown}, … (+${names.length - MOST_SHOWN})` : shown;
}

/** All machines by condition. */
function machineTables(report: ClientsReport, machines: readonly ClientMachine[], words: Words): Html {
  const groups = Map.groupBy(machines, (machine) => machine.condition);
  const endOf = endOfLog(report);
  const shown: Shown<ClientMachine> = {
    headings: headings(words),
    kinds: CONDITIONS.filter((condition) => groups.has(condition)),
    name: (kind) => words.conditions[kind as Condition],
    hint: (kind) => words.conditionHints[kind as Condition],
    of: (kind) => groups.get(kind as Condition) ?? [],
    row: (machine) => machineRow(machine, endOf, words),
  };
  return html`<h2>${words.machines}</h2>
${chooser(shown, machines.length, words)}
${rowTables(shown, words)}`;
}

function headings(words: Words): string[] {
  return [
    words.machine,
    words.condition,
    words.products,
    words.state,
    words.lastSeen,
    words.requests,
    words.expires,
    words.next,
  ];
}

function machineRow(machine: ClientMachine, endOf: (machine: ClientMachine) => number, words: Words): Html {
  const { label, names, cmids, status, first, last, requests, failed, expires, next } = machine;
  const { number } = words;
  const full = names.findLast((name) => name !== label);
  const [cmid = "", ...others] = cmids;
  const more = others.length > 0 ? ` +${others.length}` : "";
  return html`<tr><td><b>${label}</b>${full === undefined ? undefined : html` <i>${full}</i>`} <i>${cmid}${more}</i><td>${words.why(machine, endOf(machine))}<td>${productNames(machine, words)}<td>${words.states[status] ?? status}${machine.virtual ? ` · ${words.virtual}` : ""}<td>${minuteStamp(last)} <i>${words.firstSeen} ${dayStamp(first)}</i><td>${number(requests)}${failed > 0 ? ` (${number(failed)} ${words.refused})` : ""}<td>${dayStamp(expires)}<td>${dayStamp(next)}
`;
}
