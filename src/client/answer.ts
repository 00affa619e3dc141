import { type Catalogue, findProduct } from "../protocol/catalogue.ts";
import { type HostLicense, openHostLicense } from "../protocol/host-license.ts";
import { type Lease, verifyLease } from "../protocol/lease.ts";
import type { ActivationAnswer, ActivationRequest } from "../protocol/messages.ts";
import { Problem, problem } from "../protocol/problems.ts";
import { MINUTE } from "../protocol/time.ts";
import { nextAttempt } from "./schedule.ts";
import {
  type AnsweringHost,
  type Attempt,
  type ClientSettings,
  type ClientState,
  changeProduct,
} from "./state.ts";
import { isSameTarget, type Target } from "./target.ts";

/** What an answer proves. */
export interface VerifiedAnswer {
  readonly license: HostLicense;
  /** Undefined when the count is too small. */
  readonly lease: Lease | undefined;
}

/**
 * Follows an answer back to the vendor before anything in it is believed. Throws HOST_NOT_TRUSTED; NOT_A_HOST when it
 * claims success and brings no lease.
 */
export async function verifyAnswer(
  answer: ActivationAnswer,
  request: ActivationRequest,
  catalogue: Catalogue,
  now: number,
): Promise<VerifiedAnswer> {
  const { cmid, product, nonce } = request;
  if (answer.lease !== undefined) {
    return verifyLease(answer.lease, answer.hostLicense, { cmid, product, nonce }, catalogue);
  }
  if (Number.parseInt(answer.code, 16) === 0)
    throw problem("NOT_A_HOST", "What answered reports success and sends no lease.");
  return { license: await verifyLicense(answer, request, catalogue, now), lease: undefined };
}

/** Without a lease the host licence alone says who answers, so it must be valid now, within the clocks' tolerance. */
async function verifyLicense(
  answer: ActivationAnswer,
  { product }: ActivationRequest,
  catalogue: Catalogue,
  now: number,
): Promise<HostLicense> {
  const tolerance = (findProduct(catalogue, product)?.policy.clockTolerance ?? 0) * MINUTE;
  try {
    const license = await openHostLicense(answer.hostLicense, catalogue.vendor);
    if (!license.products.includes(product)) throw problem("BAD_INPUT", "it does not cover the product.");
    if (now < license.notBefore - tolerance || now >= license.expires + tolerance)
      throw problem("BAD_INPUT", "it is not valid now.");
    return license;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw problem(
      "HOST_NOT_TRUSTED",
      `The host licence is not one of ${catalogue.vendor.name}: ${error.message}`,
    );
  }
}

/** A verified answer with where it came from and what was asked. */
export interface Processed {
  readonly request: ActivationRequest;
  readonly answer: ActivationAnswer;
  readonly verified: VerifiedAnswer;
  readonly host: AnsweringHost;
  /** What the machine that asked is made of. */
  readonly hardware?: readonly string[] | undefined;
}

/** True while this machine is still the one that asked: another process may have rearmed it or removed the key. */
function isOurs(state: ClientState, { cmid, product }: ActivationRequest): boolean {
  return state.cmid === cmid && state.products[product]?.key !== undefined;
}

/** The state with the ticket of an answer; the next request, whichever host it goes to, shows it. */
export function keepTicket(state: ClientState, { request, answer }: Processed): ClientState {
  return isOurs(state, request) ? { ...state, ticket: answer.ticket } : state;
}

/** What a client knows after an attempt that a host answered, with a lease or because the count is too small. */
export function applyAnswer(
  state: ClientState,
  { request, answer, verified, host, hardware }: Processed,
  attempt: Attempt,
  random: () => number,
): ClientState {
  if (!isOurs(state, request)) return state;
  const { lease } = verified;
  const intervals = { activation: answer.activationInterval, renewal: answer.renewalInterval };
  const granted =
    lease === undefined || answer.lease === undefined
      ? {}
      : {
          grant: { lease: answer.lease, hostLicense: answer.hostLicense, cmid: request.cmid, hardware },
          hardwareChanged: undefined,
          lastSuccess: attempt.time,
        };
  const due = nextAttempt(
    {
      attempted: attempt.time,
      renewed: lease !== undefined,
      // By its length: where the clocks of host and client differ, the lease's own dates are not this machine's.
      leaseExpires: lease && attempt.time + (lease.expires - lease.issued),
      activationInterval: intervals.activation,
      renewalInterval: intervals.renewal,
      retryAfter: undefined,
    },
    random,
  );
  const isFound = host.source === "dns" && lease !== undefined && state.settings.hostCaching;
  return {
    ...changeProduct(state, request.product, (product) => ({
      ...product,
      ...granted,
      intervals,
      host,
      lastAttempt: attempt,
      nextAttempt: due,
    })),
    settings: lease === undefined ? state.settings : adoptPort(state.settings, host.target, answer.port),
    cachedHost: isFound ? { ...host.target, port: answer.port } : state.cachedHost,
    clock: { signed: lease?.issued ?? state.clock.signed, local: attempt.time },
  };
}

/**
 * A registered host that says it listens on another port is asked there from now on, as in KMS. Not with TLS: what
 * answers there may be a proxy that has a port of its own.
 */
function adoptPort(settings: ClientSettings, asked: Target, port: number): ClientSettings {
  const { registeredHost } = settings;
  if (registeredHost === undefined || asked.secure || !isSameTarget(registeredHost, asked)) return settings;
  return { ...settings, registeredHost: { ...registeredHost, port } };
}

/** What a client knows after an attempt that no host answered, or that every host refused. */
export function applyFailure(
  state: ClientState,
  product: string,
  attempt: Attempt,
  prospects: { activationInterval: number; retryAfter: number | undefined },
  random: () => number,
): ClientState {
  const clock = { ...state.clock, local: attempt.time };
  return changeProduct({ ...state, clock }, product, (stored) => ({
    ...stored,
    lastAttempt: attempt,
    nextAttempt: nextAttempt(
      {
        attempted: attempt.time,
        renewed: false,
        leaseExpires: undefined,
        activationInterval: stored.intervals?.activation ?? prospects.activationInterval,
        renewalInterval: 0,
        retryAfter: prospects.retryAfter,
      },
      random,
    ),
  }));
}

/**
 * What a client knows when the host told it that another machine has the same CMID: it takes a new one and shows no
 * ticket. Leases stay until new ones come, and every product asks again at once.
 */
export function takeNewCmid(state: ClientState, old: string, cmid: string): ClientState {
  if (state.cmid !== old) return state;
  const products = Object.entries(state.products).map(([id, product]) => [
    id,
    { ...product, nextAttempt: undefined },
  ]);
  return { ...state, cmid, ticket: undefined, products: Object.fromEntries(products) };
}
