import { numberOf } from "./instance.ts";
import { Damaged, type EvtxRecord, type XmlElement } from "./record.ts";
import { Clock } from "./time.ts";

/** What an event carries besides its system fields. */
export type Payload = Pick<EvtxRecord, "data" | "named" | "binary" | "userData" | "message">;

/** Where a record was found, and what its header says. */
export interface RecordHeader {
  readonly offset: number;
  readonly fileRecord: number;
  /** When the record was written: for events without a time of their own. */
  readonly clock: Clock;
}

/** An event that carries nothing. */
export const noPayload: Payload = {
  data: [],
  named: Object.freeze(Object.create(null)),
  binary: undefined,
  userData: undefined,
  message: undefined,
};

const clock = new Clock();

/** The event that this `<Event>` describes. */
export function eventOf(root: XmlElement | string | undefined, header: RecordHeader): EvtxRecord {
  if (typeof root !== "object" || root.name !== "Event") throw new Damaged("not an event");
  const system = child(root, "System");
  const id = numberOf(textOf(child(system, "EventID")));
  if (system === undefined || id === undefined) throw new Damaged("not an event");
  const at = (name: string, key: string) => child(system, name)?.attributes[key] || undefined;
  const content = (name: string) => textOf(child(system, name)) || undefined;
  const time = clock.text(at("TimeCreated", "SystemTime") ?? "") ? clock : header.clock;
  return {
    kind: "record",
    record: numberOf(content("EventRecordID")) ?? header.fileRecord,
    fileRecord: header.fileRecord,
    offset: header.offset,
    time: time.iso,
    milliseconds: time.milliseconds,
    provider: at("Provider", "Name") ?? "",
    providerGuid: at("Provider", "Guid"),
    eventSource: at("Provider", "EventSourceName"),
    id,
    qualifiers: numberOf(at("EventID", "Qualifiers")),
    version: numberOf(content("Version")),
    level: numberOf(content("Level")),
    task: numberOf(content("Task")),
    opcode: numberOf(content("Opcode")),
    keywords: content("Keywords"),
    processId: numberOf(at("Execution", "ProcessID")),
    threadId: numberOf(at("Execution", "ThreadID")),
    activityId: at("Correlation", "ActivityID"),
    relatedActivityId: at("Correlation", "RelatedActivityID"),
    channel: content("Channel") ?? "",
    computer: content("Computer") ?? "",
    userId: at("Security", "UserID"),
    ...payloadOf(root.children),
  };
}

/** The payload in these elements: the siblings of `<System>`. */
export function payloadOf(nodes: readonly (XmlElement | string)[]): Payload {
  const data: string[] = [];
  const named: Record<string, string> = Object.create(null);
  let binary: string | undefined;
  let userData: XmlElement | undefined;
  let message: string | undefined;
  for (const node of nodes) {
    if (typeof node === "string" || node.name === "System") continue;
    if (node.name === "EventData") {
      for (const item of node.children) {
        if (typeof item === "string") continue;
        if (item.name === "Binary") binary ??= textOf(item) || undefined;
        if (item.name !== "Data") continue;
        const text = textOf(item);
        const name = item.attributes.Name;
        data.push(text);
        if (name !== undefined && !(name in named)) named[name] = text;
      }
    } else if (node.name === "RenderingInfo") message ??= textOf(child(node, "Message")) || undefined;
    else userData ??= node.name === "UserData" ? firstElement(node) : node;
  }
  return { data, named, binary, userData, message };
}

function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  for (const node of element?.children ?? []) {
    if (typeof node === "object" && node.name === name) return node;
  }
  return undefined;
}

function firstElement(element: XmlElement): XmlElement | undefined {
  return element.children.find((node): node is XmlElement => typeof node === "object");
}

/** All text inside an element, that of the elements in it included. */
function textOf(element: XmlElement | undefined): string {
  if (element === undefined) return "";
  let text = "";
  for (const node of element.children) text += typeof node === "string" ? node : textOf(node);
  return text;
}
