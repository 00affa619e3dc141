import { blank, type RawEvent } from "./raw-event.ts";
import { systemTime } from "./stamp.ts";

/** One tag of a piece of XML, without its `<` and `>`. */
interface Tag {
  /** Without its namespace prefix; `""` at the end of the piece. */
  readonly name: string;
  readonly closing: boolean;
  readonly empty: boolean;
  readonly text: string;
}

const DATA = 64;
const TEXT = 65_536;

/**
 * Reads one `<Event>` of Windows Event XML ([MS-EVEN6] 2.2.13), alone. It knows text, elements, attributes in either
 * quotes, CDATA and comments, the five entities of XML and characters by number; declarations and other entities are
 * text. Undefined when there is no event id in it.
 */
export function readEventElement(xml: string): RawEvent | undefined {
  return readRequest(xml) ?? new EventElement(xml).read();
}

/**
 * A request laid out as Windows lays it out, found without looking at every tag: there may be a million of them.
 * Undefined for anything else.
 */
function readRequest(xml: string): RawEvent | undefined {
  const provider = xml.indexOf("<Provider Name=");
  const id = xml.indexOf("<EventID", provider);
  const created = xml.indexOf("<TimeCreated SystemTime=", id);
  const record = xml.indexOf("<EventRecordID>", created);
  const channel = xml.indexOf("<Channel>", record);
  const computer = xml.indexOf("<Computer>", channel);
  const data = xml.indexOf("<EventData><Data>", computer);
  if (provider < 0 || id < 0 || created < 0 || record < 0 || channel < 0 || computer < 0 || data < 0)
    return undefined;
  const number = whole(textAt(xml, xml.indexOf(">", id) + 1));
  if ((number !== 12288 && number !== 12289 && number !== 12290) || xml.includes("<!")) return undefined;
  const info = textAt(xml, data + 17);
  if (!info.includes(",") || info.includes("&")) return undefined;
  const source = xml.indexOf("EventSourceName=", provider);
  return {
    ...blank,
    id: number,
    provider: quotedAt(xml, provider + 15),
    eventSource: source > 0 && source < id ? quotedAt(xml, source + 16) : "",
    channel: textAt(xml, channel + 9),
    computer: textAt(xml, computer + 10),
    record: whole(textAt(xml, record + 15)),
    time: systemTime(quotedAt(xml, created + 24)),
    data: [info],
  };
}

function textAt(xml: string, start: number): string {
  return xml.slice(start, xml.indexOf("<", start));
}

function quotedAt(xml: string, start: number): string {
  return xml.slice(start + 1, xml.indexOf(xml.charAt(start), start + 1));
}

class EventElement {
  private readonly xml: string;
  private at = 0;

  constructor(xml: string) {
    this.xml = xml;
  }

  read(): RawEvent | undefined {
    const event = { ...blank, data: [] as string[], named: {} as Record<string, string> };
    const { data, named } = event;
    let found = false;
    for (;;) {
      const tag = this.next();
      if (tag === undefined) return found ? event : undefined;
      if (tag.closing) continue;
      switch (tag.name) {
        case "Provider":
          event.provider ||= attribute(tag.text, "Name");
          event.eventSource ||= attribute(tag.text, "EventSourceName");
          break;
        case "EventID":
          event.id = whole(this.content(tag));
          found = event.id > 0 || found;
          break;
        case "Level":
          event.level ||= whole(this.content(tag)) & 0xff;
          break;
        case "TimeCreated":
          event.time ??= systemTime(attribute(tag.text, "SystemTime"));
          break;
        case "EventRecordID":
          event.record = whole(this.content(tag));
          break;
        case "Channel":
          event.channel ||= this.content(tag);
          break;
        case "Computer":
          event.computer ||= this.content(tag);
          break;
        case "Data": {
          const text = this.content(tag);
          const name = attribute(tag.text, "Name");
          if (data.length < DATA && name === "") data.push(text);
          else if (name !== "" && Object.keys(named).length < DATA) named[name] ??= text;
          break;
        }
        case "Binary":
          event.binary = this.content(tag);
          break;
        case "Message":
          event.message ||= this.content(tag);
          break;
        case "UserData":
          this.userData(tag, named);
          break;
        case "RenderingInfo":
          // Nothing in it but the message is of use, and that only where there are no data.
          if (!tag.empty && this.isRequest(event.id, data)) this.skipTo("RenderingInfo");
          else if (!tag.empty) event.message = this.messageIn();
          break;
        default:
      }
    }
  }

  private isRequest(id: number, data: readonly string[]): boolean {
    return (id === 12290 || id === 12288 || id === 12289) && data.length > 0;
  }

  private messageIn(): string {
    for (let tag = this.next(); tag !== undefined; tag = this.next()) {
      if (tag.closing && tag.name === "RenderingInfo") return "";
      if (tag.closing || tag.name !== "Message") continue;
      const text = this.content(tag);
      this.skipTo("RenderingInfo");
      return text;
    }
    return "";
  }

  private userData(tag: Tag, named: Record<string, string>): void {
    if (tag.empty) return;
    for (let inner = this.next(); inner !== undefined; inner = this.next()) {
      if (inner.closing && inner.name === "UserData") return;
      if (inner.closing || inner.empty || Object.keys(named).length >= DATA) continue;
      const start = this.at;
      const text = this.content(inner).trim();
      if (text !== "") named[inner.name] ??= text;
      else this.at = start;
    }
  }

  /** The text up to the end of this element, that of elements in it left out. */
  private content(tag: Tag): string {
    if (tag.empty) return "";
    const { xml } = this;
    const end = xml.indexOf("<", this.at);
    const stop = end < 0 ? xml.length : end;
    let text = unescaped(xml.slice(this.at, Math.min(stop, this.at + TEXT)));
    this.at = stop;
    while (xml.startsWith("<![CDATA[", this.at)) {
      const close = xml.indexOf("]]>", this.at);
      const next = close < 0 ? xml.length : close;
      if (text.length < TEXT) text += xml.slice(this.at + 9, next);
      this.at = Math.min(next + 3, xml.length);
      const more = xml.indexOf("<", this.at);
      const until = more < 0 ? xml.length : more;
      if (text.length < TEXT) text += unescaped(xml.slice(this.at, Math.min(until, this.at + TEXT)));
      this.at = until;
    }
    return text;
  }

  private skipTo(name: string): void {
    const end = this.xml.indexOf(`${name}>`, this.at);
    this.at = end < 0 ? this.xml.length : end + name.length + 1;
  }

  private next(): Tag | undefined {
    const { xml } = this;
    for (;;) {
      const open = xml.indexOf("<", this.at);
      if (open < 0) return undefined;
      const second = xml.charCodeAt(open + 1);
      if (second === EXCLAMATION || second === QUESTION) {
        this.at = afterDeclaration(xml, open);
        continue;
      }
      const end = tagEnd(xml, open + 1);
      if (end < 0) return undefined;
      this.at = end + 1;
      const closing = second === SLASH;
      const empty = xml.charCodeAt(end - 1) === SLASH;
      const start = closing ? open + 2 : open + 1;
      let stop = start;
      let from = start;
      for (; stop < end; stop++) {
        const code = xml.charCodeAt(stop);
        if (code <= SPACE || code === SLASH) break;
        if (code === COLON) from = stop + 1;
      }
      return { name: xml.slice(from, stop), closing, empty, text: xml.slice(stop, end) };
    }
  }
}

const EXCLAMATION = 33;
const QUESTION = 63;
const SLASH = 47;
const SPACE = 32;
const COLON = 58;
const DOUBLE = 34;
const SINGLE = 39;
const GREATER = 62;

/** Where the `>` of a tag is, quotes minded; -1 when it has none. */
function tagEnd(xml: string, from: number): number {
  for (let at = from; at < xml.length; at++) {
    const code = xml.charCodeAt(at);
    if (code === GREATER) return at;
    if (code !== DOUBLE && code !== SINGLE) continue;
    const close = xml.indexOf(code === DOUBLE ? '"' : "'", at + 1);
    if (close < 0) return -1;
    at = close;
  }
  return -1;
}

function afterDeclaration(xml: string, open: number): number {
  const [mark, end] = xml.startsWith("<!--", open)
    ? [4, "-->"]
    : xml.startsWith("<![CDATA[", open)
      ? [9, "]]>"]
      : [2, ">"];
  const close = xml.indexOf(end, open + mark);
  return close < 0 ? xml.length : close + end.length;
}

/** The value of an attribute of this name, `""` when there is none. */
function attribute(tag: string, name: string): string {
  for (let at = tag.indexOf(name); at >= 0; at = tag.indexOf(name, at + 1)) {
    if (tag.charCodeAt(at - 1) > SPACE) continue;
    const match = /^\s{0,9}=\s{0,9}(["'])/.exec(tag.slice(at + name.length, at + name.length + 20));
    if (match === null) continue;
    const start = at + name.length + match[0].length;
    const end = tag.indexOf(match[1] ?? "", start);
    return unescaped(tag.slice(start, end < 0 ? tag.length : end)).slice(0, TEXT);
  }
  return "";
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Text with the entities of XML itself and characters by number in their place. */
export function unescaped(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|amp|quot|apos));/gi,
    (whole, decimal, hex, name) => {
      if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\uFFFD";
    },
  );
}

function whole(text: string): number {
  const number = Number(text);
  return Number.isSafeInteger(number) && number >= 0 && number < 2 ** 32 ? number : 0;
}
