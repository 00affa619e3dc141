import { type Command, stretchesOf } from "../network/stretch.ts";
import type { EvidenceText, TextLine } from "../text.ts";
import { labelOf } from "./labels.ts";
import { type WholeLine, wholeLines } from "./line.ts";

/** What one command printed, or a text without prompts. */
export interface Session {
  /** The option of slmgr or ospp that was called for, as in `/dlv`; `""` when it is not known. */
  readonly option: string;
  /** The line the command was typed in. */
  readonly typed?: TextLine;
  readonly names: readonly string[];
  readonly lines: readonly WholeLine[];
}

/** What a line of slmgr, ospp or muster, or of somebody who calls them, has and few other lines have. */
const ANCHOR =
  /, ?(?:VOLUME_|RETAIL|OEM|TIMEBASED_|VIRTUAL_)|slmgr|ospp|\bmuster (?:dl[vi]|xpr|ato)\b|CMID|KMS (?:machine|host caching|priority|コンピュ|ホスト|优先级|计算机|主机)|Windows Script Host|\([0-9a-f-]{30,36}|edition[:：]|activation will expire|permanently|grace period ends|Notification mode|^\s*\p{L}{3,12}\s?[:：]\s*[0O]x[0-9A-F]{8}|Key Management Service (?:is|client|cumulative|machine name|lookup domain)|Partial Product Key|Li?[cl]ense Status|キー管理サービス|プロダクト キー|Volume:|LICENSE NAME|^\s*Unlicensed$|^\s*muster: .+\(0xC004|product key not found/iu;
/** Lines before and behind such a line that may belong to it. */
const AROUND = 40;

/** Which lines are near to something that can be slmgr's: far from it a long log takes no time. */
function nearLines(lines: readonly TextLine[]): Uint8Array {
  const near = new Uint8Array(lines.length + 1);
  let end = 0;
  for (const { number, text } of lines) {
    if (!ANCHOR.test(text.slice(0, LONGEST))) continue;
    near.fill(1, Math.max(end, number - AROUND), number + AROUND + 1);
    end = number + AROUND + 1;
  }
  return near;
}

/** More than any line has that is looked for. */
const LONGEST = 1000;

/** The sessions of a text, in order; `others` are lines that another reader knows. */
export function sessionsOf(text: EvidenceText, others: ReadonlySet<number>): Session[] {
  const parts: { command?: Command; names: readonly string[]; lines: TextLine[] }[] = [];
  const near = nearLines(text.lines);
  if (!near.includes(1)) return [];
  const seen = (line: TextLine) => near[line.number] === 1 && !others.has(line.number);
  for (const { command, names, lines } of stretchesOf(text)) {
    const own = lines.map((line) => (seen(line) ? line : { number: line.number, text: "" }));
    const before = parts.at(-1);
    // slmgr's own advice to run it begins, in some languages, as a command does.
    const isAdvice = command !== undefined && labelOf(command.line.text)?.field === "toActivate";
    if (isAdvice && before !== undefined) before.lines.push(command.line, ...own);
    else parts.push({ ...(command === undefined ? {} : { command }), names, lines: own });
  }
  return parts.map(({ command, names, lines }) => {
    const call = command === undefined ? undefined : callOf(command);
    return {
      option: call?.option ?? "",
      ...(command === undefined || call === undefined ? {} : { typed: command.line }),
      names: call === undefined || call.machine === "" ? names : [call.machine],
      lines: wholeLines(text.file, lines),
    };
  });
}

/** The option, and the other machine when slmgr was given one: `slmgr.vbs PC-17 [user password] /dlv`. */
function callOf({ program, args }: Command): { option: string; machine: string } | undefined {
  const words = [program, ...args.map((word) => word.toLowerCase())];
  const script = words.findIndex((word) => /(?:^|[\\/])(?:slmgr|ospp)(?:\.vbs)?$/.test(word));
  if (script < 0) return program === "muster" ? { option: `/${args[0] ?? ""}`, machine: "" } : undefined;
  const rest = words.slice(script + 1);
  const option = rest.find((word) => /^[/-][a-z]/.test(word)) ?? "";
  const [first = ""] = rest;
  const isMachine = first !== option && /^[a-z][a-z0-9.-]{0,253}$/.test(first);
  return { option: option.replace(/^-/, "/").replace(/:.*$/, ""), machine: isMachine ? first : "" };
}
