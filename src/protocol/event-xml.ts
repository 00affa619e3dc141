import { EVENTS, type EventId, eventFields, type LoggedEvent } from "./events.ts";

/** An event with its number in the log it is from. */
export type NumberedEvent = LoggedEvent & { readonly row: number };

const LEVELS = { error: 2, warning: 3, information: 4 } as const;
const LEVEL_NAMES = { error: "Error", warning: "Warning", information: "Information" } as const;

/** Events are information, as Microsoft's are, unless they say that somebody has to do something. */
const LEVEL_OF: Partial<Record<EventId, keyof typeof LEVELS>> = {
  12293: "error",
  12400: "warning",
  12401: "warning",
  12404: "warning",
};

/** The channels of Microsoft's events: the requests of a KMS host have a log of their own. */
const REQUESTS_CHANNEL = "Key Management Service";
const CHANNEL = "Application";
/** The keyword of all events that were logged the way they were before Windows Vista, as Microsoft's still are. */
const CLASSIC = "0x80000000000000";

/** What comes before the events of an export, with the mark of UTF-8 that Event Viewer writes. */
export const XML_HEAD = `\uFEFF<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n<Events>`;
/** What comes after them. */
export const XML_TAIL = "</Events>\r\n";

/**
 * One `<Event>` in Windows Event XML ([MS-EVEN6] 2.2.13), laid out like Microsoft's own: 12288 and 12289 have one
 * `<Data>` with the whole Info string, 12290 has that string and then its fields, 12294 has the domain alone, the rest
 * have a `<Data>` for each field.
 */
export function eventXml({ row, time, id, machine, info }: NumberedEvent): string {
  const level = LEVEL_OF[id] ?? "information";
  const channel = id === 12290 ? REQUESTS_CHANNEL : CHANNEL;
  const system = [
    "<Provider Name='Muster'/>",
    `<EventID>${id}</EventID>`,
    "<Version>0</Version>",
    `<Level>${LEVELS[level]}</Level>`,
    "<Task>0</Task>",
    "<Opcode>0</Opcode>",
    `<Keywords>${CLASSIC}</Keywords>`,
    `<TimeCreated SystemTime='${new Date(time).toISOString()}'/>`,
    `<EventRecordID>${row}</EventRecordID>`,
    `<Channel>${channel}</Channel>`,
    `<Computer>${escaped(machine)}</Computer>`,
  ];
  const data = dataOf(id, info).map((text) => `<Data>${escaped(text)}</Data>`);
  const message = escaped(`${EVENTS[id].message}\r\nInfo:\r\n${info}`);
  return [
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>",
    `<System>${system.join("")}</System>`,
    `<EventData>${data.join("")}</EventData>`,
    `<RenderingInfo Culture='en-US'><Message>${message}</Message><Level>${LEVEL_NAMES[level]}</Level>`,
    `<Channel>${channel}</Channel><Provider>Muster</Provider></RenderingInfo></Event>`,
  ].join("");
}

function dataOf(id: EventId, info: string): string[] {
  if (id === 12288 || id === 12289) return [info];
  const fields = eventFields(id, info);
  if (id === 12294) return [fields.domain ?? ""];
  const values = EVENTS[id].fields.map((field) => fields[field] ?? "");
  return id === 12290 ? [info, ...values] : values;
}

/** Text as XML 1.0 can hold it: what no XML file may contain is replaced, line ends and quotes are kept as they are. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(NOT_IN_XML, "\uFFFD")
    .replace(/[&<>'"\r\n]/g, (character) => `&#${character.charCodeAt(0)};`);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 (2.2 Characters) excludes.
const NOT_IN_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;
