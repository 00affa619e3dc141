import type { ElementPart, Part, SlotPart } from "./binxml.ts";

/** Where a field of an event comes from: a value of the record, or text that the template fixes. */
export interface Field {
  /** Number of the value; -1 if the text is fixed. */
  readonly slot: number;
  readonly text: string | undefined;
}

/** Where everything in `<System>` comes from. */
export interface SystemPlan {
  readonly provider: Field;
  readonly providerGuid: Field;
  readonly eventSource: Field;
  readonly id: Field;
  readonly qualifiers: Field;
  readonly version: Field;
  readonly level: Field;
  readonly task: Field;
  readonly opcode: Field;
  readonly keywords: Field;
  readonly time: Field;
  readonly record: Field;
  readonly activityId: Field;
  readonly relatedActivityId: Field;
  readonly processId: Field;
  readonly threadId: Field;
  readonly channel: Field;
  readonly computer: Field;
  readonly userId: Field;
}

/** How instances of an `<Event>` template become events: the system fields, and the one value that is the payload. */
export interface EventPlan {
  readonly system: SystemPlan;
  /** Number of the BinXML value that holds the payload; -1 if there is none. */
  readonly payload: number;
}

/** One `<Data>` or `<Binary>` of an `<EventData>` template. */
export interface PayloadItem extends Field {
  readonly binary: boolean;
  readonly name: string | undefined;
  readonly optional: boolean;
}

/** What an `<EventData>` template holds, in order. */
export type PayloadPlan = readonly PayloadItem[];

const absent: Field = { slot: -1, text: undefined };

type FieldName = keyof SystemPlan;

/** Elements of `<System>` whose content is a field. */
const contentFields: ReadonlyMap<string, FieldName> = new Map<string, FieldName>([
  ["EventID", "id"],
  ["Version", "version"],
  ["Level", "level"],
  ["Task", "task"],
  ["Opcode", "opcode"],
  ["Keywords", "keywords"],
  ["EventRecordID", "record"],
  ["Channel", "channel"],
  ["Computer", "computer"],
]);

/** Elements of `<System>` whose attributes are fields. */
const attributeFields: ReadonlyMap<string, ReadonlyMap<string, FieldName>> = new Map([
  ["Provider", fields(["Name", "provider"], ["Guid", "providerGuid"], ["EventSourceName", "eventSource"])],
  ["EventID", fields(["Qualifiers", "qualifiers"])],
  ["TimeCreated", fields(["SystemTime", "time"])],
  ["Correlation", fields(["ActivityID", "activityId"], ["RelatedActivityID", "relatedActivityId"])],
  ["Execution", fields(["ProcessID", "processId"], ["ThreadID", "threadId"])],
  ["Security", fields(["UserID", "userId"])],
]);

function fields(...names: [attribute: string, field: FieldName][]): ReadonlyMap<string, FieldName> {
  return new Map(names);
}

const nothing: SystemPlan = {
  provider: absent,
  providerGuid: absent,
  eventSource: absent,
  id: absent,
  qualifiers: absent,
  version: absent,
  level: absent,
  task: absent,
  opcode: absent,
  keywords: absent,
  time: absent,
  record: absent,
  activityId: absent,
  relatedActivityId: absent,
  processId: absent,
  threadId: absent,
  channel: absent,
  computer: absent,
  userId: absent,
};

/** The plan of an event template; undefined if it has another form, which is then read element by element. */
export function planEvent(parts: readonly Part[]): EventPlan | undefined {
  const event = parts.length === 1 ? parts[0] : undefined;
  if (!isElement(event) || event.name !== "Event") return undefined;
  const system = event.content[0];
  const payload = event.content[1];
  if (event.content.length > 2 || !isElement(system) || system.name !== "System") return undefined;
  const fields = planSystem(system);
  if (fields === undefined) return undefined;
  if (payload === undefined) return { system: fields, payload: -1 };
  return isSlot(payload) ? { system: fields, payload: payload.slot } : undefined;
}

/** The plan of an `<EventData>` template; undefined if it has another form. */
export function planPayload(parts: readonly Part[]): PayloadPlan | undefined {
  const root = parts.length === 1 ? parts[0] : undefined;
  if (!isElement(root) || root.name !== "EventData") return undefined;
  const items: PayloadItem[] = [];
  for (const part of root.content) {
    if (!isElement(part) || (part.name !== "Data" && part.name !== "Binary")) return undefined;
    const field = fieldOf(part.content);
    const name = attribute(part, "Name");
    if (field === undefined || name === undefined || name.slot !== -1 || part.attributes.length > 1)
      return undefined;
    const only = part.content[0];
    const optional = isSlot(only) && only.optional;
    items.push({ ...field, binary: part.name === "Binary", name: name.text, optional });
  }
  return items;
}

/** Of several elements or attributes of one name the first counts. */
function planSystem(system: ElementPart): SystemPlan | undefined {
  const plan: { -readonly [name in keyof SystemPlan]: Field } = { ...nothing };
  for (const part of system.content) {
    if (!isElement(part)) return undefined;
    const content = contentFields.get(part.name);
    if (content !== undefined && plan[content] === absent) {
      const field = fieldOf(part.content);
      if (field === undefined) return undefined;
      plan[content] = field;
    }
    const keys = attributeFields.get(part.name);
    if (keys === undefined) continue;
    for (const { name, parts } of part.attributes) {
      const key = keys.get(name);
      if (key === undefined || plan[key] !== absent) continue;
      const field = fieldOf(parts);
      if (field === undefined) return undefined;
      plan[key] = field;
    }
  }
  return plan;
}

/** The attribute's source; absent if there is no such attribute, undefined if it has several parts. */
function attribute(element: ElementPart, name: string): Field | undefined {
  for (const each of element.attributes) if (each.name === name) return fieldOf(each.parts);
  return absent;
}

function fieldOf(parts: readonly Part[]): Field | undefined {
  const only = parts[0];
  if (parts.length > 1) return undefined;
  if (only === undefined) return { slot: -1, text: "" };
  if (typeof only === "string") return { slot: -1, text: only };
  return only.kind === "slot" ? { slot: only.slot, text: undefined } : undefined;
}

function isElement(part: Part | undefined): part is ElementPart {
  return typeof part === "object" && part.kind === "element";
}

function isSlot(part: Part | undefined): part is SlotPart {
  return typeof part === "object" && part.kind === "slot";
}
