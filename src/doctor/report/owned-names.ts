import type { Evidence } from "../evidence/model.ts";

/** What tells whose machines these are: their names, and the domains they are in. Lower case, without final dots. */
export interface OwnedNames {
  readonly machines: ReadonlySet<string>;
  readonly domains: ReadonlySet<string>;
}

/** Hosts of the clouds and of Microsoft, which tell nothing of anybody. */
const PUBLIC =
  /(^|\.)(windows\.net|usgovcloudapi\.net|chinacloudapi\.cn|cloudapi\.de|googlecloud\.com|microsoft\.com)$/;
const NAME = /^[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)*$/u;
const SERVICE = /^_[a-z]+\._(tcp|udp)(\.|$)/;
const HOST_VALUES = new Set(["keymanagementservicename", "hostname", "nv hostname", "computername"]);
const DOMAIN_VALUES = new Set([
  "keymanagementservicelookupdomain",
  "domain",
  "nv domain",
  "dhcpdomain",
  "searchlist",
]);

/** Every name in the evidence; `more` are names known from elsewhere, such as that of the machine it was taken from. */
export function ownedNames(evidence: Evidence, more: readonly string[] = []): OwnedNames {
  const [machines, domains] = [new Set<string>(), new Set<string>()];
  const domain = (name: string | undefined) => {
    const text = plain(name);
    if (isOwned(text)) domains.add(text);
  };
  const machine = (name: string | undefined) => {
    const text = plain(name).replace(/:\d+$/, "");
    if (SERVICE.test(text)) domain(text.replace(SERVICE, ""));
    else if (isOwned(text)) machines.add(text);
  };
  for (const name of more) machine(name);
  for (const each of evidence.machines) for (const name of each.names) machine(name);
  for (const { name, type, server, targets } of evidence.dns) {
    if (type === "SOA" || type === "NS") domain(name);
    else machine(name);
    machine(server);
    for (const { host } of targets) machine(host);
  }
  for (const { host } of evidence.probes) machine(host);
  for (const log of [evidence.sent, evidence.answered, evidence.handled]) {
    for (const computer of log.table.values("computer")) machine(computer);
  }
  for (const name of evidence.handled.table.values("name")) machine(name);
  for (const host of evidence.sent.table.values("host")) machine(host);
  for (const { client } of evidence.products) {
    machine(client?.registered?.value.name);
    machine(client?.discovered?.value.name);
    domain(client?.lookupDomain?.value);
  }
  for (const { hostName, primarySuffix, searchList, connectionSuffixes } of evidence.networks) {
    machine(hostName?.value);
    for (const fact of [primarySuffix, ...searchList, ...connectionSuffixes]) domain(fact?.value);
  }
  for (const { name, value } of evidence.registry) {
    if (HOST_VALUES.has(name.toLowerCase())) machine(String(value));
    if (DOMAIN_VALUES.has(name.toLowerCase())) for (const one of String(value).split(/[\s,]+/)) domain(one);
  }
  for (const { computer, fields } of evidence.events) {
    machine(computer);
    domain(fields.domain);
    for (const name of (fields.names ?? "").split(/;\s*/)) machine(name);
  }
  for (const { against } of evidence.clocks) machine(against);
  for (const name of machines) domain(name.split(".").slice(1).join("."));
  for (const name of domains) machines.delete(name);
  return { machines, domains };
}

function plain(name: string | undefined): string {
  return (name ?? "").trim().toLowerCase().replace(/\.+$/, "");
}

function isOwned(text: string): boolean {
  return text.length < 256 && /\p{L}/u.test(text) && NAME.test(text) && !PUBLIC.test(text);
}
