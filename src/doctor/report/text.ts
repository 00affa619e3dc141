import type { ReportDocument, ReportFinding, ReportLink } from "./document.ts";
import { heldOf } from "./document.ts";
import { LABELS, type Labels } from "./labels.ts";
import { wrapped } from "./wrap.ts";

/** How a text report is printed. */
export interface TextOptions {
  /** All of it, rather than what fits one screen. */
  readonly verbose: boolean;
  /** Colours of a terminal. */
  readonly color: boolean;
  /** Columns. */
  readonly width: number;
}

type Paint = (text: string) => string;
const MARKS = { ok: "✓", broken: "✗", unknown: "·" } as const;
/** Pieces of evidence and things ruled out that one screen shows. */
const SHOWN = 3;

/** The report for people: the chain with its first broken link, the finding with its proof and remedy, on one screen. */
export function textReport(document: ReportDocument, options: TextOptions): string {
  const labels = LABELS[document.language];
  const paint = paints(options.color);
  const [first, ...rest] = heldOf(document);
  const { name, says } = labels.verdicts[document.verdict];
  const blocks = [
    [
      `${paint.verdict[document.verdict](name.toUpperCase())}  ${says}`,
      ...wrapped(labels.files(countOf(document), document.machines), options.width).map(paint.dim),
    ],
    document.chain.map((link) => chainLine(link, labels, paint, options.width)),
    first === undefined ? [] : findingLines(first, labels, paint, options),
    ...rest.map((finding) => (options.verbose ? findingLines(finding, labels, paint, options) : [])),
    options.verbose ? [] : listed(labels.also, rest, labels, paint, options),
    listed(labels.possible, byVerdict(document, "possible"), labels, paint, options),
    listed(labels.harmless, byVerdict(document, "benign"), labels, paint, options),
    missingLines(document, labels, paint, options),
    ruledOutLines(document, labels, paint, options),
    options.verbose ? evidenceLines(document, labels, paint, options) : [],
  ];
  const shown = blocks.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${shown.join("\n\n")}\n`;
}

function countOf({ evidence }: ReportDocument): number {
  return new Set(evidence.map(({ file }) => file)).size;
}

function byVerdict({ findings }: ReportDocument, wanted: string): ReportFinding[] {
  return findings.filter(({ verdict }) => verdict === wanted);
}

function chainLine({ link, state, shows }: ReportLink, labels: Labels, paint: Paints, width: number): string {
  const room = Math.max(...Object.values(labels.links).map((name) => Bun.stringWidth(name)));
  const name = labels.links[link];
  const head = `  ${MARKS[state]} ${name}${" ".repeat(room - Bun.stringWidth(name))}  `;
  const says = shows === "" ? labels.chainStates[state] : shows;
  const [line = "", ...more] = wrapped(says, width - Bun.stringWidth(head));
  const text = [`${head}${line}`, ...more.map((each) => `${" ".repeat(Bun.stringWidth(head))}${each}`)].join(
    "\n",
  );
  return state === "broken" ? paint.bad(text) : state === "unknown" ? paint.dim(text) : text;
}

function findingLines(finding: ReportFinding, labels: Labels, paint: Paints, options: TextOptions): string[] {
  const { id, title, verdict, severity, why, evidence, remedy, affects, lookalikes, links } = finding;
  const { width, verbose } = options;
  const state = `${labels.findings[verdict]}, ${labels.severities[severity]}`;
  const heading = wrapped(`${id}  ${title}  (${state})`, width).map(paint.bold);
  const places = verbose ? evidence : evidence.slice(0, SHOWN);
  const steps = remedy.text.split("\n");
  return [
    ...heading,
    ...indented(why, width),
    ...(affects.length > 1 || (verbose && affects.length > 0)
      ? indented(`${labels.affects}: ${shortened(affects, verbose)}`, width)
      : []),
    "",
    `  ${paint.bold(labels.proof)}`,
    ...places.flatMap(({ file, line, record, quote }) => {
      const place = record > 0 ? `${labels.record} ${record}` : `${labels.line} ${line}`;
      return [
        `    ${paint.dim(`${file}, ${place}`)}`,
        ...wrapped(quote, width - 6, verbose ? 8 : 2).map((text) => `      ${text}`),
      ];
    }),
    "",
    `  ${paint.bold(labels.remedy)} (${labels.by}: ${labels.owners[remedy.owner]})`,
    ...steps.flatMap((step, at) => indented(steps.length > 1 ? `${at + 1}. ${step}` : step, width, 4)),
    ...remedy.commands.map((command) => `      ${paint.command(command)}`),
    ...(remedy.cost === "" ? [] : indented(`${labels.cost}: ${remedy.cost}`, width, 4)),
    ...indented(`${labels.verify}: ${remedy.verify}`, width, 4),
    ...(verbose ? indented(`${labels.undo}: ${remedy.undo}`, width, 4) : []),
    ...(verbose && lookalikes.length > 0
      ? [
          "",
          `  ${paint.bold(labels.lookalikes)}`,
          ...lookalikes.flatMap((each) => indented(`${each.id}: ${each.test}`, width, 4)),
        ]
      : []),
    ...(verbose ? ["", `  ${paint.bold(labels.links_)}`, ...links.map((link) => `    ${link}`)] : []),
  ];
}

function listed(
  heading: string,
  findings: readonly ReportFinding[],
  labels: Labels,
  paint: Paints,
  { verbose, width }: TextOptions,
): string[] {
  if (findings.length === 0) return [];
  const shown = verbose ? findings : findings.slice(0, SHOWN);
  const left = findings.length - shown.length;
  return [
    paint.bold(heading),
    ...shown.flatMap(({ id, title, why, verdict }) =>
      indented(verdict === "benign" || verbose ? `${id}  ${title}: ${why}` : `${id}  ${title}`, width),
    ),
    ...(left > 0 ? [`  ${paint.dim(labels.more(left))}`] : []),
  ];
}

function missingLines(
  { missing }: ReportDocument,
  labels: Labels,
  paint: Paints,
  options: TextOptions,
): string[] {
  if (missing.length === 0) return [];
  const { width, verbose } = options;
  return [
    paint.bold(labels.missing),
    ...missing.flatMap(({ what, why, command }) => [
      ...indented(verbose ? `${what}${labels.stop}${why}` : what, width),
      `      ${paint.command(command)}`,
    ]),
  ];
}

function ruledOutLines(
  { ruledOut, notEvaluated }: ReportDocument,
  labels: Labels,
  paint: Paints,
  options: TextOptions,
): string[] {
  const { width, verbose } = options;
  if (verbose) {
    return [
      ...(ruledOut.length === 0 ? [] : [paint.bold(labels.ruledOut)]),
      ...ruledOut.flatMap(({ id, name, because }) => indented(`${id} ${name}: ${because}`, width)),
      ...(notEvaluated.length === 0 ? [] : ["", paint.bold(labels.notEvaluated)]),
      ...indented(notEvaluated.map(({ id, name }) => `${id} ${name}`).join(", "), width),
    ];
  }
  if (ruledOut.length === 0) return [];
  const shown = ruledOut.slice(0, SHOWN);
  const left = ruledOut.length - shown.length;
  return [
    paint.bold(labels.ruledOut),
    ...shown.flatMap(({ id, because }) => indented(`${id}  ${because}`, width)),
    ...(left > 0 ? [`  ${paint.dim(labels.more(left))}`] : []),
  ];
}

function evidenceLines(
  { evidence }: ReportDocument,
  labels: Labels,
  paint: Paints,
  { width }: TextOptions,
): string[] {
  return [
    paint.bold(labels.evidence),
    ...evidence.flatMap(({ file, kind, role, machine, records, notes }) => [
      ...indented(
        [file, kind, role, machine, records === 0 ? "" : `${records} ${labels.records}`]
          .filter(Boolean)
          .join("  "),
        width,
      ),
      ...notes.flatMap((note) => indented(note, width, 6)),
    ]),
  ];
}

function indented(text: string, width: number, by = 2): string[] {
  if (text === "") return [];
  return wrapped(text, width - by).map((line) => `${" ".repeat(by)}${line}`);
}

function shortened(names: readonly string[], all: boolean): string {
  const shown = all ? names : names.slice(0, 8);
  return names.length > shown.length
    ? `${shown.join(", ")} (+${names.length - shown.length})`
    : shown.join(", ");
}

interface Paints {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly bad: Paint;
  readonly command: Paint;
  readonly verdict: Readonly<Record<ReportDocument["verdict"], Paint>>;
}

function paints(color: boolean): Paints {
  const of =
    (code: number): Paint =>
    (text) =>
      color ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    bold: of(1),
    dim: of(2),
    bad: of(31),
    command: of(36),
    verdict: { healthy: of(32), degraded: of(33), failing: of(31), incomplete: of(35) },
  };
}
