import type { HostRequest } from "../protocol/host-license.ts";
import { type Key, parseKey, partialKey } from "../protocol/keys.ts";
import { problem } from "../protocol/problems.ts";
import { DAY } from "../protocol/time.ts";

/** What a host asks for, as far as the decision needs it. */
export interface Asker {
  /** The host's id. */
  readonly host: string;
  /** The host's public key (`x` of its JWK). */
  readonly publicKey: string;
  /** SHA-256 of the request as it came: the same request again is answered with the same licence. */
  readonly request: string;
}

/** The limits of a host key. */
export interface KeyLimits {
  readonly text: string;
  /** How many hosts it activates. */
  readonly hosts: number;
  /** How often each of them. */
  readonly activations: number;
  /** For how many days a licence of it is valid. */
  readonly days: number;
  /** When it was blocked; undefined when it is not. */
  readonly blocked: number | undefined;
}

/** A licence that the ledger has for this key. Times are milliseconds since the epoch. */
export interface PastLicense extends Asker {
  /** Whether it used one of the activations. */
  readonly counted: boolean;
  readonly expires: number;
}

/** What becomes of a request that is not refused. */
export type Approval<Past extends PastLicense = PastLicense> =
  | { readonly kind: "repeat"; readonly license: Past }
  | {
      readonly kind: "activation" | "renewal";
      /** Which of the key's hosts this is, from 1 in the order they came. */
      readonly hostNumber: number;
      /** How many of this host's activations are used, this one included. */
      readonly activation: number;
      readonly notBefore: number;
      readonly expires: number;
    };

/** The host key in a request. Throws KEY_INVALID when it is none, or a key of another kind. */
export function hostKeyIn(request: Pick<HostRequest, "key">): Key {
  const key = parseKey(request.key);
  if (key.kind === "host") return key;
  const name = key.kind === "mak" ? "MAK" : "setup key";
  throw problem(
    "KEY_INVALID",
    `The key ending in ${partialKey(key.text)} is a ${name}; a host is activated with a host key, so ask for one and make the request again.`,
  );
}

/**
 * Whether a host gets a licence, by the key's limits and what was issued for it before:
 * - the same request again gets the licence it got, while that is valid;
 * - a host that has a valid licence for the same key pair renews: that counts neither as a host nor as an activation;
 * - anything else is an activation: a new host, one whose licence has ended, or one set up again with a new key pair.
 *
 * Throws KEY_BLOCKED, ACTIVATION_LIMIT.
 */
export function decideApproval<Past extends PastLicense>(
  asker: Asker,
  key: KeyLimits,
  history: readonly Past[],
  now: number,
): Approval<Past> {
  const name = `The host key ending in ${partialKey(key.text)}`;
  if (key.blocked !== undefined) {
    throw problem("KEY_BLOCKED", `${name} is blocked by the vendor; use another one.`);
  }
  const valid = history.filter(({ expires }) => now < expires);
  const repeated = valid.findLast(({ request }) => request === asker.request);
  if (repeated) return { kind: "repeat", license: repeated };

  const hosts = [...new Set(history.map(({ host }) => host))];
  const hostNumber = (hosts.includes(asker.host) ? hosts.indexOf(asker.host) : hosts.length) + 1;
  const used = history.filter(({ host, counted }) => host === asker.host && counted).length;
  const dates = { notBefore: now - DAY, expires: now + key.days * DAY };
  if (valid.some(({ host, publicKey }) => host === asker.host && publicKey === asker.publicKey)) {
    return { kind: "renewal", hostNumber, activation: used, ...dates };
  }
  if (hostNumber > key.hosts) {
    throw problem(
      "ACTIVATION_LIMIT",
      `${name} has activated ${key.hosts} hosts and may activate no other; use one of these hosts or another key.`,
    );
  }
  if (used >= key.activations) {
    throw problem(
      "ACTIVATION_LIMIT",
      `${name} has activated this host ${used} times and may not do so again; use another key.`,
    );
  }
  return { kind: "activation", hostNumber, activation: used + 1, ...dates };
}
