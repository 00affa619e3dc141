import type { TextFormat } from "../format.ts";
import { withoutFullKeys } from "../full-keys.ts";
import type { EvidenceText, TextLine } from "../text.ts";
import { Found } from "./found.ts";
import { blocksOf } from "./properties.ts";
import { registryBytes } from "./registry-bytes.ts";
import { operands, option, type Stretch, stretchesOf } from "./stretch.ts";

/**
 * Reads registry exports (`.reg`), `reg query` and `Get-ItemProperty`. Several texts in one value (`REG_MULTI_SZ`) are
 * joined by commas; product keys are cut to their last five characters.
 */
export const registry: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    exported(text, found);
    for (const stretch of stretchesOf(text)) {
      queried(stretch, found);
      properties(stretch, found);
    }
    return found.lines;
  },
};

const HIVE =
  /^(?:Microsoft\.PowerShell\.Core\\Registry::)?(?:\\?\\?[\w.-]{1,64}\\)?(?:HKEY_LOCAL_MACHINE|HKEY_CURRENT_USER|HKEY_CLASSES_ROOT|HKEY_USERS|HKEY_CURRENT_CONFIG|HKLM|HKCU|HKCR|HKU):?\\/i;

/** A key below its hive, in lower case; undefined when it does not begin with one. */
function keyOf(path: string): string | undefined {
  const plain = path.trim().replace(/^["']|["']$/g, "");
  const hive = HIVE.exec(plain);
  return hive === null ? undefined : plain.slice(hive[0].length).replace(/\\+$/, "").toLowerCase();
}

function put(
  found: Found,
  names: readonly string[],
  line: TextLine,
  key: string,
  name: string,
  value: string | number,
  quote = line.text,
): void {
  const safe = typeof value === "string" ? withoutFullKeys(value) : value;
  const origin = found.origin("registry", names);
  found.collector.registry.push({
    origin,
    at: found.at(line, quote.slice(0, 2_000)),
    key,
    name,
    value: safe,
  });
}

/** A `.reg` file, or an excerpt of one. */
function exported(text: EvidenceText, found: Found): void {
  let key: string | undefined;
  for (let at = 0; at < text.lines.length; at += 1) {
    const line = text.lines[at] as TextLine;
    const words = line.text.trim();
    if (/^(?:Windows Registry Editor Version 5\.00|REGEDIT4)$/.test(words)) found.lines.add(line.number);
    if (words.startsWith("[")) {
      key = words.endsWith("]") ? keyOf(words.slice(1, -1)) : undefined;
      if (key !== undefined) found.lines.add(line.number);
      continue;
    }
    if (key === undefined || (words[0] !== '"' && words[0] !== "@")) continue;
    const parts = [words];
    while (parts.at(-1)?.endsWith("\\") && at + 1 < text.lines.length && parts.length < 2_000) {
      at += 1;
      const next = text.lines[at] as TextLine;
      found.lines.add(next.number);
      parts.push(next.text.trim());
    }
    const whole = parts.map((part, index) => (index < parts.length - 1 ? part.slice(0, -1) : part)).join("");
    const split = nameAndData(whole);
    const value = split === undefined ? undefined : dataOf(split.data);
    if (split !== undefined && value !== undefined) put(found, [], line, key, split.name, value, whole);
  }
}

/** `"name"=data` with its escapes undone. */
function nameAndData(words: string): { name: string; data: string } | undefined {
  if (words.startsWith("@=")) return { name: "", data: words.slice(2) };
  const name = quoted(words);
  if (name === undefined || words[name.end] !== "=") return undefined;
  return { name: name.value, data: words.slice(name.end + 1) };
}

function quoted(words: string): { value: string; end: number } | undefined {
  let value = "";
  for (let at = 1; at < words.length; at += 1) {
    const letter = words[at];
    if (letter === '"') return { value, end: at + 1 };
    if (letter === "\\") at += 1;
    value += words[at] ?? "";
  }
  return undefined;
}

function dataOf(data: string): string | number | undefined {
  if (data.startsWith('"')) return quoted(data)?.value ?? data.slice(1);
  const [, dword] = /^dword:([0-9a-f]{1,8})$/i.exec(data) ?? [];
  if (dword !== undefined) return Number.parseInt(dword, 16);
  const [, kind = "3", hex] = /^hex(?:\(([0-9a-f])\))?:([0-9a-f,\s]*)$/i.exec(data) ?? [];
  return hex === undefined ? undefined : registryBytes(kind.toLowerCase(), hex);
}

const VALUE =
  /^\s*(\S.{0,200}?)(?:\s{2,}|\t\s*)(REG_(?:SZ|DWORD|EXPAND_SZ|MULTI_SZ|BINARY|QWORD|NONE))(?:\s+(.*))?$/;

/** `reg query`: a key on a line of its own, its values below. */
function queried(stretch: Stretch, found: Found): void {
  let key: string | undefined;
  for (const line of stretch.lines) {
    if (/^\s*"?(?:HK|\\\\)/.test(line.text)) {
      key = keyOf(line.text);
      if (key !== undefined) found.lines.add(line.number);
      continue;
    }
    if (!line.text.includes("REG_")) continue;
    const [, name = "", type = "", data = ""] = VALUE.exec(line.text) ?? [];
    const under = key ?? keyOf(stretch.command?.args.find((word) => keyOf(word) !== undefined) ?? "");
    if (name === "" || under === undefined) continue;
    if (stretch.command !== undefined) found.lines.add(stretch.command.line.number);
    put(
      found,
      stretch.names,
      line,
      under,
      /^\(.*\)$/.test(name) ? "" : name,
      queriedValue(type, data.trim()),
    );
  }
}

function queriedValue(type: string, data: string): string | number {
  if (/^REG_[DQ]WORD$/.test(type) && /^0x[0-9a-f]{1,16}$/i.test(data)) return Number(data);
  return type === "REG_MULTI_SZ"
    ? data
        .replace(/(?:\\0)+$/, "")
        .split("\\0")
        .join(",")
    : data;
}

/** `Get-ItemProperty`: a list of which `PSPath`, or the command, says the key. */
function properties(stretch: Stretch, found: Found): void {
  const typed = /^(?:get-itemproperty|gp|get-itempropertyvalue)$/.test(stretch.command?.program ?? "");
  const path = option(stretch.command, "path", "literalpath") ?? operands(stretch.command, "name")[0] ?? "";
  for (const block of blocksOf(stretch.lines)) {
    const pathed = block.get("PSPath");
    const key = pathed === undefined ? (typed ? keyOf(path) : undefined) : keyOf(pathed.value);
    if (key === undefined) continue;
    if (stretch.command !== undefined) found.lines.add(stretch.command.line.number);
    for (const { name, value, line } of block.properties) {
      found.lines.add(line.number);
      if (/^PS(?:Path|ParentPath|ChildName|Drive|Provider)$/i.test(name)) continue;
      const list = /^\{(.*)\}$/.exec(value)?.[1]?.split(/,\s*/).join(",");
      const known = list ?? (/^-?\d{1,15}$/.test(value) ? Number(value) : value);
      put(found, stretch.names, line, key, name, known);
    }
  }
}
