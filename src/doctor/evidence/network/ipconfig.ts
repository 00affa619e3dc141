import type { TextFormat } from "../format.ts";
import type { NetworkSettings } from "../model.ts";
import type { Fact } from "../place.ts";
import type { TextLine } from "../text.ts";
import { isAddress, isName, maskLength, plainAddress, plainName } from "./address.ts";
import { Found } from "./found.ts";
import { type Stretch, stretchesOf } from "./stretch.ts";

/** Reads `ipconfig` and `ipconfig /all`: English and Japanese by label, any language by order and kind of value. */
export const ipconfig: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    for (const stretch of stretchesOf(text)) {
      for (const run of runsOf(stretch)) {
        if (isIpconfig(run)) put(run, stretch, found);
      }
    }
    return found.lines;
  },
};

interface Field {
  readonly label: string;
  readonly values: { readonly text: string; readonly line: TextLine }[];
  readonly line: TextLine;
}
/** The machine's own section, with `heading` of the program, or that of one adapter. */
interface Section {
  readonly heading: TextLine | undefined;
  readonly fields: Field[];
}
type Run = Section[];

// Leaders: ` . . . . :`, whose blanks or colon may have been lost.
const LEADER =
  /^([^.:：]{1,60}(?:\.[^.\s:：][^.:：]{0,40}){0,2})(?:(?:\.[ \u00a0]{0,3}){1,40}[:：]|(?:\.[ \u00a0]{1,3}){4,40})\s*(.*)$/;
const LEADER_COLON = /\.[ \u00a0]{0,3}[:：]/;

/** Label and value of a line; a label that fills its column has a colon and no leader. */
function fieldOf(text: string, words: string, section: Section): RegExpExecArray | null {
  if (words.includes("..") || words.includes(". .") || LEADER_COLON.test(words)) return LEADER.exec(words);
  const isFull = section.heading !== undefined && /^\s/.test(text) && !isAddress(words);
  return isFull ? /^([^:：]{8,60})[:：]\s*(.*)$/.exec(words) : null;
}

function runsOf(stretch: Stretch): Run[] {
  const runs: Run[] = [];
  let run: Run = [{ heading: undefined, fields: [] }];
  let hasFields = false;
  for (const line of stretch.lines) {
    const words = line.text.trim();
    if (words === "") continue;
    const section = run.at(-1) as Section;
    const [, label, value = ""] = fieldOf(line.text, words, section) ?? [];
    if (label !== undefined) {
      const values = value.trim() === "" ? [] : [{ text: value.trim(), line }];
      section.fields.push({ label: label.trim(), values, line });
      hasFields = true;
      continue;
    }
    const last = section.fields.at(-1);
    const isValue =
      isAddress(bare(words)) || (/^\s{20,}/.test(line.text) && isName(words)) || isListed(words, last);
    if (last !== undefined && isValue) {
      last.values.push({ text: words, line });
      continue;
    }
    const isAdapter = /[:：]$/.test(words);
    if (!isAdapter && /^\S/.test(line.text) && hasFields) {
      runs.push(run);
      run = [];
      hasFields = false;
    }
    run.push({ heading: line, fields: [] });
  }
  runs.push(run);
  return runs;
}

/** A suffix alone on a line that lost its indentation, below another one. */
function isListed(words: string, last: Field | undefined): boolean {
  const before = last?.values.at(-1)?.text ?? "";
  return DOTTED.test(words) && DOTTED.test(before) && !isAddress(before);
}

const DOTTED = /^[\w-]{1,63}(?:\.[\w-]{1,63}){1,20}$/;

/** Three lines with leaders and an address, or names of fields that only this program has. */
function isIpconfig(run: Run): boolean {
  const fields = run.flatMap((section) => section.fields);
  const leaders = fields.filter(({ line }) => /\.[ \u00a0]{0,3}[.:：]/.test(line.text));
  if (leaders.length < 2) return false;
  if (fields.some(({ label }) => LABELS.some(([pattern]) => pattern.test(label))) && fields.length >= 2)
    return true;
  return (
    fields.length >= 3 &&
    fields.some(({ values }) => values.some(({ text }) => maskLength(bare(text)) !== undefined))
  );
}

type What = "host" | "primary" | "search" | "suffix" | "address" | "mask" | "gateway" | "dns";
const LABELS: readonly (readonly [RegExp, What])[] = [
  [/^(?:Host Name|ホスト名)$/i, "host"],
  [/^(?:Primary Dns Suffix|プライマリ ?DNS ?サフィックス)$/i, "primary"],
  [/^(?:DNS Suffix Search List|DNS ?サフィックス(?:検索一覧|検索リスト))$/i, "search"],
  [/^(?:Connection-specific DNS Suffix|接続固有の ?DNS ?サフィックス)$/i, "suffix"],
  [
    /^(?:(?:Autoconfiguration )?IPv?[46]? ?Address|(?:Link-local |Temporary )?IPv6 Address|IP Address|自動構成 IPv4 アドレス|(?:リンクローカル |一時 )?IPv[46] ?アドレス)$/i,
    "address",
  ],
  [/^(?:Subnet Mask|サブネット ?マスク)$/i, "mask"],
  [/^(?:Default Gateway|デフォルト ?ゲートウェイ)$/i, "gateway"],
  [/^(?:DNS Servers?|DNS ?サーバー)$/i, "dns"],
];

function put(run: Run, stretch: Stretch, found: Found): void {
  const facts: Record<What, Fact<string>[]> = {
    host: [],
    primary: [],
    search: [],
    suffix: [],
    address: [],
    mask: [],
    gateway: [],
    dns: [],
  };
  for (const section of run) {
    if (section.heading !== undefined && section.fields.length > 0) found.lines.add(section.heading.number);
    const byLabel = section.fields.map(({ label }) => LABELS.find(([pattern]) => pattern.test(label))?.[1]);
    const isLabelled = byLabel.some((what) => what !== undefined);
    const kinds = isLabelled ? byLabel : byStructure(section, section === run[0] || !isAdapter(section));
    for (const [at, field] of section.fields.entries()) {
      const what = kinds[at];
      found.lines.add(field.line.number);
      for (const { line } of field.values) found.lines.add(line.number);
      if (what !== undefined) facts[what].push(...factsOf(what, field, found));
    }
  }
  const first = run.find(({ fields }) => fields.length > 0)?.fields[0]?.line;
  if (first === undefined) return;
  const [hostName] = facts.host;
  const [primarySuffix] = facts.primary;
  const names = hostName === undefined ? stretch.names : namesOf(hostName.value, primarySuffix?.value);
  const settings: NetworkSettings = {
    origin: found.origin("ipconfig", names, languageOf(run)),
    at: found.at(first),
    ...(hostName === undefined ? {} : { hostName }),
    ...(primarySuffix === undefined ? {} : { primarySuffix }),
    searchList: facts.search,
    connectionSuffixes: facts.suffix.filter(({ value }) => value !== ""),
    addresses: facts.address,
    masks: facts.mask,
    gateways: facts.gateway,
    dnsServers: facts.dns,
  };
  found.collector.networks.push(settings);
  if (stretch.command !== undefined) found.lines.add(stretch.command.line.number);
}

function factsOf(what: What, field: Field, found: Found): Fact<string>[] {
  if (what === "primary" && field.values.length === 0) return [{ value: "", at: found.at(field.line) }];
  const isNamed = what === "host" || what === "primary" || what === "search" || what === "suffix";
  return field.values.flatMap(({ text, line }) => {
    if (!isNamed) {
      const value = bare(text);
      return isAddress(value) && value !== "0.0.0.0"
        ? [{ value: plainAddress(value), at: found.at(line) }]
        : [];
    }
    return text
      .split(/[,;\s]+/)
      .flatMap((word) => (isName(word) ? [{ value: plainName(word), at: found.at(line) }] : []));
  });
}

/** What the fields of a section are when no label is known, by their order and the kind of their values. */
function byStructure(section: Section, isMachine: boolean): (What | undefined)[] {
  const { fields } = section;
  const kinds: (What | undefined)[] = fields.map(() => undefined);
  const mask = fields.findIndex(({ values }) => values.some(({ text }) => isMask(text)));
  if (mask === -1 && isMachine) {
    kinds[0] = "host";
    if (fields.length > 1 && fields[1]?.values.every(({ text }) => isName(text))) kinds[1] = "primary";
    if (fields.length >= 6 && fields.at(-1)?.values.every(({ text }) => /\./.test(text)))
      kinds[fields.length - 1] = "search";
    return kinds;
  }
  const suffix = fields.findIndex(
    ({ values }) => values.length === 0 || /^[\w-]+(?:\.[\w-]+)+$/.test(values[0]?.text ?? ""),
  );
  if (suffix === 0 || suffix === 1) kinds[suffix] = "suffix";
  for (const [at, { values }] of fields.entries()) {
    if (at < mask && values.some(({ text }) => isAddress(bare(text)))) kinds[at] = "address";
  }
  if (mask === -1) return kinds;
  kinds[mask] = "mask";
  // After the mask: lease dates if there is DHCP, gateway, DHCP server, DNS servers.
  const rest = fields.slice(mask + 1);
  const isLeased =
    /[:：]\d\d|\d{4}/.test(rest[0]?.values[0]?.text ?? "") &&
    !isAddress(bare(rest[0]?.values[0]?.text ?? ""));
  const listed = rest.flatMap(({ values }, at) =>
    values.length === 0 || isAddress(bare(values[0]?.text ?? "")) ? [mask + 1 + at] : [],
  );
  const [gateway, second, third] = listed;
  if (gateway !== undefined) kinds[gateway] = "gateway";
  const dns = isLeased ? third : second;
  if (dns !== undefined) kinds[dns] = "dns";
  return kinds;
}

function isAdapter({ heading }: Section): boolean {
  return /[:：]$/.test(heading?.text.trim() ?? "");
}

function isMask(text: string): boolean {
  return (maskLength(text) ?? 0) >= 1 && text.startsWith("255.");
}

/** An address without what stands behind it in brackets: `10.1.2.3(Preferred)`. */
function bare(text: string): string {
  return text.replace(/\s*[(（].{0,40}$/, "").replace(/%\w{1,20}$/, "");
}

function namesOf(host: string, suffix: string | undefined): readonly string[] {
  return suffix === undefined || suffix === "" ? [host] : [host, `${host}.${suffix}`];
}

function languageOf(run: Run): string {
  const labels = run.flatMap(({ fields }) => fields.map(({ label }) => label)).join("\n");
  if (/[\u3040-\u30ff]/.test(labels)) return "ja";
  return /Host Name|IPv4 Address|IP Address|Subnet Mask/i.test(labels) ? "en" : "";
}
