import type { Move, SwitchOff, SwitchOffReason } from "./compare.ts";
import type { ClientMachine, Cluster, CmidChange, Condition } from "./report.ts";
import { english } from "./words-en.ts";
import { japanese } from "./words-ja.ts";

export const LANGUAGES = ["en", "ja"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Everything that people read of a clients report or a comparison, in one language. */
export interface Words {
  readonly language: Language;
  readonly title: string;
  readonly compareTitle: string;
  readonly hostLog: string;
  readonly clientsOf: (hosts: string) => string;
  readonly unnamedHost: string;
  readonly span: (first: string, last: string, days: string) => string;
  readonly zoneOpen: string;
  readonly utc: string;
  /** The log is shorter than the renewal interval of so many days. */
  readonly short: (days: string) => string;
  readonly selected: string;
  readonly interval: (days: string, stated: boolean) => string;
  readonly repeated: (count: string) => string;
  readonly undated: (count: string) => string;
  readonly machines: string;
  readonly machine: string;
  readonly requests: string;
  readonly failed: string;
  readonly virtual: string;
  readonly physical: string;
  readonly virtualHint: string;
  readonly products: string;
  readonly product: string;
  readonly unknownProduct: (id: string) => string;
  readonly required: string;
  readonly failures: string;
  readonly code: string;
  readonly meaning: string;
  readonly lastSeen: string;
  readonly firstSeen: string;
  readonly state: string;
  readonly condition: string;
  readonly expires: string;
  readonly next: string;
  readonly cmid: string;
  readonly cmids: string;
  readonly names: string;
  readonly host: string;
  readonly counts: string;
  readonly pool: string;
  readonly otherPool: string;
  readonly now: string;
  readonly highest: string;
  readonly cap: string;
  readonly countsHint: string;
  readonly sharedCmids: string;
  readonly cluster: (cluster: Cluster) => string;
  readonly severalCmids: string;
  readonly change: (change: CmidChange) => string;
  readonly requestsPerDay: string;
  readonly requestsPerWeek: string;
  readonly hoursOfDay: string;
  readonly answered: string;
  readonly refused: string;
  readonly countOverTime: (pool: string) => string;
  readonly statesAsked: string;
  readonly needAttention: (some: string, all: string) => string;
  readonly nobodyNeedsAttention: string;
  readonly more: (count: string, how: string) => string;
  readonly all: string;
  readonly conditions: Readonly<Record<Condition, string>>;
  /** What each condition means, in a sentence. */
  readonly conditionHints: Readonly<Record<Condition, string>>;
  /** What is to be said of this machine in a table. */
  readonly why: (machine: ClientMachine, ends: number) => string;
  readonly states: readonly string[];
  readonly codes: Readonly<Record<number, string>>;
  readonly oldHost: string;
  readonly newHost: string;
  readonly lastAtOld: string;
  readonly firstAtNew: string;
  readonly lastAtNew: string;
  readonly move: string;
  readonly movedAt: string;
  readonly moves: Readonly<Record<Move, string>>;
  readonly moveHints: Readonly<Record<Move, string>>;
  readonly switchOff: Readonly<Record<SwitchOff["verdict"], string>>;
  readonly reason: (reason: SwitchOffReason) => string;
  readonly lookAgain: (when: string) => string;
  readonly firstExpiry: (when: string) => string;
  /** Numbers with the separators of the language. */
  readonly number: (value: number) => string;
  readonly share: (part: string, whole: string) => string;
}

export const WORDS: Readonly<Record<Language, Words>> = { en: english, ja: japanese };
