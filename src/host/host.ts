import { newId } from "../protocol/ids.ts";
import { leaseClaims } from "../protocol/lease.ts";
import type { ActivationAnswer, ActivationRequest } from "../protocol/messages.ts";
import { problem } from "../protocol/problems.ts";
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
  readonly store: Store;
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
  /** Resolves when every request that was accepted has been answered. */
  idle(): Promise<void>;
}

interface Settled {
  readonly decision: Decision;
  readonly now: number;
}

/** Joins the parts to the pipeline: queue → decide → commit (one transaction a batch) → sign → answer. */
export function createHost({ identity, store, tickets, situation, port, clock }: HostParts): Host {
  const queue = groupCommit<Arrival, Settled>(async (batch) => {
    const now = clock();
    const rules = rulesOf(situation(), now);
    const decisions = await store.commit(batch, (arrival, known) => decide(arrival, known, rules, now), now);
    return decisions.map((decision) => ({ decision, now }));
  });

  return {
    async activate(request, address) {
      const ticket = tickets.read(request.cmid, request.ticket);
      const { decision, now } = await queue.submit({ request, address, ticket });
      if (decision.kind === "refusal") throw problem(decision.problem, decision.detail);
      return answer(request, decision, now);
    },
    idle: queue.idle,
  };

  function answer(request: ActivationRequest, admission: Admission, now: number): ActivationAnswer {
    const { grant, settings } = situation();
    const policy = grant.products.get(request.product)?.policy;
    if (policy === undefined)
      throw problem("DEFECT", "A request was admitted for a product that is not in the catalogue.");
    return {
      count: admission.count,
      ...(admission.leaseExpires === undefined
        ? {}
        : { lease: lease(request, admission, admission.leaseExpires, now) }),
      ticket: tickets.issue(request.cmid, admission.sequence),
      activationInterval: settings.activationInterval ?? policy.activationInterval,
      renewalInterval: settings.renewalInterval ?? policy.renewalInterval,
      port: port(),
      time: formatTime(now),
      hostLicense: grant.licenseToken,
      code: admission.code,
      ...(admission.rearm ? { rearm: true } : {}),
    };
  }

  function lease(
    request: ActivationRequest,
    { count, sequence }: Admission,
    expires: number,
    now: number,
  ): string {
    const { application, product, cmid, nonce } = request;
    const dates = { issued: now, notBefore: now, expires };
    const claims = leaseClaims({
      id: newId(),
      host: identity.id,
      cmid,
      product,
      application,
      ...dates,
      count,
      nonce,
      sequence,
    });
    return identity.sign("lease", claims);
  }
}

function rulesOf({ grant, settings }: Situation, now: number): Rules {
  return {
    license: isValid(grant.license, now) ? grant.license : undefined,
    products: grant.products,
    duplicates: settings.duplicates,
  };
}
