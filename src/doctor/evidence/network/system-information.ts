import type { TextFormat } from "../format.ts";
import type { TextLine } from "../text.ts";
import { isAddress, isName } from "./address.ts";
import { Found } from "./found.ts";
import { blocksOf } from "./properties.ts";
import { statement } from "./statement.ts";
import { type Stretch, stretchesOf } from "./stretch.ts";

/**
 * Reads what tells which machine and system it is: `systeminfo`, `DISM /Get-CurrentEdition`, hotfix lists, `whoami`,
 * `hostname`, `uname -a`, `nltest`. Statements: `host-name`, `os-name`, `os-version`, `domain`, `edition`, `hotfix`, `user`,
 * `domain-controller`, `site`, `domain-error`.
 */
export const systemInformation: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    for (const stretch of stretchesOf(text)) {
      const before = found.lines.size;
      systemInfo(stretch, found);
      dism(stretch, found);
      hotfixes(stretch, found);
      short(stretch, found);
      unixName(stretch, found);
      netLogon(stretch, found);
      if (found.lines.size > before && stretch.command !== undefined)
        found.lines.add(stretch.command.line.number);
    }
    return found.lines;
  },
};

const LABELS: readonly (readonly [RegExp, string])[] = [
  [/^(?:Host Name|ホスト名)$/i, "host-name"],
  [/^(?:OS Name|OS 名)$/i, "os-name"],
  [/^(?:OS Version|OS バージョン)$/i, "os-version"],
  [/^(?:Domain|ドメイン)$/i, "domain"],
];

/** `systeminfo`: English and Japanese by label, else the three lines that come first. */
function systemInfo(stretch: Stretch, found: Found): void {
  const typed = stretch.command?.program === "systeminfo";
  for (const block of blocksOf(stretch.lines)) {
    const version = block.properties.findIndex(({ value }) =>
      /^\d{1,2}\.\d+\.\d{4,5}\b.{0,40}\b\d{4,5}$/.test(value),
    );
    if (version !== 2 || (!typed && block.properties.length < 6)) continue;
    const [host] = block.properties;
    const names = host !== undefined && isName(host.value) ? [host.value] : stretch.names;
    for (const [at, { name, value, line }] of block.properties.entries()) {
      found.lines.add(line.number);
      const byOrder = ["host-name", "os-name", "os-version"][at];
      const what = LABELS.find(([pattern]) => pattern.test(name))?.[1] ?? byOrder;
      if (what !== undefined) statement(found, "services", names, line, { what, name: "system", value });
    }
  }
}

/** `DISM /Online /Get-CurrentEdition`: a line of its own behind `Image Version: 10.0.…`, in every language. */
function dism({ lines, names, command }: Stretch, found: Found): void {
  const typed =
    command?.program === "dism" && command.args.some((word) => /^\/get-currentedition$/i.test(word));
  for (const line of lines) {
    const words = line.text.trim();
    if (words.length > 140 || !/edi|エディション|版本/i.test(words)) continue;
    const [, label = "", value = ""] = /^([^:：]{4,60}?)\s*[:：]\s*([A-Z][A-Za-z]{3,60})$/.exec(words) ?? [];
    if (value === "") continue;
    const isEdition =
      /^(?:Current Edition|現在のエディション)$/i.test(label) ||
      (typed && /edi[cţtz]|エディション|版本/i.test(label));
    if (isEdition) statement(found, "services", names, line, { what: "edition", name: "system", value });
  }
}

/** Updates, wherever a tool lists them: `[01]: KB…`, or a row with the machine, the kind and the number. */
function hotfixes({ lines, names, command }: Stretch, found: Found): void {
  const typed = /^(?:get-hotfix|wmic|systeminfo)$/.test(command?.program ?? "");
  let isList = typed;
  for (const line of lines) {
    const { text } = line;
    if (!text.includes("KB") && !text.includes("HotFixID")) continue;
    if (/\bHotFixID\b/i.test(text)) isList = true;
    const [, numbered] = /^\s*\[\d{2,3}\]\s*[:：]\s*(KB\d{6,8})\b/.exec(text) ?? [];
    const [, id] = isList ? (/\b(KB\d{6,8})\b/.exec(text) ?? []) : [];
    const name = numbered ?? id;
    if (name === undefined) continue;
    const [date = "installed"] = /\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}/.exec(text) ?? [];
    statement(found, "services", names, line, { what: "hotfix", name, value: date });
  }
}

/** Commands that print one word. */
function short({ lines, names, command }: Stretch, found: Found): void {
  const line = lines.find(({ text }) => text.trim() !== "");
  const value = line?.text.trim() ?? "";
  if (line === undefined) return;
  if (command?.program === "hostname" && isName(value)) {
    statement(found, "services", [value], line, { what: "host-name", name: "system", value });
  } else if (command?.program === "whoami" && /^[\w.-]{1,64}(?:\\[\w.$ -]{1,104})?$/.test(value)) {
    statement(found, "services", names, line, { what: "user", name: "whoami", value });
  }
}

/** Kernel, name of the machine, release (behind the kernel's name on a Mac), and then what it was built of and when. */
const UNAME =
  /^(?:Linux|Darwin|FreeBSD) (\S{1,255}) \d{1,3}\.\d{1,3}\S{0,80} (?:#\d|Darwin Kernel Version|FreeBSD \d).{0,300}$/;

/** `uname -a`, which is the same in every language. */
function unixName({ lines }: Stretch, found: Found): void {
  for (const line of lines) {
    const [, value = ""] = UNAME.exec(line.text.trim()) ?? [];
    if (!isName(value) || isAddress(value)) continue;
    statement(found, "services", [value], line, { what: "host-name", name: "system", value });
  }
}

/** `nltest /dsgetdc`, `/dsgetsite`: the labels are English everywhere. */
function netLogon({ lines, names, command }: Stretch, found: Found): void {
  if (command?.program !== "nltest") return;
  const say = (line: TextLine, what: string, value: string) =>
    statement(found, "services", names, line, { what, name: "nltest", value });
  for (const line of lines) {
    const { text } = line;
    const [, label = "", value = ""] =
      /^\s*(DC|Dom Name|Dc Site Name|Our Site Name)\s*:\s*(\S.{0,255})$/.exec(text) ?? [];
    const [, error] = /Status = (\d{1,10} 0x[0-9a-f]{1,8}(?: \w{1,60})?)/i.exec(text) ?? [];
    if (label === "DC") say(line, "domain-controller", value.replace(/^\\\\/, ""));
    else if (label === "Dom Name") say(line, "domain", value);
    else if (label === "Our Site Name") say(line, "site", value);
    else if (error !== undefined && !/^0 /.test(error)) say(line, "domain-error", error);
  }
  const first = lines.find(({ text }) => text.trim() !== "");
  if (
    command.args.some((word) => /^\/dsgetsite$/i.test(word)) &&
    first !== undefined &&
    isName(first.text.trim())
  ) {
    say(first, "site", first.text.trim());
  }
}
