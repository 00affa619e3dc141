import { withoutFullKeys } from "../full-keys.ts";
import { blocksOf } from "../network/properties.ts";
import type { Fact, Place } from "../place.ts";
import type { EvidenceText } from "../text.ts";
import { type JsonNode, type JsonObject, jsonAt, objectsIn } from "./json.ts";

/** Properties of one object, as PowerShell prints them: JSON or a list. */
export interface PropertyRecord {
  readonly at: Place;
  /** Lines it stands in, first and last. */
  readonly lines: readonly [number, number];
  /** Names in lower case. */
  readonly names: readonly string[];
  /** The value of a property, by its name in lower case, as text; undefined when it is null or not there. */
  value(name: string): Fact<string> | undefined;
  /** The objects of a property that holds one, or a list of them. */
  inner(name: string): readonly PropertyRecord[];
}

/** Longest quote of a property. */
const QUOTE = 400;

/** The objects of the JSON values in a text, outermost first; what stands between the values is passed over. */
export function jsonRecords(text: EvidenceText): PropertyRecord[] {
  const joined = text.lines.map((line) => line.text).join("\n");
  const starts: number[] = [];
  let at = 0;
  for (const line of text.lines) {
    starts.push(at);
    at += line.text.length + 1;
  }
  const source = { file: text.file, text: joined, starts };
  const records: PropertyRecord[] = [];
  let behind = 0;
  starts.forEach((start, index) => {
    const line = text.lines[index]?.text ?? "";
    const indent = line.search(/\S/);
    if (start < behind || indent < 0 || !/[[{]/.test(line[indent] ?? "")) return;
    const found = jsonAt(joined, start + indent);
    if (found === undefined) return;
    const objects = [...objectsIn(found.node)];
    if (objects.length === 0) return;
    behind = found.end;
    for (const object of objects) records.push(jsonRecord(source, object, found.end));
  });
  return records;
}

interface Source {
  readonly file: string;
  readonly text: string;
  readonly starts: readonly number[];
}

function jsonRecord(source: Source, object: JsonObject, limit: number): PropertyRecord {
  const last = [...object.members.values()].at(-1)?.end ?? object.start;
  const place = (start: number, end: number): Place => ({
    file: source.file,
    line: lineAt(source.starts, start),
    record: 0,
    quote: withoutFullKeys(
      source.text
        .slice(start, Math.min(end, start + QUOTE))
        .replace(/\s+/g, " ")
        .trim(),
    ),
  });
  const [first] = object.members.values();
  const inner = (node: JsonNode | undefined): PropertyRecord[] => {
    if (node === undefined || node.kind === "leaf") return [];
    if (node.kind === "object") return [jsonRecord(source, node, limit)];
    return node.items.flatMap(inner);
  };
  return {
    at: place(first?.start ?? object.start, first?.end ?? object.start + 1),
    lines: [lineAt(source.starts, object.start), lineAt(source.starts, Math.min(last + 1, limit))],
    names: [...object.members.keys()],
    value: (name) => {
      const member = object.members.get(name);
      if (member === undefined || member.node.kind !== "leaf" || member.node.value === null) return undefined;
      return { value: String(member.node.value), at: place(member.start, member.end) };
    },
    inner: (name) => inner(object.members.get(name)?.node),
  };
}

/** The number of the line that an offset is in. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The lists `Name : value` in a text, as `Format-List` prints objects. */
export function listRecords(text: EvidenceText): PropertyRecord[] {
  return blocksOf(text.lines).flatMap(({ properties, get }) => {
    const [first] = properties;
    const last = properties.at(-1);
    if (first === undefined || last === undefined || first.name.startsWith('"')) return [];
    const place = (line: number, quote: string): Place => ({
      file: text.file,
      line,
      record: 0,
      quote: withoutFullKeys(quote.trim()),
    });
    return {
      at: place(first.line.number, first.line.text),
      lines: [first.line.number, last.line.number] as const,
      names: properties.map(({ name }) => name.toLowerCase()),
      value: (name: string) => {
        const property = get(name);
        if (property === undefined || property.value === "") return undefined;
        const { line, value } = property;
        const quote = line.text.trimEnd().endsWith(value) ? line.text : `${property.name} : ${value}`;
        return { value, at: place(line.number, quote) };
      },
      inner: () => [],
    };
  });
}
