import type { Attempt, Evidence, LogEvent, Machine, ProductReport, Status } from "../evidence/model.ts";
import type { LocalTime, Place } from "../evidence/place.ts";
import { type Product, productOf } from "../products.ts";
import { type Asker, askersOf } from "./askers.ts";
import { type Exchange, type Requests, requestsOf } from "./exchange.ts";
import { heldKeyOf } from "./key.ts";
import { VALIDITY } from "./lease.ts";
import { isLogOf } from "./log.ts";
import { COUNT_INSUFFICIENT } from "./population.ts";

/** Something that happened at a time, with its place. */
export interface Moment {
  readonly time: number;
  readonly at: Place;
}

/** A failure with the code that counts: the inner one where it is known. */
export interface Failure extends Moment {
  /** HRESULT, unsigned. */
  readonly code: number;
  readonly from: "12288" | "12289" | "12290" | "ato" | "8198" | "reason";
}

/** One product on one machine that ought to be activated, as both sides know it. */
export interface Client {
  readonly machine: Machine | undefined;
  /** What people call it: its name, or the file that it is known from. */
  readonly label: string;
  /** Activation id, lower case; `""` when it is not known. */
  readonly product: string;
  readonly info: Product | undefined;
  /** Newest report of slmgr or WMI. */
  readonly report: ProductReport | undefined;
  readonly requests: Requests | undefined;
  /** Newest 50 of its requests, oldest first. */
  readonly exchanges: readonly Exchange[];
  readonly attempts: readonly Attempt[];
  /** 8196, 8197, 8198, 8230 and 8233 of this product, or of none, oldest first. */
  readonly events: readonly LogEvent[];
  /** How hosts saw it. */
  readonly askers: readonly Asker[];
  /** From its description; `VOLUME_KMSCLIENT` as well when it sent requests to a host. `""` when it is not known. */
  readonly channel: string;
  readonly status: Status | undefined;
  readonly state: "activated" | "notActivated" | "unknown";
  /** 25, 5, 0 when it is not known. */
  readonly required: number;
  readonly lastSuccess: Moment | undefined;
  /** Newest failure that no success followed. */
  readonly failure: Failure | undefined;
  /** All failing exchanges after the last success, oldest first. */
  readonly failing: readonly Exchange[];
  /** The count that a host last told it. */
  readonly lastCount: { readonly value: number; readonly at: Place } | undefined;
}

export const KMS_CLIENT = "VOLUME_KMSCLIENT";
const NEWEST = 50;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const RULE_EVENTS = new Set([8196, 8197, 8198, 8230, 8233]);
const RULE_FAILURES = new Set([8196, 8198, 8233]);

/** Everyone in evidence who ought to be activated. `now` is how far the evidence reaches. */
export function clientsOf(evidence: Evidence): Client[] {
  const parts = new Map<string, Parts>();
  const partsFor = (label: string, machine: Machine | undefined, product: string): Parts => {
    const key = `${label} ${product}`;
    let found = parts.get(key);
    if (found === undefined) {
      found = { label, machine, product, reports: [], attempts: [], askers: [], requests: undefined };
      parts.set(key, found);
    }
    return found;
  };
  for (const report of evidence.products) {
    if (isHostReport(report) || isUnused(report)) continue;
    const machine = evidence.machineOf(report.origin);
    const product = report.product?.value ?? productInFile(evidence, report) ?? "";
    partsFor(machine?.label ?? report.origin.file, machine, product).reports.push(report);
  }
  for (const requests of requestsOf(evidence)) {
    const label = requests.machine?.label ?? requests.computer;
    partsFor(label, requests.machine, requests.product).requests = requests;
  }
  for (const asker of askersOf(evidence)) {
    partsFor(asker.label, asker.machine, asker.product).askers.push(asker);
  }
  for (const attempt of evidence.attempts) {
    const machine = evidence.machineOf(attempt.origin);
    const label = machine?.label ?? attempt.origin.file;
    const product = attempt.product?.value ?? onlyProduct(parts, label) ?? "";
    // A host's own activation is no client's attempt.
    if (evidence.products.some((report) => isHostReport(report) && report.product?.value === product))
      continue;
    partsFor(label, machine, product).attempts.push(attempt);
  }
  const events = ruleEvents(evidence);
  // Of a machine that gave its log alone, the service tells what its key is and how it stands (8230).
  for (const [key, list] of events) {
    const state = list.findLast(({ id, fields }) => id === 8230 && fields.ProductKeyType !== undefined);
    const machine = state && evidence.machineNamed(state.computer);
    const isKnown = [...parts.values()].some(({ label }) => label === key);
    if (state === undefined || isKnown || machine?.isHost || /csvlk/i.test(state.fields.ProductKeyType ?? ""))
      continue;
    partsFor(key, machine, state.fields.SkuId ?? "");
  }
  return [...parts.values()].map((each) => clientFrom(evidence, each, eventsFor(events, each, evidence)));
}

/** Whether a report is of a host key, which hands out activations and needs none of another host. */
export function isHostReport({ channel, keyChannel, host }: ProductReport): boolean {
  if (channel !== undefined) return /^VOLUME_KMS(?!CLIENT)/.test(channel.value);
  return keyChannel?.value === "Volume:CSVLK" || host !== undefined;
}

/** Of `/dlv all`: a product that is there without a key. */
function isUnused({ partialKey, status }: ProductReport): boolean {
  return partialKey?.value === "" || (partialKey === undefined && status?.value === 0);
}

interface Parts {
  readonly label: string;
  readonly machine: Machine | undefined;
  readonly product: string;
  readonly reports: ProductReport[];
  readonly attempts: Attempt[];
  readonly askers: Asker[];
  requests: Requests | undefined;
}

/** A `/dli` has no activation id, but an `/ato` in the same text may. */
function productInFile(evidence: Evidence, report: ProductReport): string | undefined {
  const ids = new Set(
    evidence.attempts
      .filter(({ origin }) => origin.file === report.origin.file)
      .flatMap(({ product }) => product?.value ?? []),
  );
  return ids.size === 1 ? [...ids][0] : undefined;
}

function onlyProduct(parts: ReadonlyMap<string, Parts>, label: string): string | undefined {
  const found = [...parts.values()].filter((each) => each.label === label);
  return found.length === 1 ? found[0]?.product : undefined;
}

function ruleEvents(evidence: Evidence): Map<string, LogEvent[]> {
  const byMachine = new Map<string, LogEvent[]>();
  for (const event of evidence.events) {
    if (!RULE_EVENTS.has(event.id)) continue;
    const label = (evidence.machineNamed(event.computer) ?? evidence.machineOf(event.origin))?.label;
    const key = label ?? event.origin.file;
    byMachine.set(key, [...(byMachine.get(key) ?? []), event]);
  }
  for (const list of byMachine.values()) list.sort((one, two) => one.time - two.time);
  return byMachine;
}

function eventsFor(events: Map<string, LogEvent[]>, parts: Parts, evidence: Evidence): LogEvent[] {
  const own = events.get(parts.label) ?? [];
  const others = evidence.machines.length === 1 && own.length === 0 ? [...events.values()].flat() : own;
  return others.filter(({ fields }) => {
    const sku = fields.SkuId?.toLowerCase();
    return sku === undefined || parts.product === "" || sku === parts.product;
  });
}

function clientFrom(evidence: Evidence, parts: Parts, events: LogEvent[]): Client {
  const { label, machine, product, askers, requests, attempts } = parts;
  const report = reportOf(parts.reports);
  const info = productOf(product);
  const exchanges = requests?.newest(NEWEST) ?? [];
  const lastSuccess = successOf(exchanges, report);
  const failing = exchanges.filter(
    (each) => !(each.time <= (lastSuccess?.time ?? Number.NEGATIVE_INFINITY)) && failureCode(each) !== 0,
  );
  const failure = failureOf(evidence, failing, parts, events, lastSuccess, report);
  const status = statusOf(evidence, report, exchanges, askers, lastSuccess) ?? loggedStatus(events);
  const answered = exchanges.findLast(({ answer }) => answer !== undefined)?.answer;
  return {
    machine,
    label,
    product,
    info,
    report,
    requests,
    exchanges,
    attempts,
    events,
    askers,
    channel:
      report?.channel?.value ??
      (exchanges.length > 0 || askers.length > 0
        ? KMS_CLIENT
        : (heldKeyOf({ report, events })?.channel ?? "")),
    status,
    state: status === undefined ? "unknown" : status === 1 ? "activated" : "notActivated",
    required: exchanges.at(-1)?.required || askers[0]?.required || info?.required || 0,
    lastSuccess,
    failure,
    failing,
    lastCount: answered && { value: answered.count, at: answered.at },
  };
}

/**
 * The newest report. As text it tells what a client is told only once that is licensed; as JSON, without a time, Muster
 * tells it always.
 */
function reportOf(reports: readonly ProductReport[]): ProductReport | undefined {
  const timed = (report: ProductReport) => timeOf(report.trustedTime?.value);
  const newest =
    reports
      .filter((report) => !Number.isNaN(timed(report)))
      .toSorted((one, two) => timed(one) - timed(two))
      .at(-1) ?? reports.at(-1);
  const untimed = reports.find(
    ({ origin, trustedTime }) => origin.system === "muster" && trustedTime === undefined,
  );
  const client = newest?.client ?? untimed?.client;
  return newest === undefined || client === undefined ? newest : { ...newest, client };
}

/** What came of an exchange, 0 when it activated. */
export function failureCode(exchange: Exchange): number {
  if (exchange.code !== 0) return exchange.code;
  const { answer } = exchange;
  if (answer?.activated) return 0;
  if (answer !== undefined) return answer.code === 0 ? COUNT_INSUFFICIENT : answer.code;
  return exchange.handled?.code ?? 0;
}

function successOf(exchanges: readonly Exchange[], report: ProductReport | undefined): Moment | undefined {
  const found: Moment[] = [];
  const activated = exchanges.findLast(({ answer }) => answer?.activated);
  if (activated?.answer) found.push({ time: activated.time, at: activated.answer.at });
  // A request states the minutes as they were before it: whatever came of it, they tell when the last success was.
  const licensed = exchanges.findLast(({ status }) => status === 1);
  if (licensed !== undefined && licensed.minutesLeft > 0 && licensed.minutesLeft <= VALIDITY) {
    const ago = Math.max(1, (VALIDITY - licensed.minutesLeft) * MINUTE);
    found.push({ time: licensed.time - ago, at: licensed.at });
  }
  const told = report?.trustedTime && timeOf(report.trustedTime.value);
  // Each success sets the minutes to their full number, so that what is missing tells how long ago it was.
  if (report?.status?.value === 1 && report.minutesLeft && told && report.minutesLeft.value <= VALIDITY) {
    const ago = (VALIDITY - report.minutesLeft.value) * MINUTE;
    found.push({ time: told - ago, at: report.minutesLeft.at });
  }
  return found.toSorted((one, two) => one.time - two.time).at(-1);
}

/** The newest failure that no success followed, from whoever tells most exactly what it was. */
function failureOf(
  evidence: Evidence,
  failing: readonly Exchange[],
  { attempts, askers }: Parts,
  events: readonly LogEvent[],
  success: Moment | undefined,
  report: ProductReport | undefined,
): Failure | undefined {
  const succeeded = success?.time ?? Number.NEGATIVE_INFINITY;
  const newest = failing.at(-1);
  if (newest !== undefined) {
    const { answer, code, time, handled } = newest;
    if (code !== 0) return { time, code, at: newest.at, from: "12288" };
    if (answer !== undefined) return { time, code: failureCode(newest), at: answer.at, from: "12289" };
    if (handled !== undefined) return { time, code: handled.code, at: handled.at, from: "12290" };
  }
  const isLicensed = report?.status?.value === 1;
  const attempt = attempts.find(({ code }) => code !== undefined && code.value !== 0);
  if (attempt?.code !== undefined && !isLicensed) {
    return { time: Number.NaN, code: attempt.code.value, at: attempt.code.at, from: "ato" };
  }
  const refused = askers
    .filter(({ code, last }) => code !== 0 && !(last <= succeeded))
    .toSorted((one, two) => one.last - two.last)
    .at(-1);
  if (refused?.newestFailure !== undefined) {
    const { code, last, newestFailure } = refused;
    return { time: last, code, at: evidence.handled.place(newestFailure), from: "12290" };
  }
  const rule = events.findLast(
    ({ id, codes, time }) => RULE_FAILURES.has(id) && codes.length > 0 && !(time <= succeeded),
  );
  const cleared = events.findLast(({ id }) => id === 8197);
  if (rule !== undefined && !((cleared?.time ?? Number.NEGATIVE_INFINITY) > rule.time)) {
    return { time: rule.time, code: rule.codes[0] ?? 0, at: rule.at, from: "8198" };
  }
  if (report?.reason !== undefined && !isLicensed) {
    const { value, at } = report.reason;
    return { time: timeOf(report.trustedTime?.value), code: value, at, from: "reason" };
  }
  return undefined;
}

/** The newest word on the license status: slmgr's, an answer's, or what the client itself said when it last asked. */
function statusOf(
  evidence: Evidence,
  report: ProductReport | undefined,
  exchanges: readonly Exchange[],
  askers: readonly Asker[],
  success: Moment | undefined,
): Status | undefined {
  const told = report?.status?.value;
  const toldAt = timeOf(report?.trustedTime?.value);
  const newest = exchanges.at(-1);
  if (told !== undefined && !(newest !== undefined && newest.time > toldAt + MINUTE)) return told;
  if (newest !== undefined) {
    if (newest.answer?.activated) return 1;
    if (success !== undefined && success.time >= newest.time) return 1;
    return newest.status as Status;
  }
  if (told !== undefined) return told;
  const asker = askers.toSorted((one, two) => one.last - two.last).at(-1);
  if (asker === undefined) return undefined;
  if (asker.status === 1) return 1;
  if (asker.code !== 0) return asker.status as Status;
  // Muster's hosts log 0x0 for a lease only; Microsoft's for every request that was counted.
  if (evidence.system === "muster") return 1;
  // Who is not activated goes on asking every two hours; who has fallen silent is, or is switched off.
  const log = evidence.logs.find(
    (each) => isLogOf(evidence, each, asker.host) && (each.counts[12290] ?? 0) > 0,
  );
  const isStillAsking = asker.requests > 1 && log !== undefined && log.last - asker.last < DAY;
  return isStillAsking ? (asker.status as Status) : undefined;
}

const LOGGED: Readonly<Record<string, Status>> = {
  SL_LICENSING_STATUS_UNLICENSED: 0,
  SL_LICENSING_STATUS_LICENSED: 1,
  SL_LICENSING_STATUS_IN_GRACE_PERIOD: 2,
  SL_LICENSING_STATUS_NOTIFICATION: 5,
};

function loggedStatus(events: readonly LogEvent[]): Status | undefined {
  const state = events.findLast(({ id, fields }) => id === 8230 && fields.LicenseState !== undefined);
  return LOGGED[state?.fields.LicenseState ?? ""];
}

/** The likeliest moment a text stands for; NaN when there is none. */
export function timeOf(local: LocalTime | undefined): number {
  return local?.readings[0] ?? Number.NaN;
}
