import type { Catalogue, Product } from "../protocol/catalogue.ts";
import { EVENT_FLAGS } from "../protocol/events.ts";
import type { LicenseState } from "../protocol/license-state.ts";
import type { ActivationAnswer, ActivationRequest } from "../protocol/messages.ts";
import { Problem, problem, problemNamed, SUCCESS } from "../protocol/problems.ts";
import {
  applyAnswer,
  applyFailure,
  keepTicket,
  type Processed,
  takeNewCmid,
  type VerifiedAnswer,
  verifyAnswer,
} from "./answer.ts";
import type { Ask } from "./ask.ts";
import { logAnswer, logSent, logSettings } from "./attempt-events.ts";
import { type Dns, orderTargets, planDiscovery, type Step } from "./discovery.ts";
import type { GrantReader } from "./grant.ts";
import { observe } from "./observe.ts";
import { conclude, failedTry, isLookup, isRefusal, moreTelling } from "./outcome.ts";
import { createPaths, type Paths, type Reach } from "./paths.ts";
import { type Machine, makeRequest, startIdentity } from "./request.ts";
import { standing } from "./standing.ts";
import type { AnsweringHost, Attempt, ClientState, Try } from "./state.ts";
import type { LicenseStore } from "./store.ts";
import { formatTarget, isSameTarget, type Target } from "./target.ts";

/** What an attempt works with. */
export interface AttemptParts {
  readonly store: LicenseStore;
  readonly catalogue: Catalogue;
  readonly machine: Machine;
  readonly dns: Dns;
  /** The machine's DNS suffixes. */
  readonly suffixes: () => Promise<readonly string[]>;
  readonly ask: Ask;
  /** How to learn that nobody listens somewhere without asking; without it, hosts are asked one after the other. */
  readonly reach?: Reach | undefined;
  readonly grants: GrantReader;
  readonly now: () => number;
  readonly random: () => number;
  readonly newId: () => string;
  readonly signal: AbortSignal | undefined;
}

/** What an attempt came to. */
export interface AttemptResult extends Attempt {
  readonly product: { readonly id: string; readonly name: string };
  readonly activated: boolean;
  readonly required: number;
  /** The host that answered, if one did. */
  readonly host: AnsweringHost | undefined;
  /** Of a MAK: the address of the vendor's server, or `file`. */
  readonly vendor?: string | undefined;
  /** Of a MAK that was granted online: how many of its activations are used, and how many it has. */
  readonly activations?: { readonly used: number; readonly of: number } | undefined;
  /** Milliseconds since the epoch. */
  readonly leaseExpires: number | undefined;
  readonly nextAttempt: number | undefined;
}

/** What one attempt has gone through so far. */
interface Course {
  readonly parts: AttemptParts;
  readonly product: Product;
  readonly paths: Paths;
  readonly tries: Try[];
  /** The longest that a host asked to be left alone, seconds. */
  retryAfter: number | undefined;
  /** A host may ask for a new CMID once an attempt. */
  rearmed: boolean;
  /** Whether DNS named any host. */
  found: boolean;
  /** Whether a host, or DNS, kept this attempt waiting: from then on the ways to many hosts are found together. */
  isSlow: boolean;
  /** The CMID that was asked with last. */
  cmid: string | undefined;
}

interface Question {
  readonly request: ActivationRequest;
  readonly standing: LicenseState;
}

interface Answered extends Question {
  readonly answer: ActivationAnswer;
  readonly verified: VerifiedAnswer;
  readonly address: string;
}

type Settled = Answered & Processed;

/** Hosts of one domain that an attempt asks: more than anybody runs, and an answer of DNS has room for a thousand. */
const MOST_TARGETS = 256;
/** A try that takes longer than this kept the attempt waiting, milliseconds. */
const SLOW = 1000;

/**
 * Looks for hosts in order and asks each until one grants a lease; every try is logged, and what came of it is kept.
 * A host whose count is too small does not end the search: another may have counted more, and counting this machine
 * everywhere keeps several hosts from dividing the machines between them.
 */
export async function attemptActivation(parts: AttemptParts, product: Product): Promise<AttemptResult> {
  const course: Course = {
    parts,
    product,
    paths: createPaths(parts.dns, parts.reach, parts.signal),
    tries: [],
    retryAfter: undefined,
    rearmed: false,
    found: false,
    isSlow: false,
    cmid: undefined,
  };
  await observe(parts, product.policy);
  const { state } = await parts.store.read();
  const isRegistered = state.settings.registeredHost !== undefined;
  const steps = planDiscovery(state, isRegistered ? [] : await parts.suffixes());
  let best: Settled | undefined;
  for await (const [target, source] of findTargets(course, steps)) {
    const begun = parts.now();
    const answered = await askTarget(course, target);
    course.isSlow ||= parts.now() - begun > SLOW;
    if (answered === undefined) continue;
    const { hardware } = parts.machine;
    const settled = { ...answered, host: { target, address: answered.address, source }, hardware };
    await parts.store.update((before) => keepTicket(before, settled));
    if (settled.verified.lease !== undefined) return keepAnswer(course, settled);
    const isBetter = settled.answer.count > (best?.answer.count ?? -1);
    if (isBetter || best?.request.cmid !== course.cmid) best = settled;
  }
  return best?.request.cmid === course.cmid && best !== undefined
    ? keepAnswer(course, best)
    : keepFailure(course);
}

/** Looks no further than the caller asks: DNS is queried only once the cached host has failed. */
async function* findTargets(
  course: Course,
  steps: readonly Step[],
): AsyncGenerator<[Target, AnsweringHost["source"]]> {
  const given: Target[] = [];
  for (const step of steps) {
    const targets = step.kind === "lookup" ? await lookUp(course, step.domain) : [step.target];
    const bounded = targets.slice(0, MOST_TARGETS);
    for (const [at, target] of bounded.entries()) {
      if (given.some((one) => isSameTarget(one, target))) continue;
      given.push(target);
      if (course.isSlow) await course.paths.lookAhead(bounded.slice(at));
      yield [target, step.kind === "registered" ? "registered" : "dns"];
    }
    if (step.kind === "lookup" && targets.length > bounded.length)
      course.tries.push(tooMany(step.domain, targets.length));
  }
}

async function lookUp(course: Course, domain: string): Promise<Target[]> {
  const { dns, random, signal } = course.parts;
  signal?.throwIfAborted();
  try {
    const targets = orderTargets(await dns.srv(domain), random);
    if (targets.length === 0)
      throw problem("DNS_NO_RECORDS", `The SRV records in ${domain} name no usable host.`);
    course.found = true;
    return targets;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    course.tries.push(failedTry(domain, undefined, error));
    return [];
  }
}

function tooMany(domain: string, targets: number): Try {
  const sentence = `DNS names ${targets} hosts in ${domain}, and no more than ${MOST_TARGETS} are asked in one attempt; remove those that are not hosts.`;
  return failedTry(domain, undefined, problem("DNS_SERVER_FAILURE", sentence));
}

async function askTarget(course: Course, target: Target): Promise<Answered | undefined> {
  const place = formatTarget(target);
  const path = await course.paths.to(target);
  let question = await prepare(course);
  let failure = "failure" in path ? path.failure : undefined;
  for (const address of "failure" in path ? [] : path.addresses) {
    if (failure !== undefined) question = await prepare(course);
    const outcome = await askAddress(course, question, target, address);
    if (!(outcome instanceof Problem)) return outcome;
    failure = moreTelling(failure, failedTry(place, address, outcome));
    if (isRefusal(outcome.name)) break;
  }
  if (failure !== undefined) {
    course.tries.push(failure);
    await logSent(course.parts, question, failure.code, EVENT_FLAGS.none, place);
  }
  return undefined;
}

/** Asks at one address, and once more under a new CMID when a host of the vendor says that this one is taken. */
async function askAddress(
  course: Course,
  question: Question,
  target: Target,
  address: string,
): Promise<Answered | Problem> {
  const { newId, store } = course.parts;
  const answered = await askOnce(course, question, target, address);
  if (answered instanceof Problem) return answered;
  await logSent(course.parts, question, SUCCESS, EVENT_FLAGS.none, formatTarget(target));
  await logAnswer(course.parts, answered);
  if (answered.answer.rearm !== true || course.rearmed) return answered;
  course.rearmed = true;
  await store.update((state) => takeNewCmid(state, question.request.cmid, newId()));
  return askAddress(course, await prepare(course), target, address);
}

async function askOnce(
  course: Course,
  question: Question,
  target: Target,
  address: string,
): Promise<Answered | Problem> {
  const { ask, catalogue, now, signal } = course.parts;
  try {
    const answer = await ask(target, address, question.request, signal);
    const verified = await verifyAnswer(answer, question.request, catalogue, now());
    return { ...question, answer, verified, address };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    course.retryAfter = Math.max(course.retryAfter ?? 0, error.retryAfter ?? 0) || undefined;
    return error;
  }
}

async function prepare(course: Course): Promise<Question> {
  const { product } = course;
  const { store, catalogue, machine, grants, now, newId } = course.parts;
  const state = await store.update((before) => startIdentity(before, newId(), now()));
  course.cmid = state.cmid;
  const stored = state.products[product.id];
  const grant = await grants.read(stored?.grant, product.id, catalogue);
  const before = standing(product, stored, grant, now(), state.clock.signed);
  return {
    request: makeRequest(product, state.cmid ?? newId(), machine, state, before, now()),
    standing: before,
  };
}

async function keepAnswer(course: Course, settled: Settled): Promise<AttemptResult> {
  const { parts } = course;
  const { answer, verified, host } = settled;
  const attempt: Attempt = {
    time: parts.now(),
    ...verdict(course.product, settled),
    count: answer.count,
    tries: course.tries,
  };
  let before: ClientState | undefined;
  const state = await parts.store.update((current) => {
    before = current;
    return applyAnswer(current, settled, attempt, parts.random);
  });
  if (before !== undefined) await logSettings(parts, before, state, formatTarget(host.target));
  rememberGrant(course, settled, state);
  return finish(course, attempt, state, host, verified.lease?.expires);
}

function rememberGrant({ parts, product }: Course, { answer, verified }: Settled, state: ClientState): void {
  const { lease, license } = verified;
  const { grant } = state.products[product.id] ?? {};
  if (lease === undefined || grant === undefined || grant.lease !== answer.lease) return;
  parts.grants.remember(grant, product.id, parts.catalogue, { lease, license });
}

function verdict({ name, policy }: Product, { answer, verified, host }: Settled) {
  const place = formatTarget(host.target);
  if (verified.lease !== undefined)
    return { code: SUCCESS, name: "SUCCESS", message: `${place} activated ${name}.` } as const;
  const { count } = answer;
  const machines = count === 1 ? "1 machine" : `${count} machines`;
  const message =
    count < policy.required
      ? `${place} has counted ${machines}, this one included; ${name} needs ${policy.required}.`
      : `${place} counted this machine but granted no lease.`;
  return { code: answer.code, name: problemNamed(answer.code) ?? "COUNT_INSUFFICIENT", message } as const;
}

async function keepFailure(course: Course): Promise<AttemptResult> {
  const { parts, product, tries, retryAfter, found } = course;
  const lookups = tries.filter(isLookup);
  if (tries.length === 0 || (lookups.length > 0 && !found)) {
    await logSent(
      course.parts,
      await prepare(course),
      conclude(lookups).code,
      EVENT_FLAGS.noHostRegistered,
      "",
    );
  }
  const attempt: Attempt = { time: parts.now(), ...conclude(tries), count: undefined, tries };
  const { activationInterval } = product.policy;
  const state = await parts.store.update((before) =>
    applyFailure(before, product.id, attempt, { activationInterval, retryAfter }, parts.random),
  );
  return finish(course, attempt, state, undefined, undefined);
}

function finish(
  { product }: Course,
  attempt: Attempt,
  state: ClientState,
  host: AnsweringHost | undefined,
  leaseExpires: number | undefined,
): AttemptResult {
  const { id, name, policy } = product;
  return {
    ...attempt,
    product: { id, name },
    activated: attempt.name === "SUCCESS",
    required: policy.required,
    host,
    leaseExpires,
    nextAttempt: state.products[id]?.nextAttempt,
  };
}
