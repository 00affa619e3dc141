import type { Collector, Reading } from "../collector.ts";
import type { EvidenceKind, ProductReport } from "../model.ts";
import type { Fact, Place } from "../place.ts";
import { fact, type WholeLine } from "./line.ts";
import type { Session } from "./session.ts";
import { stated } from "./stated.ts";
import * as values from "./values.ts";
import { activationTypeNamed, isEnabled, statusNamed } from "./words.ts";

type Fields = Map<string, { readonly line: WholeLine; readonly value: string }>;

/** ospp.vbs prints its labels in English on every system. */
const LABELS: readonly (readonly [RegExp, string])[] = [
  [/^product id$/i, "pid"],
  [/^sku id$/i, "sku"],
  [/^license name$/i, "name"],
  [/^license description$/i, "description"],
  [/^beta expiration$/i, "beta"],
  [/^license status$/i, "status"],
  [/^error code$/i, "code"],
  [/^error description$/i, "message"],
  [/^remaining grace$/i, "grace"],
  [/^last 5 characters of installed product key$/i, "key"],
  [/^activation type configuration$/i, "type"],
  [/^dns auto-discovery$/i, "autoDiscovery"],
  [/^kms machine registry override defined$/i, "registered"],
  [/^kms machine name from dns$/i, "discovered"],
  [/^activation interval$/i, "activationInterval"],
  [/^renewal interval$/i, "renewalInterval"],
  [/^kms host caching$/i, "caching"],
  [/^kms machine extended pid$/i, "hostPid"],
  [/^kms machine ip address$/i, "address"],
  [/^client machine id(?: \(cmid\))?$/i, "cmid"],
];

/** Reads what ospp.vbs printed in a session, and gives the lines that are none of its. */
export function osppBlocks(
  file: string,
  session: Session,
  collector: Collector,
  understood: Set<number>,
): readonly WholeLine[] {
  const isOspp = session.lines.some(({ text }) => /^\s*(?:LICENSE NAME|LICENSE DESCRIPTION)\s*:/.test(text));
  if (!isOspp) return session.lines;
  const reader = new OsppReader(file, session, collector, understood);
  const rest = session.lines.filter((line) => !reader.takes(line));
  reader.close();
  return rest;
}

class OsppReader {
  private readonly file: string;
  private readonly session: Session;
  private readonly collector: Collector;
  private readonly understood: Set<number>;
  private readonly readings = new Map<string, Reading>();
  private fields: Fields = new Map();
  private isAttempt = false;

  constructor(file: string, session: Session, collector: Collector, understood: Set<number>) {
    this.file = file;
    this.session = session;
    this.collector = collector;
    this.understood = understood;
  }

  takes(line: WholeLine): boolean {
    const text = line.text.trim();
    if (/attempting to activate/i.test(text)) this.isAttempt = true;
    else if (/^-{3,}/.test(text)) return this.separator(line);
    else if (/^<.{0,10}product activation successful>$/i.test(text)) this.close(line);
    else return this.takesField(line, text);
    for (const number of line.numbers) this.understood.add(number);
    return true;
  }

  /** A rule ends a block; behind an attempt the outcome may follow it. */
  private separator(line: WholeLine): boolean {
    if (!this.isAttempt || this.fields.has("code") || /exiting/i.test(line.text)) this.close();
    for (const number of line.numbers) this.understood.add(number);
    return true;
  }

  private takesField(line: WholeLine, text: string): boolean {
    const at = text.search(/[:：]/);
    if (at < 0) return false;
    const label = text.slice(0, at).trim();
    const name = LABELS.find(([words]) => words.test(label))?.[1];
    const isOther = name === undefined || (this.fields.size === 0 && !STARTING.has(name));
    if (isOther) return false;
    if (this.fields.has(name)) this.close();
    this.fields.set(name, { line, value: text.slice(at + 1).trim() });
    return true;
  }

  close(success?: WholeLine): void {
    const { fields, isAttempt } = this;
    this.fields = new Map();
    this.isAttempt = false;
    if (!fields.has("name") && !fields.has("description")) return;
    for (const { line } of fields.values()) for (const number of line.numbers) this.understood.add(number);
    if ((isAttempt || success !== undefined) && !fields.has("status")) this.attempt(fields, success);
    else this.product(fields);
  }

  private attempt(fields: Fields, success: WholeLine | undefined): void {
    const at = firstPlace(fields);
    const said = read(fields, "code", values.code);
    const code = success === undefined ? said : fact(success, 0);
    const product = read(fields, "sku", values.guid);
    const name = read(fields, "name", text);
    this.collector.attempts.push({
      origin: this.reading("slmgr-ato").origin,
      at,
      ...(product === undefined ? {} : { product }),
      ...(name === undefined ? {} : { productName: name }),
      ...(code === undefined ? {} : { code }),
    });
  }

  private product(fields: Fields): void {
    const status = read(fields, "status", (value) => statusNamed(value.replaceAll("_", " ")));
    const found = {
      name: read(fields, "name", text),
      description: read(fields, "description", text),
      channel: read(fields, "description", values.channel),
      product: read(fields, "sku", values.guid),
      partialKey: read(fields, "key", values.partialKey),
      status,
      minutesLeft: read(fields, "grace", minutes),
      reason: status?.value === 1 ? undefined : read(fields, "code", failure),
      activationType: read(fields, "type", activationTypeNamed),
    };
    const client = stated({
      cmid: read(fields, "cmid", values.guid),
      registered: read(fields, "registered", values.hostName),
      discovered: read(fields, "discovered", values.hostName),
      notDiscovered: fields.get("autoDiscovery")?.line.at,
      hostAddress: read(fields, "address", values.address),
      hostExtendedPid: read(fields, "hostPid", values.extendedPid),
      activationInterval: read(fields, "activationInterval", values.leadingNumber),
      renewalInterval: read(fields, "renewalInterval", values.leadingNumber),
      caching: read(fields, "caching", isEnabled),
    });
    const report = {
      ...stated(found),
      origin: this.reading("ospp-dstatus").origin,
      at: firstPlace(fields),
      ...(Object.keys(client).length > 0 ? { client } : {}),
      cutOff: !fields.has("status") || !fields.has("key"),
    };
    this.collector.products.push(report as ProductReport);
  }

  private reading(kind: EvidenceKind): Reading {
    const reading =
      this.readings.get(kind) ??
      this.collector.begin(this.file, kind, { names: this.session.names, language: "en" });
    this.readings.set(kind, reading);
    reading.records += 1;
    return reading;
  }
}

/** Fields that a block may begin with. */
const STARTING: ReadonlySet<string> = new Set(["pid", "sku", "name", "description"]);

function read<T>(fields: Fields, name: string, parse: (value: string) => T | undefined): Fact<T> | undefined {
  const field = fields.get(name);
  const value = field === undefined ? undefined : parse(field.value);
  return field === undefined || value === undefined ? undefined : fact(field.line, value);
}

function firstPlace(fields: Fields): Place {
  const [first] = fields.values();
  if (first === undefined) throw new Error("a block has at least a name");
  return first.line.at;
}

function text(value: string): string | undefined {
  return value === "" ? undefined : value;
}

/** Codes that are no errors only inform. */
function failure(value: string): number | undefined {
  const found = values.code(value);
  return found !== undefined && found >= 0x8000_0000 ? found : undefined;
}

/** `180 days  (259200 minute(s) before expiring)`. */
function minutes(value: string): number | undefined {
  const match = /[(（]\s?(\d{1,8})/.exec(value);
  return match === null ? undefined : Number(match[1]);
}
