import { idSeries } from "../protocol/ids.ts";
import { type Lease, leaseClaims } from "../protocol/lease.ts";
import type { ActivationAnswer, ActivationRequest } from "../protocol/messages.ts";
import { type Problem, problem } from "../protocol/problems.ts";
import { formatTime } from "../protocol/time.ts";
import { type Admission, type Arrival, type Decision, decide, type Rules } from "./decide.ts";
import { type HostIdentity, isValid } from "./folder.ts";
import { groupCommit } from "./queue.ts";
import type { Situation } from "./situation.ts";
import type { Store } from "./store.ts";
import type { TicketOffice } from "./ticket.ts";

/** What a host is made of. */
export interface HostParts {
  readonly identity: HostIdentity;
  readonly store: Pick<Store, "commit">;
  readonly tickets: TicketOffice;
  readonly situation: () => Situation;
  /** The port clients are told, known once the host listens. */
  readonly port: () => number;
  readonly clock: () => number;
}

/** The host role: one call for clients. */
export interface Host {
  /** Counts a request, and answers when that is on disk. Throws the Problem of a refusal. */
  activate(request: ActivationRequest, address: string): Promise<ActivationAnswer>;
  /** Throws HOST_BUSY when a request would wait too long; asked before one is read, since that costs as much again. */
  admit(): void;
  /** Resolves when every request that was accepted has been answered. */
  idle(): Promise<void>;
}

/** A request that is decided and on disk; its lease is not signed yet. */
export interface Settlement {
  readonly answer: Omit<ActivationAnswer, "lease">;
  readonly lease: Lease | undefined;
}

/** The part of the host role that there is one of, however many threads serve HTTP. */
export interface Settler {
  /** Counts a request, and resolves when that is on disk. Throws the Problem of a refusal. */
  settle(request: ActivationRequest, address: string): Promise<Settlement>;
  /** Throws HOST_BUSY when a request would wait too long. */
  admit(): void;
  /** Resolves when every request that was accepted is settled. */
  idle(): Promise<void>;
}

interface Decided {
  readonly decision: Decision;
  readonly now: number;
}

/** Joins the parts to the pipeline: queue → decide → commit (one transaction a batch) → sign → answer. */
export function createHost(parts: HostParts): Host {
  return signAnswers(createSettler(parts), parts.identity);
}

/** Signs leases, at once or later. */
export interface Signer {
  sign(type: "lease", claims: object): string | Promise<string>;
}

/** The end of the pipeline: signs what is settled. */
export function signAnswers(settler: Settler, signer: Signer): Host {
  return {
    async activate(request, address) {
      const { answer, lease } = await settler.settle(request, address);
      return lease === undefined
        ? answer
        : { ...answer, lease: await signer.sign("lease", leaseClaims(lease)) };
    },
    admit: settler.admit,
    idle: settler.idle,
  };
}

/** Seconds: a queue that is full is empty much sooner, and whoever has its own interval keeps to that. */
const BUSY_RETRY_AFTER = 60;

/** What whoever is too many is told. */
export function busy(): Problem {
  return problem("HOST_BUSY", "This host has more requests than it can answer; ask again later.", {
    retryAfter: BUSY_RETRY_AFTER,
  });
}

/** The beginning of the pipeline: queue → decide → commit. */
export function createSettler({ identity, store, tickets, situation, port, clock }: HostParts): Settler {
  const nextLeaseId = idSeries();
  const queue = groupCommit<Arrival, Decided>(async (batch) => {
    const now = clock();
    const rules = rulesOf(situation(), now);
    const decisions = await store.commit(batch, (arrival, known) => decide(arrival, known, rules, now), now);
    return decisions.map((decision) => ({ decision, now }));
  });

  const admit = () => {
    if (queue.isFull()) throw busy();
  };

  return {
    async settle(request, address) {
      admit();
      const ticket = tickets.read(request.cmid, request.ticket);
      const { decision, now } = await queue.submit({ request, address, ticket, received: clock() });
      if (decision.kind === "refusal") throw problem(decision.problem, decision.detail);
      return settlement(request, decision, now);
    },
    admit,
    idle: queue.idle,
  };

  function settlement(request: ActivationRequest, admission: Admission, now: number): Settlement {
    const { grant, settings } = situation();
    const policy = grant.products.get(request.product)?.policy;
    if (policy === undefined)
      throw problem("DEFECT", "A request was admitted for a product that is not in the catalogue.");
    const answer = {
      count: admission.count,
      ticket: tickets.issue(request.cmid, admission.sequence),
      activationInterval: settings.activationInterval ?? policy.activationInterval,
      renewalInterval: settings.renewalInterval ?? policy.renewalInterval,
      port: port(),
      time: formatTime(now),
      hostLicense: grant.licenseToken,
      code: admission.code,
      ...(admission.rearm ? { rearm: true } : {}),
    };
    return { answer, lease: leaseOf(request, admission, now) };
  }

  function leaseOf(request: ActivationRequest, admission: Admission, now: number): Lease | undefined {
    const { leaseExpires: expires, count, sequence } = admission;
    if (expires === undefined) return undefined;
    const { application, product, cmid, nonce } = request;
    const dates = { issued: now, notBefore: now, expires };
    return {
      id: nextLeaseId(),
      host: identity.id,
      cmid,
      product,
      application,
      ...dates,
      count,
      nonce,
      sequence,
    };
  }
}

function rulesOf({ grant, settings }: Situation, now: number): Rules {
  return {
    license: isValid(grant.license, now) ? grant.license : undefined,
    products: grant.products,
    duplicates: settings.duplicates,
  };
}
