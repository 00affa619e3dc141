import type { Case } from "./case/case.ts";
import type { System } from "./evidence/model.ts";
import type { Place } from "./evidence/place.ts";
import type { WantedId } from "./wanted.ts";

/** Languages of all reports. */
export const LANGUAGES = ["en", "ja"] as const;
export type Language = (typeof LANGUAGES)[number];
/** One sentence or more, in each language. */
export type Text = Readonly<Record<Language, string>>;

/** Stable id of a finding: family and number, as in `H10`. */
export type CauseId = `${"D" | "N" | "H" | "C" | "A" | "W" | "G" | "R" | "M"}${number}`;

/** The link of the chain that a cause breaks, in the order in which a request passes them. */
export const LINKS = ["client", "dns", "network", "host", "key", "count"] as const;
export type Link = (typeof LINKS)[number];

/** Who can cure it. */
export type Owner =
  | "dns"
  | "network"
  | "imaging"
  | "licensing"
  | "host"
  | "client"
  | "cloud"
  | "security"
  | "nobody";

/**
 * By its effect on people: `critical` nobody is or will be activated; `error` some machine is not and will not be;
 * `warning` something is broken that costs time now or activation later; `notice` worth knowing, needs nothing now;
 * `info` harmless.
 */
export type Severity = "critical" | "error" | "warning" | "notice" | "info";

/**
 * `confirmed`: the evidence proves it and rules its look-alikes out. `likely`: the best explanation, and a look-alike is
 * left. `possible`: fits, as others do. `benign`: it is there and it is no fault.
 */
export type Verdict = "confirmed" | "likely" | "possible" | "benign";

/** What a cause says when it is in the evidence. */
export interface Sighting<Facts> {
  readonly verdict: Verdict;
  readonly severity: Severity;
  /** What the words need: names, counts, times. Numbers and texts only, so that reports can be redacted. */
  readonly facts: Facts;
  /** Lines and records that prove it, the strongest first; at most 8. */
  readonly evidence: readonly Place[];
  /** Labels of machines or names of products that it keeps, or will keep, from being activated. */
  readonly affects: readonly string[];
  /** What would make it certain, or tell it from its look-alikes. */
  readonly wants?: readonly WantedId[];
}

/** What a cause has to say of a case: seen, shown to be absent, or not to be told from what there is. */
export type Judgement<Facts> =
  | { readonly kind: "seen"; readonly sighting: Sighting<Facts> }
  | { readonly kind: "ruledOut"; readonly because: Text; readonly at?: Place }
  | { readonly kind: "notEvaluated"; readonly wants: readonly WantedId[] };

/** The words of a cause in one language, for one system. `facts` come from the sighting. */
export interface Words<Facts> {
  /** One line that names what is wrong, without facts: used in lists. */
  readonly title: string;
  /** One or two sentences: which discriminator fired, with the figures. */
  why(facts: Facts): string;
  /** What it is, in two to five sentences, for `doctor explain`: how it comes about, what people take it for. */
  readonly about: string;
  readonly remedy: {
    /** Steps, in order, one sentence each. */
    steps(facts: Facts, system: System): readonly string[];
    /** What the remedy costs or risks: restarts, a rearm, downtime. `""` when nothing. */
    readonly cost: string;
    /** How to take it back. */
    undo(facts: Facts, system: System): string;
    /** What to run afterwards and what it then shows. */
    verify(facts: Facts, system: System): string;
  };
}

/** One cause: the page that an expert would write of it. */
export interface Cause<Facts = unknown> {
  readonly id: CauseId;
  /** Kebab case, stable. */
  readonly name: string;
  readonly link: Link;
  readonly owner: Owner;
  /** Which deployments can have it. */
  readonly systems: readonly System[];
  readonly links: readonly string[];
  /** Ids that are consequences of this one: when both are seen, this one comes first. */
  readonly explains: readonly CauseId[];
  /** It is almost always the consequence of another: never first when a cause is seen. */
  readonly isConsequence?: boolean;
  /** What it is taken for, and the test that tells them apart. */
  readonly lookalikes: readonly { readonly id: CauseId; readonly test: Text }[];
  /** Pure: the same case, the same judgement. */
  judge(the: Case): Judgement<Facts>;
  readonly words: Readonly<Record<Language, Words<Facts>>>;
  /** Commands of the remedy, one a line as they are typed. */
  commands(facts: Facts, system: System): readonly string[];
}

/** Declares a cause, and lets the type of its facts be found out from `judge`. */
export function defineCause<Facts>(cause: Cause<Facts>): Cause {
  return cause as unknown as Cause;
}

/** It is there. */
export function seen<Facts>(sighting: Sighting<Facts>): Judgement<Facts> {
  return { kind: "seen", sighting };
}

/** It is not there, and this is how we know. */
export function ruledOut(en: string, ja: string, at?: Place): Judgement<never> {
  return at === undefined
    ? { kind: "ruledOut", because: { en, ja } }
    : { kind: "ruledOut", because: { en, ja }, at };
}

/** It cannot be told from what there is. */
export function notEvaluated(...wants: WantedId[]): Judgement<never> {
  return { kind: "notEvaluated", wants };
}
