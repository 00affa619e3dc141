import type { Collector } from "../collector.ts";
import type { LogEvent } from "../model.ts";
import { type Names, plainName } from "./names.ts";
import { pairOf } from "./tables.ts";

/** From when to when, milliseconds since the epoch. */
export interface Span {
  first: number;
  last: number;
}

/** What the events of a machine tell of it. */
export class Trace {
  isHost = false;
  isClient = false;
  /** Requests that it logged as a host (12290). */
  handled = 0;
  /** Activation ids and CMIDs that were seen together, by the two as one number. */
  readonly cmids = new Map<number, { product: string; cmid: string }>();
  /** When events of an activation id were logged. */
  readonly products = new Map<string, Span>();
  /** Whether an activation id was licensed, by the last event that says so. */
  readonly licensed = new Map<string, { time: number; is: boolean }>();

  /** Takes note of a license state. */
  state(product: string, time: number, is: boolean): void {
    const known = this.licensed.get(product);
    if (known === undefined) this.licensed.set(product, { time, is });
    else if (time >= known.time) {
      known.time = time;
      known.is = is;
    }
  }
}

/** What all events tell of machines. */
export interface Traces {
  /** By the key of the machine that logged them. */
  readonly machines: ReadonlyMap<string, Trace>;
  /** Keys of the machines that asked with a CMID, by CMID. */
  readonly askers: ReadonlyMap<string, ReadonlySet<string>>;
  /** Keys of the hosts that are known to have answered. */
  readonly answering: ReadonlySet<string>;
}

/** The id fields under which events name an activation id. */
const SKU = ["SkuId", "skuId", "SkuID", "sku"];
const PUBLISHING = new Set([12293, 12294]);
/** Codes of 12288 that no machine but a host gives: those of licensing, but for "no host could be contacted". */
const FROM_HOST = (code: number) => code === 0 || (code >>> 12 === 0xc004f && code !== 0xc004f074);

/** The activation ids that an event names. */
export function skuOf(event: LogEvent): string {
  for (const name of SKU) {
    const id = event.fields[name];
    if (id !== undefined) return id.replace(/[{}]/g, "").toLowerCase();
  }
  return "";
}

/** Reads the events; `cmids` are those whose askers are wanted. */
export function readTraces(collector: Collector, names: Names, cmids: ReadonlySet<string>): Traces {
  const machines = new Map<string, Trace>();
  const askers = new Map<string, Set<string>>();
  const answering = new Set<string>();
  const traceOf = (key: string) => {
    const known = machines.get(key);
    if (known !== undefined) return known;
    const trace = new Trace();
    machines.set(key, trace);
    return trace;
  };
  const asked = (cmid: string, key: string) => {
    if (!cmids.has(cmid)) return;
    const keys = askers.get(cmid);
    if (keys === undefined) askers.set(cmid, new Set([key]));
    else keys.add(key);
  };
  const sent = collector.sent.table;
  const keyOfSent = keys(sent, names, "computer");
  const keyOfHost = keys(sent, names, "host", withoutPort);
  const [productIds, cmidIds] = [sent.column("product"), sent.column("cmid")];
  for (let at = 0; at < sent.length; at++) {
    if (FROM_HOST(sent.get(at, "code"))) {
      const host = keyOfHost(at);
      if (host !== "") answering.add(host);
    }
    const key = keyOfSent(at);
    if (key === "") continue;
    const trace = traceOf(key);
    trace.isClient = true;
    const product = sent.get(at, "product");
    const cmid = sent.get(at, "cmid");
    const pair = pairOf(productIds[at], cmidIds[at]);
    if (!trace.cmids.has(pair) && cmid !== "" && !/^[0-]+$/.test(cmid))
      trace.cmids.set(pair, { product, cmid });
    const time = sent.get(at, "time");
    stretch(trace.products, product, time);
    trace.state(product, time, sent.get(at, "status") === 1);
    asked(cmid, key);
  }
  const answered = collector.answered.table;
  const keyOfAnswered = keys(answered, names, "computer");
  for (let at = 0; at < answered.length; at++) {
    const key = keyOfAnswered(at);
    if (key !== "") traceOf(key).isClient = true;
  }
  const handled = collector.handled.table;
  const keyOfHandled = keys(handled, names, "computer");
  const keyOfAsker = keys(handled, names, "name");
  for (let at = 0; at < handled.length; at++) {
    const key = keyOfHandled(at);
    if (key !== "") {
      const trace = traceOf(key);
      trace.isHost = true;
      trace.handled += 1;
    }
    const asker = keyOfAsker(at);
    if (asker !== "") asked(handled.get(at, "cmid"), asker);
  }
  for (const event of collector.events) {
    const name = plainName(event.computer);
    if (name === "") continue;
    const trace = traceOf(names.keyOf(name, event.origin.file));
    if (PUBLISHING.has(event.id)) trace.isHost = true;
    if (event.fields.ProductKeyType === "Volume:GVLK") trace.isClient = true;
    const sku = skuOf(event);
    if (sku === "") continue;
    stretch(trace.products, sku, event.time);
    const { LicenseState } = event.fields;
    if (LicenseState !== undefined) trace.state(sku, event.time, LicenseState.endsWith("_LICENSED"));
  }
  return { machines, askers, answering };
}

/** `name:port` without its port. */
export function withoutPort(host: string): string {
  return host.replace(/:\d{1,5}$/, "");
}

interface Rows<Column extends string> {
  column(name: "file" | Column): { readonly [index: number]: number };
  values(name: "file" | Column): readonly string[];
}

/** The key of the machine that a column names, `nameIn` its texts, by row; `""` when it names none. */
function keys<Column extends string>(
  rows: Rows<Column>,
  names: Names,
  column: Column,
  nameIn = (text: string) => text,
): (row: number) => string {
  const files = rows.column("file");
  const computers = rows.column(column);
  const known = new Map<number, string>();
  return (row) => {
    const pair = pairOf(files[row], computers[row]);
    const found = known.get(pair);
    if (found !== undefined) return found;
    const name = plainName(nameIn(rows.values(column)[computers[row] ?? 0] ?? ""));
    const key = name === "" ? "" : names.keyOf(name, rows.values("file")[files[row] ?? 0]);
    known.set(pair, key);
    return key;
  };
}

function stretch(spans: Map<string, Span>, key: string, time: number): void {
  if (Number.isNaN(time)) return;
  const span = spans.get(key);
  if (span === undefined) spans.set(key, { first: time, last: time });
  else {
    span.first = Math.min(span.first, time);
    span.last = Math.max(span.last, time);
  }
}
