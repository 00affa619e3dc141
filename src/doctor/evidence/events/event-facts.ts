import { EVENTS, eventFields, isEventId } from "../../../protocol/events.ts";
import { withoutFullKeys } from "../full-keys.ts";
import { licensingStatus } from "./licensing-status.ts";
import type { RawEvent } from "./raw-event.ts";

/** What a `LogEvent` has of an event's content. */
export interface EventFacts {
  readonly codes: readonly number[];
  readonly data: readonly string[];
  readonly fields: Readonly<Record<string, string>>;
  /** What a person sees of it, in one line. */
  readonly quote: string;
}

const ITEM = 2048;
const ITEMS = 32;
const QUOTE = 600;

/** The content of an event other than a request, from its data items, or from its message where it has none. */
export function eventFacts(raw: RawEvent, muster: boolean): EventFacts {
  const stated = [...raw.data, ...Object.values(raw.named)];
  const items = stated.length > 0 ? stated : itemsOf(raw);
  if (raw.id === 1003 && !muster) return statusFacts(raw, items);
  const data = items.slice(0, ITEMS).map((item) => cut(item, ITEM));
  const fields = muster ? musterFields(raw, items) : licensingFields(raw, data);
  const own = Object.fromEntries(Object.entries(raw.named).map(([name, value]) => [name, cut(value, ITEM)]));
  const codes = codesIn(stated.length > 0 ? data.join(" ") : cut(raw.message, 8 * ITEM));
  return { codes, data, fields: { ...own, ...fields }, quote: quoteOf(raw, data) };
}

/** Every HRESULT in a text, unsigned, in its order. */
function codesIn(text: string): number[] {
  return [...text.matchAll(/\b0x([0-9a-f]{8}|0)(?![0-9a-f])/gi)].map(([code]) => Number(code)).slice(0, 64);
}

function statusFacts(raw: RawEvent, items: readonly string[]): EventFacts {
  const whole = items.join("\n");
  const status = licensingStatus(whole);
  const application = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.exec(whole)?.[0].toLowerCase() ?? "";
  const entry = cut(status.entry, ITEM);
  const fields: Record<string, string> = { AppId: application };
  if (status.product !== "") fields.SkuId = status.product;
  if (status.volume) fields.volume = "1";
  if (status.minutesLeft !== undefined) fields.minutesLeft = String(status.minutesLeft);
  const data = entry === "" ? [application] : [application, entry];
  const quote = cut(oneLine(entry === "" ? raw.message || application : entry), QUOTE);
  return { codes: codesIn(status.entry), data, fields, quote };
}

/** What stands for data items in a message: what was put into it. */
function itemsOf({ id, message }: RawEvent): string[] {
  const lines = message
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const after = (label: number) => lines.slice(label).filter((line) => !/^[^:=]{1,40}[:：]$/.test(line));
  if (id === 12293) return [`0x${codeOf(message)}`, domainIn(message)];
  if (id === 12294) return [domainIn(message)];
  if (id === 16384) {
    const [, restart = "", reason = ""] =
      /(\d{4}-\d\d-\d\dT[\d:.]+Z)\.?(?:.*?[:：]\s*(\w+))?/.exec(message) ?? [];
    return [restart, reason].filter((item) => item !== "");
  }
  return after(1);
}

function codeOf(message: string): string {
  return /0x([0-9a-f]{1,8})\b/i.exec(message)?.[1] ?? "0";
}

const DOMAIN = /['"‘’`´“”„«‹「『]\s*([\w.-]{1,253})\s*['"’‘`´“”»›」』]/;

function domainIn(message: string): string {
  return (DOMAIN.exec(message)?.[1] ?? "").toLowerCase();
}

function licensingFields(raw: RawEvent, data: readonly string[]): Record<string, string> {
  const { id } = raw;
  if (id === 12293) {
    const domain = data.find((item) => !/^(?:0x|-?\d+$)/i.test(item)) ?? "";
    return { domain: domain.toLowerCase() };
  }
  if (id === 12294) return { domain: (data[0] ?? "").toLowerCase() };
  if (id === 16384) return { restart: data[0] ?? "", reason: data[1] ?? "" };
  if (id === 902) return { version: data[0] ?? "" };
  const fields = pairsIn(raw.data.length > 0 ? data.join("\n") : cut(raw.message, 8 * ITEM));
  if (id === 8233 && raw.data.length >= 3 && fields.AppId === undefined) {
    const [reason = "", application = "", product = "", trigger = ""] = data;
    return {
      ...fields,
      Reason: reason,
      AppId: application.toLowerCase(),
      SkuId: product.toLowerCase(),
      Trigger: trigger,
    };
  }
  return fields;
}

const NAMES: Readonly<Record<string, string>> = {
  applicationid: "AppId",
  appid: "AppId",
  skuid: "SkuId",
  ruleid: "RuleId",
  acid: "SkuId",
  errorcode: "ErrorCode",
  hr: "hr",
};

/** `Name=value` and `Name = value` of a text; the names of ids as 8198 writes them, ids in lower case. */
function pairsIn(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const part of text.split(/[;\r\n]|, (?=[A-Z]\w* ?=)/)) {
    const match = /(?:^|[\s(])((?:Application |Sku |Error )?[A-Za-z]\w{0,40})\s{0,2}[=:]\s{0,2}(\S.*)$/.exec(
      part.slice(0, ITEM).replace(/^.*\(REG_SZ\) ?=/, ""),
    );
    if (match === null) continue;
    const [, label = "", value = ""] = match;
    const name = NAMES[label.replace(/ /g, "").toLowerCase()] ?? label.replace(/ /g, "");
    const word = value.split(/[\s,)]/)[0] ?? "";
    fields[name] ??= name.endsWith("Id")
      ? word.toLowerCase()
      : name === "hr" || word.startsWith("0x")
        ? word.replace(/[:.]$/, "")
        : value.trim();
  }
  return fields;
}

function musterFields(raw: RawEvent, items: readonly string[]): Record<string, string> {
  if (!isEventId(raw.id)) return {};
  const names = EVENTS[raw.id].fields;
  if (Object.keys(raw.named).length > 0) return {};
  if (raw.id === 12294 && items.length === 1) return { domain: items[0] ?? "" };
  if (raw.data.length === 0 || (items.length === 1 && names.length > 1)) {
    return eventFields(raw.id, infoLine(raw.message) || (items.at(-1) ?? ""));
  }
  return Object.fromEntries(
    names.flatMap((name, at) => (items[at] === undefined ? [] : [[name, items[at]]])),
  );
}

/** The line after `Info:` of a message. */
export function infoLine(message: string): string {
  const at = message.search(/\b(?:Info|Information|Informationen|Informations|Información)\s?[:：]/i);
  if (at < 0) return "";
  return message
    .slice(message.search(/[:：]/) < at ? message.indexOf(":", at) + 1 : message.search(/[:：]/) + 1)
    .trim();
}

/** The message, or where the file holds none, the id and what would be put into it. */
function quoteOf({ id, message }: RawEvent, data: readonly string[]): string {
  const words = oneLine(message) || oneLine(`${id}: ${data.filter((item) => item !== "").join(", ")}`);
  return withoutFullKeys(words).slice(0, QUOTE).replace(/: ?$/, "");
}

function oneLine(text: string): string {
  return text
    .slice(0, 4 * QUOTE)
    .replace(/\s+/g, " ")
    .trim();
}

function cut(text: string, most: number): string {
  return withoutFullKeys(text.length > most ? text.slice(0, most) : text).trim();
}
