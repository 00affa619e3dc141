import type { EvidenceText, TextLine } from "../text.ts";

/** A command as somebody typed it. */
export interface Command {
  /** Bare name of the program or cmdlet in lower case: `nslookup`, `test-netconnection`. */
  readonly program: string;
  readonly args: readonly string[];
  readonly line: TextLine;
}

/** Part of a text between two prompts: what one command printed, or what stands before the first. */
export interface Stretch {
  readonly file: string;
  /** Absent before the first prompt, and where no prompt was copied. */
  readonly command?: Command;
  readonly lines: readonly TextLine[];
  /** Names of the machine it was typed on, as prompts or `hostname` of the same session state them. */
  readonly names: readonly string[];
}

/** Longest line of which more than its beginning is looked at; none of these tools prints longer ones. */
const LONGEST = 1_000;

const WINDOWS_PROMPT =
  /^\s{0,20}(?:\[([\w.-]{1,255})\]: ?)?(?:PS ?)?(?:[A-Za-z]{1,8}:\\|\\\\[\w.-]{1,64}\\|(?<=PS ?))[^<>|"*?:]{0,260}>{1,2}\s?(.*)$/;
const UNIX_PROMPT =
  /^\s{0,20}(?:\([\w.-]{1,40}\) )?\[?[\w.-]{1,64}@([\w.-]{1,255})[: ][^$#%]{0,200}[$#%](?:\s(.*))?$/;
const BARE_PROMPT = /^\s{0,20}([$#]) (\S.*)$/;
const BARE_COMMAND = /^\s{0,20}([A-Za-z][\w-]{1,30}(?:\.exe)?)((?: {1,4}[^\s]{1,200}){1,20})$/;

const KNOWN = new Set(
  (
    "nslookup dig host resolve-dnsname test-netconnection tnc psping psping64 tcping paping nc ncat telnet portqry nmap " +
    "curl ping tracert traceroute netstat ss get-nettcpconnection ipconfig ip ifconfig resolvectl route netsh sc get-service " +
    "w32tm chronyc timedatectl ntpdate ntpq reg get-itemproperty systeminfo dism wmic get-hotfix whoami hostname uname nltest az " +
    "dnscmd get-dnsserverresourcerecord get-netfirewallrule get-netroute cscript slmgr slmgr.vbs ospp.vbs"
  ).split(" "),
);

const seen = new WeakMap<EvidenceText, readonly Stretch[]>();

/** The stretches of a text, in their order; lines are cut to what any of these tools prints. */
export function stretchesOf(text: EvidenceText): readonly Stretch[] {
  const known = seen.get(text);
  if (known !== undefined) return known;
  const stretches = named(split(text));
  seen.set(text, stretches);
  return stretches;
}

/** A stretch with the kind of prompt that begins it: two kinds in a text are two sessions. */
interface Part extends Stretch {
  readonly style: string;
  readonly lines: TextLine[];
}

function split(text: EvidenceText): Part[] {
  let part: Part = { file: text.file, lines: [], names: [], style: "" };
  const parts = [part];
  for (const original of text.lines) {
    const line =
      original.text.length > LONGEST
        ? { number: original.number, text: original.text.slice(0, LONGEST) }
        : original;
    const begun = prompt(line);
    if (begun === undefined) {
      part.lines.push(line);
      continue;
    }
    part = { file: text.file, lines: [], ...begun };
    parts.push(part);
  }
  return parts;
}

function prompt(line: TextLine): Omit<Part, "file" | "lines"> | undefined {
  const { text } = line;
  if (text.trim().startsWith("```")) return { names: [], style: "" };
  if (text.includes(">")) {
    const windows = WINDOWS_PROMPT.exec(text);
    if (windows !== null) {
      const [whole, name, typed = ""] = windows;
      const style = `${/^\s*(?:\[|PS)/.test(whole) ? "ps" : "cmd"}`;
      return { ...commandOf(typed, line), names: name === undefined ? [] : [name], style };
    }
  }
  if (/[$#%]/.test(text)) {
    const unix = UNIX_PROMPT.exec(text);
    if (unix !== null) {
      const [, name = "", typed = ""] = unix;
      return { ...commandOf(typed, line), names: name === "" ? [] : [name], style: "unix" };
    }
    const [, sign, typed = ""] = BARE_PROMPT.exec(text) ?? [];
    const found = commandOf(typed, line);
    if (sign === "$" || (found.command !== undefined && KNOWN.has(found.command.program)))
      return sign === undefined ? undefined : { ...found, names: [], style: "unix" };
  }
  return bareCommand(line);
}

/** A command on a line of its own without a prompt: a known program with arguments that no sentence has. */
function bareCommand(line: TextLine): Omit<Part, "file" | "lines"> | undefined {
  const [, program = "", args = ""] = BARE_COMMAND.exec(line.text) ?? [];
  if (!KNOWN.has(bareName(program)) || /[,:;!?)]$/.test(line.text) || /^\s+(?::|to\s|v\d)/.test(args))
    return undefined;
  if (!/\s(?:[-/+@][\w?]|\/|\S+[._]\w|print\b|addr|query\b|show\b)/.test(args) || /\.$/.test(args))
    return undefined;
  return { ...commandOf(line.text, line), names: [], style: "" };
}

function commandOf(typed: string, line: TextLine): { command?: Command } {
  const words = typed.trim().match(/"[^"]*"|'[^']*'|[^\s"']+(?:"[^"]*")?/g) ?? [];
  const parts = words.slice(0, 60).map((word) => word.replace(/^(["'])(.*)\1$/, "$2"));
  while (["sudo", "&", "time", "/c"].includes(parts[0] ?? "") || bareName(parts[0] ?? "") === "cmd")
    parts.shift();
  const [first, ...args] = parts;
  if (first === undefined) return {};
  return { command: { program: bareName(first), args, line } };
}

function bareName(word: string): string {
  const name = word.slice(Math.max(word.lastIndexOf("\\"), word.lastIndexOf("/")) + 1).toLowerCase();
  return name.endsWith(".exe") ? name.slice(0, -4) : name;
}

/** Gives a name that one stretch states to the whole session, if the text is one session and knows one name. */
function named(parts: Part[]): readonly Stretch[] {
  const stated = new Set<string>();
  for (const part of parts) {
    for (const name of part.names) stated.add(name.toLowerCase());
    const own = statedName(part);
    if (own !== "") stated.add(own.toLowerCase());
  }
  const styles = new Set(parts.filter(({ command }) => command !== undefined).map(({ style }) => style));
  const [only] = stated;
  if (only === undefined || stated.size > 1 || styles.size > 1) return parts;
  return parts.map((part) => (part.command === undefined ? part : { ...part, names: [only] }));
}

const HOST_NAME = /^\s*(?:Host Name|ホスト名)[ .]*[:：]\s*([\w-]{1,63})\s*$/i;

function statedName({ command, lines }: Part): string {
  if (command === undefined) return "";
  if (command.program === "hostname" || command.program === "$env:computername") {
    const first = lines.find(({ text }) => text.trim() !== "")?.text.trim() ?? "";
    return /^[\w.-]{1,255}$/.test(first) ? first : "";
  }
  if (command.program !== "ipconfig" && command.program !== "systeminfo") return "";
  for (const { text } of lines.slice(0, 12)) {
    const [, name] = HOST_NAME.exec(text) ?? [];
    if (name !== undefined) return name;
  }
  return "";
}

/** Value of an option in any of the ways these tools take one: `-type=srv`, `-Port 1688`, `/computer:dc1`. */
export function option(command: Command | undefined, ...names: readonly string[]): string | undefined {
  if (command === undefined) return undefined;
  for (const [at, word] of command.args.entries()) {
    const [, name = "", value] = /^(?:--?|\/)([A-Za-z][\w-]*)(?:[=:](.*))?$/.exec(word) ?? [];
    if (names.includes(name.toLowerCase())) return value ?? command.args[at + 1];
  }
  return undefined;
}

/** Arguments that are neither options nor, for the options named, their values. */
export function operands(command: Command | undefined, ...valued: readonly string[]): readonly string[] {
  if (command === undefined) return [];
  const found: string[] = [];
  let skip = false;
  for (const word of command.args) {
    if (word === "|" || word === ">" || word === ";" || word === "&" || word === "&&") break;
    const isOption = /^(?:-|\/[A-Za-z])/.test(word);
    if (!skip && !isOption) found.push(word);
    skip = isOption && valued.includes(word.replace(/^[-/]+/, "").toLowerCase());
  }
  return found;
}
