import { answeredInfo, handledInfo, sentInfo } from "../info.ts";
import type { RequestId } from "./settling.ts";

/** A request found in lines of text, and how many lines it takes. */
export interface InfoLine {
  readonly id: RequestId;
  readonly info: string;
  readonly lines: number;
}

const START = /(?:^|[\s:：|"'=])([0Oo]x[0-9A-Fa-fOo]{1,8}\s?,\s?(?:[0Oo]x|\d).*)$/;
const ID = /(?:^|[^\d])(1228[89]|12290)(?:[^\d]|$)/;
/** An Info line is broken into so many at most. */
const PARTS = 5;

/**
 * The request whose Info line begins in this line, with the lines after it that it was wrapped into. An id before it is
 * believed; otherwise the number and kind of its fields tell which it is.
 */
export function infoLineAt(lines: readonly string[], at: number, known?: number): InfoLine | undefined {
  const line = (lines[at] ?? "").slice(0, 4096);
  const match = START.exec(line);
  if (match === null) return undefined;
  const before = line.slice(0, match.index + 1);
  const id = known ?? Number(ID.exec(before)?.[1] ?? Number.NaN);
  let info = corrected((match[1] ?? "").replace(/["'|\s]+$/, "").trim());
  let best = requestOf(info, id, 1);
  for (let more = 1; more < PARTS && !isWhole(best); more++) {
    const next = (lines[at + more] ?? "").trim();
    if (next === "" || START.test(next) || /[:：]\s|^[A-Z]:\\|^PS /.test(next)) break;
    const isBlankLost =
      (info.endsWith(",") && info.includes(", ")) ||
      (/\/\d{1,2}\/\d{1,4}$/.test(info) && /^\d{1,2}:\d/.test(next));
    info += `${isBlankLost ? " " : ""}${next}`;
    best = requestOf(info, id, more + 1) ?? best;
  }
  return best;
}

interface Found extends InfoLine {
  readonly whole: boolean;
}

function isWhole(found: Found | undefined): boolean {
  return found?.whole === true;
}

function requestOf(info: string, known: number, lines: number): Found | undefined {
  const fields = info.split(",").map((field) => field.trim());
  const id = known === 12288 || known === 12289 || known === 12290 ? known : idByShape(fields);
  if (id === 12288) {
    const whole = fields.length >= 10 && fields[8]?.length === 36 && /^\d+$/.test(fields[9] ?? "");
    return sentInfo(info) === undefined ? undefined : { id, info, lines, whole };
  }
  if (id === 12289) {
    const whole = fields.length >= 8 && /\d:\d\d$/.test(fields[7] ?? "");
    return answeredInfo(info) === undefined ? undefined : { id, info, lines, whole };
  }
  if (id !== 12290 || handledInfo(info) === undefined) return undefined;
  return { id, info, lines, whole: fields.length >= 9 && fields[8]?.length === 36 };
}

function idByShape(fields: readonly string[]): RequestId | undefined {
  const second = fields[1] ?? "";
  if (/^\d{1,5}$/.test(second)) return fields.length >= 9 ? 12290 : undefined;
  if (!/^0x/i.test(second)) return undefined;
  return fields.length >= 9 ? 12288 : /^[01]$/.test(fields[2] ?? "") ? 12289 : undefined;
}

/** With the letter O in its codes, as a scanner reads a zero, put right. */
function corrected(info: string): string {
  return info.replace(/^[0Oo]x[0-9A-Fa-fOo]{1,8}(?:\s?,\s?[0Oo]x[0-9A-Fa-fOo]{1,8})?/, (codes) =>
    codes.replace(/[Oo]/g, "0"),
  );
}
