/** A resource record as zone files and dig print it; owner as written, `""` when it is left out. */
export interface ZoneRecord {
  readonly owner: string;
  readonly ttl?: number;
  readonly type: "SRV" | "A" | "AAAA" | "CNAME" | "PTR" | "SOA" | "NS" | "OTHER";
  readonly data: readonly string[];
  /** Hours since 1601 of a record that a machine registered itself; only Microsoft's tools print it. */
  readonly aging?: number;
}

const TYPES = new Set(["SRV", "A", "AAAA", "CNAME", "PTR", "SOA", "NS"]);
const OTHERS = new Set([
  "TXT",
  "MX",
  "CAA",
  "HINFO",
  "DS",
  "DNSKEY",
  "RRSIG",
  "NSEC",
  "NSEC3",
  "WINS",
  "NAPTR",
  "OPT",
]);

/** A line as a resource record (RFC 1035 section 5.1); undefined when it is none. */
export function zoneRecord(text: string): ZoneRecord | undefined {
  const plain = withoutComment(text);
  const words = plain.trim().split(/\s+/, 12);
  let at = 0;
  let owner = "";
  let ttl: number | undefined;
  let aging: number | undefined;
  const isHead = (word: string) =>
    word === "IN" || word === "in" || isType(word) || /^\[(?:Aging|AGE):/i.test(word);
  if (!/^\s/.test(plain) || !(isHead(words[0] ?? "") || timeToLive(words[0] ?? "") !== undefined)) {
    owner = words[0] ?? "";
    at = 1;
  }
  for (; at < words.length && !isType(words[at] ?? ""); at += 1) {
    const word = words[at] ?? "";
    const [, hours] = /^\[(?:Aging|AGE):(\d{1,9})\]$/i.exec(word) ?? [];
    const seconds = timeToLive(word);
    if (hours !== undefined) aging = Number(hours);
    else if (seconds !== undefined) ttl = seconds;
    else if (word.toUpperCase() !== "IN") return undefined;
  }
  const type = words[at]?.toUpperCase();
  const data = words.slice(at + 1);
  if (type === undefined || data.length === 0 || !/^[\w.*@-]{0,255}$/.test(owner)) return undefined;
  return {
    owner,
    ...(ttl === undefined ? {} : { ttl }),
    type: TYPES.has(type) ? (type as ZoneRecord["type"]) : "OTHER",
    data,
    ...(aging === undefined ? {} : { aging }),
  };
}

function isType(word: string): boolean {
  const type = word.toUpperCase();
  return TYPES.has(type) || OTHERS.has(type);
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** Seconds of `600`, `1h` or `1h30m`; undefined for anything else. */
export function timeToLive(word: string): number | undefined {
  if (/^\d{1,10}$/.test(word)) return Number(word);
  if (!/^(?:\d{1,6}[smhdw]){1,5}$/i.test(word)) return undefined;
  let seconds = 0;
  for (const [, count, unit = "s"] of word.matchAll(/(\d+)([smhdw])/gi)) {
    seconds += Number(count) * (UNITS[unit.toLowerCase()] ?? 1);
  }
  return seconds;
}

function withoutComment(text: string): string {
  const at = text.indexOf(";");
  return at === -1 ? text : text.slice(0, at).trimEnd();
}
