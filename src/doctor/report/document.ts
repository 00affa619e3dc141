import type { Assessment, Finding } from "../assess.ts";
import type { Language, Text } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { WANTED } from "../wanted.ts";

/**
 * A diagnosis in one language, ready to be shown: the JSON of `muster doctor --format json`, and what every other format
 * is made of. Texts and numbers only.
 */
export interface ReportDocument {
  readonly version: 1;
  readonly language: Language;
  readonly system: "kms" | "muster";
  readonly verdict: Assessment["verdict"];
  readonly machines: number;
  readonly evidence: readonly ReportFile[];
  readonly chain: readonly ReportLink[];
  readonly findings: readonly ReportFinding[];
  readonly ruledOut: readonly { readonly id: string; readonly name: string; readonly because: string }[];
  readonly missing: readonly { readonly what: string; readonly why: string; readonly command: string }[];
  readonly notEvaluated: readonly { readonly id: string; readonly name: string }[];
}

export interface ReportFile {
  readonly file: string;
  readonly kind: string;
  readonly role: string;
  readonly machine: string;
  readonly language: string;
  readonly records: number;
  readonly notes: readonly string[];
}

export interface ReportLink {
  readonly link: Assessment["chain"][number]["link"];
  readonly state: "ok" | "broken" | "unknown";
  readonly shows: string;
}

export interface ReportFinding {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly verdict: Finding["sighting"]["verdict"];
  readonly severity: Finding["sighting"]["severity"];
  readonly why: string;
  readonly affects: readonly string[];
  readonly evidence: readonly Place[];
  readonly lookalikes: readonly { readonly id: string; readonly test: string }[];
  readonly remedy: {
    /** The steps, one a line. */
    readonly text: string;
    readonly commands: readonly string[];
    readonly owner: Finding["cause"]["owner"];
    readonly cost: string;
    readonly undo: string;
    readonly verify: string;
  };
  readonly links: readonly string[];
}

/** Puts an assessment into words. */
export function documentOf(assessment: Assessment, language: Language): ReportDocument {
  const { case: the, verdict, findings, ruledOut, notEvaluated, crashed, missing, chain } = assessment;
  const { evidence, system } = the;
  return {
    version: 1,
    language,
    system,
    verdict,
    machines: evidence.machines.length,
    evidence: evidence.files.map(({ file, kind, role, machine, language: labels, records, notes }) => {
      return { file, kind, role, machine, language: labels, records, notes };
    }),
    chain: chain.map(({ link, state, shows }) => ({ link, state, shows: shows?.[language] ?? "" })),
    findings: findings.map((finding) => findingOf(finding, system, language)),
    ruledOut: ruledOut.map(({ cause: { id, name }, because }) => ({ id, name, because: because[language] })),
    missing: missing.map((id) => {
      const { what, why, command } = WANTED[id];
      return { what: what[language], why: (why as Text)[language], command: command(system) };
    }),
    notEvaluated: [...notEvaluated, ...crashed].map(({ cause: { id, name } }) => ({ id, name })),
  };
}

function findingOf(
  { cause, sighting }: Finding,
  system: "kms" | "muster",
  language: Language,
): ReportFinding {
  const words = cause.words[language];
  const { facts, verdict, severity, evidence, affects } = sighting;
  const { steps, cost, undo, verify } = words.remedy;
  return {
    id: cause.id,
    name: cause.name,
    title: words.title,
    verdict,
    severity,
    why: words.why(facts),
    affects,
    evidence: distinct(evidence),
    lookalikes: cause.lookalikes.map(({ id, test }) => ({ id, test: test[language] })),
    remedy: {
      text: steps(facts, system).join("\n"),
      commands: cause.commands(facts, system),
      owner: cause.owner,
      cost,
      undo: undo(facts, system),
      verify: verify(facts, system),
    },
    links: cause.links,
  };
}

/** Each place once: two rules of one cause may quote the same line. */
function distinct(places: readonly Place[]): Place[] {
  const keys = places.map(({ file, line, record }) => `${file} ${line} ${record}`);
  return places.filter((_, at) => keys.indexOf(keys[at] ?? "") === at);
}

/** 0 nothing is wrong, 1 something is, 3 the evidence does not decide. */
export function exitCodeOf({ verdict }: ReportDocument): 0 | 1 | 3 {
  return verdict === "healthy" ? 0 : verdict === "incomplete" ? 3 : 1;
}

/** Findings that are put forward. */
export function heldOf({ findings }: ReportDocument): ReportFinding[] {
  return findings.filter(({ verdict }) => verdict === "confirmed" || verdict === "likely");
}
