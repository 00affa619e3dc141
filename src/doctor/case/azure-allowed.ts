import type { Place } from "../evidence/place.ts";
import type { Case } from "./case.ts";
import { azureWay, type CloudAsker, contains, routesOf } from "./cloud.ts";
import { CLOUD_HOSTS } from "./cloud-hosts.ts";

/** An address of Azure's KMS that somebody let through by name: a route of its own to the Internet, or a firewall rule. */
export interface Allowed {
  readonly address: string;
  readonly by: "route" | "rule";
  readonly at: Place;
}

/** What stands in the rules of an Azure Firewall on the way. */
export interface FirewallRule {
  readonly kind: "application" | "network";
  readonly name: string;
  /** Whether it is about activation: port 1688, or a name or an address of a cloud's KMS. */
  readonly isForKms: boolean;
  /** Whether it matches every destination on that port. */
  readonly isWide: boolean;
  /** Addresses and prefixes in it. */
  readonly destinations: readonly string[];
  readonly at: Place;
}

const KMS_NAME = /(?:^|\s|\.)(?:(?:az)?kms\.core\.|kms\.windows\.)/i;
/** Service tags, and words for everything. */
const WIDE = /(?:^|\s)(?:\*|any|internet|azurecloud(?:\.\w+)?|0\.0\.0\.0\/0)(?=\s|$)/i;

/** The rules of Azure Firewalls in evidence, in their order. */
export function firewallRulesOf({ evidence }: Case): FirewallRule[] {
  return evidence.statements.flatMap(({ what, name, value, at }) => {
    if (!what.startsWith("azure-firewall-")) return [];
    const kind = what === "azure-firewall-network-rule" ? "network" : "application";
    const destinations = value.match(/\b\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?(?![\d.])/g) ?? [];
    const words = value.split(/\s+/);
    const hasPort = words.some((word) => /^(?:\w+:)?1688$/.test(word) || isRange(word));
    const isForKms = hasPort || KMS_NAME.test(value) || destinations.some(isOfKms);
    const isWide = kind === "network" && (WIDE.test(value) || KMS_NAME.test(value));
    return [{ kind, name, isForKms, isWide: isWide && hasPort, destinations, at }];
  });
}

/** A range of ports that holds 1688. */
function isRange(word: string): boolean {
  const [, from, to] = /^(\d{1,5})-(\d{1,5})$/.exec(word) ?? [];
  return from !== undefined && Number(from) <= 1688 && Number(to) >= 1688;
}

function isOfKms(destination: string): boolean {
  const plain = destination.replace(/\/32$/, "");
  return CLOUD_HOSTS.some(({ addresses, former }) => addresses.includes(plain) || former.includes(plain));
}

/** Addresses of the asked host, of today and of before, that routes or network rules let through by name. */
function allowedFor(the: Case, { client, host }: CloudAsker): Allowed[] {
  const all = [...host.addresses, ...host.former];
  const routes = routesOf(the, client)
    .filter(({ source, active, nextHop }) => source === "azure" && active && nextHop === "Internet")
    .flatMap(({ prefix, at }) => {
      const address = all.find((each) => prefix === `${each}/32`);
      return address === undefined ? [] : [{ address, by: "route" as const, at }];
    });
  const rules = firewallRulesOf(the)
    .filter(({ kind, isForKms }) => kind === "network" && isForKms)
    .flatMap(({ destinations, isWide, at }) =>
      all
        .filter((address) => isWide || destinations.some((each) => contains(withLength(each), address)))
        .map((address) => ({ address, by: "rule" as const, at })),
    );
  return [...routes, ...rules];
}

function withLength(destination: string): string {
  return destination.includes("/") ? destination : `${destination}/32`;
}

/** A list of exceptions for Azure's KMS that does not hold all of its addresses of today. */
export interface StaleList {
  readonly listed: readonly Allowed[];
  readonly lacking: readonly string[];
  readonly by: Allowed["by"];
}

/** The list that a client's requests are let through by, when addresses of today are missing in it and have no other way. */
export function staleListFor(the: Case, asker: CloudAsker): StaleList | undefined {
  const allowed = allowedFor(the, asker);
  for (const by of ["route", "rule"] as const) {
    const listed = allowed.filter((each) => each.by === by);
    const lacking = asker.host.addresses.filter(
      (address) =>
        !allowed.some((each) => each.address === address) &&
        (by === "rule" || azureWay(the, asker.client, address)?.hop !== "Internet"),
    );
    if (listed.length > 0 && lacking.length > 0) return { listed, lacking, by };
  }
  return undefined;
}
