import { localTime } from "../local-time.ts";
import type { Field } from "./labels.ts";
import {
  address,
  channel,
  code,
  extendedPid,
  guid,
  hostName,
  keyChannel,
  leadingNumber,
  looksLikeKey,
  MICROSOFT_APPLICATIONS,
  minutesAndDays,
  whole,
} from "./values.ts";
import { activationTypeNamed } from "./words.ts";

/** What a block has had so far. */
export interface Position {
  has(field: Field): boolean;
  /** The last heading or sentence without a value was the last line. */
  readonly afterHeading: boolean;
  /** The last of the host's figures that was seen, by its place in `FIGURES`; -1 for none. */
  readonly figure: number;
}

/** The lines of a host's block, in their order. */
export const FIGURES = [
  "count",
  "port",
  "publishing",
  "priority",
  "total",
  "failed",
  "asked0",
  "asked1",
  "asked2",
  "asked3",
  "asked4",
  "asked5",
] as const satisfies readonly Field[];

/** A line in two: what stands before the first colon and what stands behind it. */
export function parted(line: string): {
  readonly label: string;
  readonly value: string;
  readonly colon: boolean;
} {
  const text = line.trim();
  const at = text.search(/[:：]/);
  if (at < 0) return { label: text, value: "", colon: false };
  return { label: text.slice(0, at).trim(), value: text.slice(at + 1).trim(), colon: true };
}

/** Whether a line in any language is a product's description, and so begins what is printed of it. */
export function isDescription(line: string): boolean {
  const { value, colon } = parted(line);
  return colon && channel(value) !== undefined && /,\s?(?:VOLUME_|TIMEBASED_|RETAIL|OEM|VIRTUAL)/.test(value);
}

/** What a line of a language that is not known here is, by its shape and by what came before it. */
export function fieldByPosition(line: string, position: Position): Field | undefined {
  const { label, value, colon } = parted(line);
  if (/(?:slmgr(?:\.vbs)?|muster) \/?ato\b/i.test(line)) return "toActivate";
  const { has } = position;
  if (!colon || value === "") return sentence(label, position);
  const afterStatus = has("status") || has("cmid");
  const id = guid(value);
  if (id !== undefined) {
    if (/CMID/i.test(label) || afterStatus) return "cmid";
    if (MICROSOFT_APPLICATIONS.has(id)) return "application";
    return has("product") ? "application" : "product";
  }
  if (extendedPid(value) !== undefined)
    return afterStatus || has("extendedPid") ? "hostExtendedPid" : "extendedPid";
  if (keyChannel(value) !== undefined) return "keyChannel";
  if (/^https?:\/\//.test(value)) return "url";
  if (/^\d{30,}$/.test(value)) return "installationId";
  if (!afterStatus && !has("partialKey") && looksLikeKey(value)) return "partialKey";
  if (!afterStatus) return has("partialKey") || has("notInUse") ? "status" : undefined;
  return later(label, value, position);
}

/** What comes behind the license status. */
function later(label: string, value: string, position: Position): Field | undefined {
  const { has, figure } = position;
  // A host that is not activated counts -1.
  const number = value === "-1" ? -1 : whole(value);
  if (number !== undefined && (position.afterHeading || figure >= 0)) return nextFigure(figure);
  if (number !== undefined) return has("rearms") ? "skuRearms" : "rearms";
  if (figure >= 1 && figure < 4) return figure === 1 ? "publishing" : "priority";
  if (minutesAndDays(value) !== undefined) return isExpiry(label) ? "expiration" : "remaining";
  if (code(value) !== undefined) return "reason";
  if (address(value) !== undefined) return "hostAddress";
  const host = hostName(value);
  if (host !== undefined && host.port > 0) return /DNS/.test(label) ? "discovered" : "registered";
  if (/SRV/.test(label) && host !== undefined) return "lookupDomain";
  if (/\bIP\b/.test(label)) return "hostAddress";
  if (/DNS/.test(label)) return "autoDiscovery";
  if (has("cmid") && leadingNumber(value) !== undefined)
    return has("activationInterval") ? "renewalInterval" : "activationInterval";
  if (localTime(value) !== undefined)
    return has("rearms") || has("evaluationEnd") ? "trustedTime" : "evaluationEnd";
  return activationTypeNamed(value) === undefined ? undefined : "activationType";
}

/** A line without a value. */
function sentence(label: string, { has, figure }: Position): Field | undefined {
  if (figure === 1) return "publishing";
  if (figure === 2) return "priority";
  if (has("renewalInterval") && !has("caching") && figure < 0 && label.includes("KMS")) return "caching";
  return undefined;
}

function nextFigure(figure: number): Field | undefined {
  const next = figure + 1;
  return FIGURES[next === 2 || next === 3 ? 4 : next];
}

/** Words for "volume", as in "volume activation expiration". */
function isExpiry(label: string): boolean {
  return /volum|timebased|ボリューム|批量|大量|корпорат|볼륨/i.test(label);
}
