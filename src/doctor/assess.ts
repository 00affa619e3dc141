import { type Case, caseOf } from "./case/case.ts";
import type { Client } from "./case/client.ts";
import { cloudLadderOf } from "./case/cloud.ts";
import { isHurt } from "./case/discovery.ts";
import { enoughAt, isDue, unaskedIn } from "./case/enough.ts";
import { isLeftover } from "./case/key.ts";
import { mayNotRenew } from "./case/renewal.ts";
import {
  type Cause,
  type Judgement,
  LINKS,
  type Severity,
  type Sighting,
  type Text,
  type Verdict,
} from "./cause.ts";
import { CAUSES } from "./causes/index.ts";
import { type ChainLink, chainOf } from "./chain.ts";
import { freeMemory } from "./evidence/free-memory.ts";
import type { Evidence } from "./evidence/model.ts";
import type { Place } from "./evidence/place.ts";
import { isThere } from "./present.ts";
import { WANTED, type WantedId } from "./wanted.ts";

/** A cause that was seen. */
export interface Finding {
  readonly cause: Cause;
  readonly sighting: Sighting<unknown>;
}

/** A cause that is shown to be absent. */
export interface RuledOut {
  readonly cause: Cause;
  readonly because: Text;
  readonly at: Place | undefined;
}

/**
 * `healthy`: the evidence suffices to say that nothing is wrong. `degraded`: every client in it is or gets activated, and
 * something broken costs time now or activation later. `failing`: a machine or product in it is not activated and stays
 * so. `incomplete`: it does not decide.
 */
export type CaseVerdict = "healthy" | "degraded" | "failing" | "incomplete";

/** What the doctor has to say of the evidence. */
export interface Assessment {
  readonly case: Case;
  readonly verdict: CaseVerdict;
  /** The first is the answer. */
  readonly findings: readonly Finding[];
  readonly ruledOut: readonly RuledOut[];
  readonly notEvaluated: readonly { readonly cause: Cause; readonly wants: readonly WantedId[] }[];
  /** Causes whose own rule failed: a defect of Muster, which costs only that cause. */
  readonly crashed: readonly { readonly cause: Cause; readonly error: unknown }[];
  /** What would decide, the cheapest discriminator first. */
  readonly missing: readonly WantedId[];
  readonly chain: readonly ChainLink[];
}

/** Judges the evidence by every cause. Pure: the same evidence, the same findings. */
export function assess(evidence: Evidence, causes: readonly Cause[] = CAUSES): Assessment {
  const the = caseOf(evidence);
  const judged = causes
    .filter(({ systems }) => systems.includes(the.system))
    .map((cause) => {
      freeMemory(evidence);
      return { cause, ...judge(cause, the) };
    });
  const findings = ranked(
    judged.flatMap(({ cause, judgement }) =>
      judgement?.kind === "seen" ? [{ cause, sighting: judgement.sighting }] : [],
    ),
  );
  const ruledOut = judged.flatMap(({ cause, judgement }) =>
    judgement?.kind === "ruledOut" ? [{ cause, because: judgement.because, at: judgement.at }] : [],
  );
  const notEvaluated = judged.flatMap(({ cause, judgement }) =>
    judgement?.kind === "notEvaluated" ? [{ cause, wants: judgement.wants }] : [],
  );
  const crashed = judged.flatMap(({ cause, error }) => (error === undefined ? [] : [{ cause, error }]));
  const verdict = verdictOf(the, findings);
  return {
    case: the,
    verdict,
    findings,
    ruledOut,
    notEvaluated,
    crashed,
    missing: missingFor(the, verdict, findings),
    chain: chainOf(the, findings),
  };
}

function judge(cause: Cause, the: Case): { judgement?: Judgement<unknown>; error?: unknown } {
  try {
    return { judgement: cause.judge(the) };
  } catch (error) {
    return { error };
  }
}

const VERDICTS: readonly Verdict[] = ["confirmed", "likely", "possible", "benign"];
const SEVERITIES: readonly Severity[] = ["critical", "error", "warning", "notice", "info"];

/** Whether a finding is put forward, rather than named as one of several. */
export function isHeld({ sighting: { verdict } }: Finding): boolean {
  return verdict === "confirmed" || verdict === "likely";
}

/** Surest and gravest first, and a cause before what follows from it. */
export function ranked(findings: readonly Finding[]): Finding[] {
  const order = (finding: Finding) => {
    const { cause, sighting } = finding;
    const isExplained = findings.some((other) => isHeld(other) && other.cause.explains.includes(cause.id));
    return [
      VERDICTS.indexOf(sighting.verdict) < 2 ? 0 : VERDICTS.indexOf(sighting.verdict),
      Number(isExplained),
      Number(cause.isConsequence ?? false),
      VERDICTS.indexOf(sighting.verdict),
      SEVERITIES.indexOf(sighting.severity),
      LINKS.indexOf(cause.link),
      Number(cause.id.slice(1)),
    ];
  };
  return findings
    .map((finding) => ({ finding, order: order(finding) }))
    .toSorted((one, two) => compare(one.order, two.order))
    .map(({ finding }) => finding);
}

function compare(one: readonly number[], two: readonly number[]): number {
  const at = one.findIndex((value, index) => value !== two[index]);
  return at === -1 ? 0 : (one[at] ?? 0) - (two[at] ?? 0);
}

function verdictOf(the: Case, findings: readonly Finding[]): CaseVerdict {
  const held = findings.filter(isHeld).map(({ sighting }) => sighting.severity);
  if (held.some((severity) => severity === "critical" || severity === "error")) return "failing";
  if (held.includes("warning")) return isInDoubt(the) ? "incomplete" : "degraded";
  const isHealthy = !isInDoubt(the) && !the.clients.some((client) => isAtRisk(the, client)) && suffices(the);
  return isHealthy ? "healthy" : "incomplete";
}

/** Whether a client may fail to renew, and will not get over it by the next time it asks. */
function isAtRisk(the: Case, client: Client): boolean {
  return mayNotRenew(the, client) && !isLeftover(the, client) && !isDue(the, client);
}

/** Whether somebody in evidence is not activated and not about to be, or failed last, and nothing explains it. */
function isInDoubt(the: Case): boolean {
  return the.clients.some((client) => {
    const { state, failure } = client;
    if (state === "notActivated") return !isLeftover(the, client) && !isDue(the, client);
    return state === "unknown" && failure !== undefined;
  });
}

/** Whether the evidence is enough to call a deployment well. */
function suffices(the: Case): boolean {
  // What failed since a success that is younger than a renewal interval is noise.
  const client = the.clients.some(
    (each) =>
      each.state === "activated" &&
      (each.failure === undefined || (each.lastSuccess !== undefined && !isHurt(each))),
  );
  const host = the.hosts.some((each) => each.isActivated && enoughAt(each) !== undefined);
  return client || host || unaskedIn(the) !== undefined;
}

const LADDER: readonly WantedId[] = [
  "client-dlv",
  "client-events",
  "srv",
  "port-test",
  "host-dlv",
  "host-log",
];

/** Of whoever is in doubt, the ladder's next steps; and what the findings still want. */
function missingFor(the: Case, verdict: CaseVerdict, findings: readonly Finding[]): WantedId[] {
  const wanted = new Set(
    findings.flatMap((finding) => {
      const { verdict: certainty, wants = [] } = finding.sighting;
      // What is only possible wants to be told apart, by what is not there yet.
      if (!isHeld(finding)) return certainty === "benign" ? [] : wants.filter((id) => !isThere(the, id));
      return wants;
    }),
  );
  if (verdict === "incomplete") {
    const ladder: readonly WantedId[] = cloudLadderOf(the) ?? LADDER;
    for (const id of ladder) if (!isThere(the, id)) wanted.add(id);
  }
  return (Object.keys(WANTED) as WantedId[]).filter((id) => wanted.has(id));
}
