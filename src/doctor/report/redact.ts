import type { Evidence } from "../evidence/model.ts";
import type { Place } from "../evidence/place.ts";
import type { ReportDocument } from "./document.ts";

/** Replaces what tells whose machines these are; the same name always by the same token, so that equality survives. */
export type Redact = (text: string) => string;

/** Names of the clouds' and the documentation's own hosts, which tell nothing of anybody. */
const PUBLIC =
  /(^|\.)(windows\.net|usgovcloudapi\.net|chinacloudapi\.cn|cloudapi\.de|googlecloud\.com|microsoft\.com)$/;
/** Loopback, unspecified, netmasks, link-local addresses of clouds: no secret, and a diagnosis turns on them. */
const KEPT_ADDRESS =
  /^(0|127|255)\.|^169\.254\.169\.|^168\.63\.129\.16$|^(20\.118\.99\.224|40\.83\.235\.53|23\.102\.135\.246|35\.190\.247\.13)$/;
const GUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
const ADDRESS = /\b\d{1,3}(?:\.\d{1,3}){3}\b/g;
const EXTENDED_PID = /\b\d{5}-\d{5}-\d{3}-\d{6}-\d{2}-\d{4,5}-\d{4,5}\.\d{4}-\d{7}\b/g;

/** Makes the tokens for all names, domains and CMIDs in the evidence. */
export function redaction(evidence: Evidence): Redact {
  const tokens = new Map<string, string>();
  const counters = new Map<string, number>();
  const token = (kind: string, value: string): string => {
    const key = `${kind} ${value.toLowerCase()}`;
    const known = tokens.get(key);
    if (known !== undefined) return known;
    const number = (counters.get(kind) ?? 0) + 1;
    counters.set(kind, number);
    tokens.set(key, `${kind}-${number}`);
    return `${kind}-${number}`;
  };
  const names = namesIn(evidence).toSorted();
  // Machines first, so that one has one token with its domain and without.
  const replacements = new Map<string, string>();
  for (const name of names) {
    const [bare = "", ...domain] = name.split(".");
    const machine = token("machine", bare);
    replacements.set(name, domain.length === 0 ? machine : `${machine}.${token("domain", domain.join("."))}`);
    if (domain.length > 0) replacements.set(domain.join("."), token("domain", domain.join(".")));
    if (!replacements.has(bare)) replacements.set(bare, machine);
  }
  const cmids = new Set(evidence.machines.flatMap((machine) => machine.cmids));
  const known = pattern([...replacements.keys()]);
  return (text) => {
    const named =
      known === undefined
        ? text
        : text.replace(known, (name) => replacements.get(name.toLowerCase()) ?? name);
    return named
      .replace(EXTENDED_PID, (pid) => token("pid", pid))
      .replace(GUID, (guid) => (cmids.has(guid.toLowerCase()) ? token("cmid", guid) : guid))
      .replace(ADDRESS, (address) => (KEPT_ADDRESS.test(address) ? address : token("address", address)));
  };
}

/** A report with the names in all its sentences and quotes replaced. */
export function redactedDocument(document: ReportDocument, redact: Redact): ReportDocument {
  const place = (each: Place): Place => ({ ...each, file: redact(each.file), quote: redact(each.quote) });
  return {
    ...document,
    evidence: document.evidence.map((each) => ({
      ...each,
      file: redact(each.file),
      machine: redact(each.machine),
      notes: each.notes.map(redact),
    })),
    chain: document.chain.map((each) => ({ ...each, shows: redact(each.shows) })),
    findings: document.findings.map((each) => ({
      ...each,
      why: redact(each.why),
      affects: each.affects.map(redact),
      evidence: each.evidence.map(place),
      remedy: {
        ...each.remedy,
        text: redact(each.remedy.text),
        commands: each.remedy.commands.map(redact),
        undo: redact(each.remedy.undo),
        verify: redact(each.remedy.verify),
      },
    })),
    ruledOut: document.ruledOut.map((each) => ({ ...each, because: redact(each.because) })),
  };
}

function namesIn(evidence: Evidence): string[] {
  const names = new Set<string>();
  const add = (name: string | undefined) => {
    const text = (name ?? "").toLowerCase().replace(/\.$/, "");
    if (text === "" || PUBLIC.test(text) || !/[a-z]/.test(text) || text.length > 255) return;
    if (/^[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)*$/u.test(text)) names.add(text.replace(/^_[a-z]+\._tcp\./, ""));
  };
  for (const machine of evidence.machines) for (const name of machine.names) add(name);
  for (const { name, server, targets } of evidence.dns) {
    add(name);
    add(server);
    for (const { host } of targets) add(host);
  }
  for (const { host } of evidence.probes) add(host);
  for (const log of [evidence.sent, evidence.answered, evidence.handled]) {
    for (const computer of log.table.values("computer")) add(computer);
  }
  for (const name of evidence.handled.table.values("name")) add(name);
  for (const host of evidence.sent.table.values("host")) add(host.replace(/:\d+$/, ""));
  for (const { client } of evidence.products) {
    add(client?.registered?.value.name);
    add(client?.discovered?.value.name);
    add(client?.lookupDomain?.value);
  }
  for (const { primarySuffix, searchList, connectionSuffixes } of evidence.networks) {
    for (const fact of [primarySuffix, ...searchList, ...connectionSuffixes]) add(fact?.value);
  }
  for (const { fields } of evidence.events) add(fields.domain);
  return [...names];
}

/** Matches any of these names as a whole, the longest first. */
function pattern(names: readonly string[]): RegExp | undefined {
  const parts = names
    .filter((name) => name.length > 1)
    .toSorted((one, two) => two.length - one.length)
    .map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return parts.length === 0
    ? undefined
    : new RegExp(`(?<![\\p{L}\\p{N}])(?:${parts.join("|")})(?![\\p{L}\\p{N}])`, "giu");
}
