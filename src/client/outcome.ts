import { PROBLEMS, type Problem, type ProblemName } from "../protocol/problems.ts";
import type { Try } from "./state.ts";

/** Why an attempt failed, in one code and one sentence. */
export interface Conclusion {
  readonly name: ProblemName;
  readonly code: string;
  readonly message: string;
}

const LONGEST_REASON = 1000;
const MOST_NAMED = 8;

/** Failures of a lookup, the one that tells an administrator most first. */
const LOOKUP_FAILURES: readonly ProblemName[] = [
  "NO_DNS_SERVER",
  "DNS_SERVER_FAILURE",
  "DNS_NO_RECORDS",
  "DNS_NAME_NOT_FOUND",
];

/** Failures of a connection to one of several addresses, the one that tells most first. */
const CONNECTION_FAILURES: readonly ProblemName[] = [
  "HOST_NOT_TRUSTED",
  "NOT_A_HOST",
  "CONNECTION_REFUSED",
  "CONNECTION_LOST",
  "CONNECTION_TIMED_OUT",
  "HOST_UNREACHABLE",
];

/** True when the host itself refused: its other addresses would say the same. */
export function isRefusal(name: ProblemName): boolean {
  return !CONNECTION_FAILURES.includes(name);
}

/** A failed try as it is kept and told. */
export function failedTry(host: string, address: string | undefined, { name, code, message }: Problem): Try {
  return { host, address, code, name, reason: message.slice(0, LONGEST_REASON) || PROBLEMS[name].title };
}

/** The more telling of two failures at addresses of one host. */
export function moreTelling(one: Try | undefined, other: Try): Try {
  if (one === undefined) return other;
  return rank(CONNECTION_FAILURES, other.name) < rank(CONNECTION_FAILURES, one.name) ? other : one;
}

/** True for a try that was a lookup in DNS and found no host to ask. */
export function isLookup({ name }: Try): boolean {
  return LOOKUP_FAILURES.includes(name);
}

/** What an attempt whose tries all failed comes to; no try at all means that there was nowhere to look. */
export function conclude(tries: readonly Try[]): Conclusion {
  const lookups = tries.filter(isLookup);
  const hosts = tries.filter((one) => !isLookup(one));
  if (hosts.length > 0) return result("NO_HOST_CONTACTED", hostsFailed(hosts, lookups));
  const [first] = [...lookups].sort(
    (one, other) => rank(LOOKUP_FAILURES, one.name) - rank(LOOKUP_FAILURES, other.name),
  );
  if (first === undefined) {
    return result(
      "NO_DNS_SUFFIX",
      "This machine has no DNS suffix, so there is no domain to look for a host in; name the domain (muster skms-domain DOMAIN) or the host (muster skms HOST).",
    );
  }
  const isAnswered = first.name === "DNS_NAME_NOT_FOUND" || first.name === "DNS_NO_RECORDS";
  const remedy = isAnswered
    ? "Publish the host in DNS (muster sdns on the host), or name it here: muster skms HOST."
    : "Put this machine's DNS in order, or name the host here: muster skms HOST.";
  return result(first.name, `${lookups.map(({ reason }) => reason).join(" ")} ${remedy}`);
}

function hostsFailed(hosts: readonly Try[], lookups: readonly Try[]): string {
  const [first] = hosts;
  const elsewhere =
    lookups.length === 0 ? "" : ` DNS gave no other host: ${lookups.map(sentence).join("; ")}.`;
  if (first !== undefined && hosts.length > 1 && hosts.every(({ code }) => code === first.code)) {
    const names = list(
      hosts.map(({ host }) => host),
      ", ",
    );
    return `All ${hosts.length} hosts failed for the same reason (${first.code}): ${first.reason} Asked: ${names}.${elsewhere}`;
  }
  return `No host activated this machine. ${list(hosts.map(sentence), "; ")}.${elsewhere}`;
}

function sentence({ host, reason, code }: Try): string {
  return `${host}: ${reason.replace(/\.$/, "")} (${code})`;
}

function list(items: readonly string[], separator: string): string {
  const named = items.slice(0, MOST_NAMED).join(separator);
  return items.length > MOST_NAMED ? `${named} and ${items.length - MOST_NAMED} more` : named;
}

function result(name: ProblemName, message: string): Conclusion {
  return { name, code: PROBLEMS[name].code, message };
}

function rank(order: readonly ProblemName[], name: ProblemName): number {
  const at = order.indexOf(name);
  return at < 0 ? -1 : at;
}
