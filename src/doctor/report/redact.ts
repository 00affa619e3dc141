import { createHmac } from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";
import { withoutFullKeys } from "../evidence/full-keys.ts";
import type { Evidence } from "../evidence/model.ts";
import type { Place } from "../evidence/place.ts";
import type { ReportDocument } from "./document.ts";
import { ownedNames } from "./owned-names.ts";

/**
 * Replaces what tells whose machines these are; the same always by the same, so that equality survives. What takes the
 * place of a CMID or an address has its form, so that redacted evidence is read as the evidence itself.
 */
export type Redact = (text: string) => string;

/** Loopback, unspecified, netmasks, and addresses that are the clouds' own: no secret, and a diagnosis turns on them. */
const KEPT_ADDRESS =
  /^(0|127|255)\.|^169\.254\.169\.|^168\.63\.129\.16$|^(20\.118\.99\.224|40\.83\.235\.53|23\.102\.135\.246|35\.190\.247\.13)$/;
const PRIVATE_ADDRESS = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.)/;
const GUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
const IPV4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d]|\.\d)/g;
const IPV6 = /(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/gi;
const MAC = /(?<![\w:-])[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}(?![\w:-])/gi;
/** Its fourth and fifth group are the host key's; the others are kinds and the build of the system. */
const EXTENDED_PID = /\b(\d{5}-\d{5})-(\d{3}-\d{6})-(\d{2}-\d{4,5}-\d{4,5}\.\d{4}-\d{7})\b/g;
const SID = /\bS-1-5-21-\d+-\d+-\d+-\d+\b/g;
const FINGERPRINT = /\b[0-9a-f]{64}\b/gi;
const USER = /([\\/](?:Users|home)[\\/])(?!Public\b|Default\b|All Users\b)([^\\/\s"'<>]+)/gi;
const WORD = /[\p{L}\p{N}_][\p{L}\p{N}_.-]*/gu;

/** Words of the texts themselves: a machine that is called so keeps its name, or nothing could be read any more. */
const VOCABULARY = new Set(
  `activation address app application build channel client clock cmid computer count current data default desktop dns
  domain edition event events example gateway grace group home host id info internal key keys kms lan license licensing
  live local localdomain localhost log machine management message microsoft muster name network office operating pc
  period port priority product professional registered remaining rearm registry requests results security server service
  software srv standard state status system tcp test time txt type unknown value version volume windows workgroup xml zip
  zone`.split(/\s+/),
);

export interface RedactionOptions {
  /** Names known from elsewhere, such as that of the machine the evidence was taken from. */
  readonly names?: readonly string[];
  /**
   * Makes tokens of names by this secret, so that the same secret gives the same for every bundle, and another one never
   * does. Without it they are counted, which is for what stands alone.
   */
  readonly key?: string;
}

/** Makes the tokens for all names, domains and CMIDs in the evidence. */
export function redaction(evidence: Evidence, { names: more = [], key }: RedactionOptions = {}): Redact {
  const number = key === undefined ? counting() : hashing(key);
  const names = replacements(evidence, more, number);
  const cmids = new Set(evidence.machines.flatMap((machine) => machine.cmids));
  for (const cmid of evidence.sent.table.values("cmid")) cmids.add(cmid);
  for (const cmid of evidence.handled.table.values("cmid")) cmids.add(cmid);
  return (text) =>
    withoutFullKeys(text)
      .replace(
        EXTENDED_PID,
        (_, kind, own, rest) => `${kind}-000-${digits(number("key", own) % 1e6, 6)}-${rest}`,
      )
      .replace(GUID, (guid) => (cmids.has(guid.toLowerCase()) ? cmidOf(number("cmid", guid)) : guid))
      .replace(FINGERPRINT, (print) => digits(number("fingerprint", print), 64))
      .replace(SID, (sid) => `S-1-5-21-0-0-0-${number("user", sid)}`)
      .replace(USER, (_, before, user) => `${before}user-${number("user", user)}`)
      .replace(MAC, (mac, between) => macOf(number("mac", mac.replaceAll("-", ":")), between))
      .replace(IPV6, (address) => (isIPv6(address) ? ipv6Of(address, number) : address))
      .replace(IPV4, (address) => (isIPv4(address) ? ipv4Of(address, number) : address))
      .replace(WORD, (word) => renamed(word, names));
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

/** The number of a thing of one kind, whether in capitals or not. */
type Numbering = (kind: string, value: string) => number;

/** Forty bits that nobody without the key can find the thing by. */
function hashing(key: string): Numbering {
  return (kind, value) =>
    createHmac("sha256", key).update(`${kind} ${value.toLowerCase()}`).digest().readUIntBE(0, 5);
}

/** In the order in which they come. */
function counting(): Numbering {
  const known = new Map<string, number>();
  const counters = new Map<string, number>();
  return (kind, value) => {
    const key = `${kind} ${value.toLowerCase()}`;
    const found = known.get(key) ?? (counters.get(kind) ?? 0) + 1;
    if (!known.has(key)) counters.set(kind, found);
    known.set(key, found);
    return found;
  };
}

/** What takes the place of each name, by the name in lower case. */
function replacements(
  evidence: Evidence,
  more: readonly string[],
  number: Numbering,
): ReadonlyMap<string, string> {
  const { machines, domains } = ownedNames(evidence, more);
  const names = new Map<string, string>();
  // The shortest first, so that a domain below another stays below it.
  for (const domain of [...domains].toSorted((one, two) => one.length - two.length || (one < two ? -1 : 1))) {
    const above = parentsOf(domain).find((parent) => names.has(parent));
    const token = `domain-${number("domain", domain)}`;
    names.set(domain, above === undefined ? token : `${token}.${names.get(above)}`);
  }
  for (const name of [...machines].toSorted()) {
    const [bare = ""] = name.split(".");
    const token = VOCABULARY.has(bare) ? bare : `machine-${number("machine", bare)}`;
    const domain = name.slice(bare.length + 1);
    names.set(name, domain === "" ? token : `${token}.${names.get(domain)}`);
    if (!VOCABULARY.has(bare)) names.set(bare, token);
  }
  return names;
}

function parentsOf(domain: string): string[] {
  const labels = domain.split(".");
  return labels.map((_, at) => labels.slice(at).join(".")).slice(1);
}

/** A word with every name in it replaced, the longest first: `srv-corp.example.txt` has one. */
function renamed(word: string, names: ReadonlyMap<string, string>): string {
  const whole = names.get(word.toLowerCase());
  if (whole !== undefined) return whole;
  const pieces = word.split(/([._-])/);
  const found: string[] = [];
  for (let from = 0; from < pieces.length; from++) {
    let to = pieces.length;
    while (to > from && !names.has(pieces.slice(from, to).join("").toLowerCase())) to -= 1;
    if (to === from) found.push(pieces[from] ?? "");
    else {
      found.push(names.get(pieces.slice(from, to).join("").toLowerCase()) ?? "");
      from = to - 1;
    }
  }
  return found.join("");
}

function digits(value: number, length: number): string {
  return `${value}`.padStart(length, "0");
}

function cmidOf(number: number): string {
  return `00000000-0000-4000-8000-${digits(number, 12)}`;
}

function macOf(number: number, between: string): string {
  const hex = number.toString(16).padStart(10, "0").match(/../g) ?? [];
  return ["02", ...hex].join(between);
}

/** Networks of 256 addresses stay together, so that who is beside whom can be seen still. */
function ipv4Of(address: string, number: Numbering): string {
  if (KEPT_ADDRESS.test(address)) return address;
  const at = address.lastIndexOf(".");
  const network = number("network", address.slice(0, at)) % 65_536;
  const place = `${network >> 8}.${network & 255}.${address.slice(at + 1)}`;
  return PRIVATE_ADDRESS.test(address) ? `10.${place}` : `198.${place}`;
}

function ipv6Of(address: string, number: Numbering): string {
  const text = address.toLowerCase();
  if (/^[0:]+1?$/.test(text) || text.startsWith("ff")) return address;
  const bits = number("address", text);
  const groups = [Math.floor(bits / 65_536) % 65_536, bits % 65_536].map((group) => group.toString(16));
  return `${text.startsWith("fe80") ? "fe80" : "fd00"}::${groups.join(":")}`;
}
