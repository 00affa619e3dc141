import type { TextFormat } from "./format.ts";
import { isAddress, isName } from "./network/address.ts";
import { Found } from "./network/found.ts";

const HEADING = /^What muster collect ran on (\S{1,255})(?: \((\S{1,255})\))?:$/;
const COMMAND = /^\S.*: \S.* \(.{1,80}\)$/;

/** What `collected.txt` of an archive begins with: whose all its files are, and what its host calls it. */
export function collectedHeading(machine: string, host = machine): string {
  return `What muster collect ran on ${machine}${host === machine ? "" : ` (${host})`}:`;
}

/** Reads `collected.txt`, which `muster collect` puts into its archive: the machine that everything beside it is of. */
export const collectedList: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    const [first, ...rest] = text.lines;
    const [, machine = "", host = ""] = HEADING.exec(first?.text.trim() ?? "") ?? [];
    if (first === undefined || !isName(machine) || isAddress(machine)) return found.lines;
    found.origin("muster", [...(isName(host) ? [host] : []), machine]);
    for (const { number } of [first, ...rest.filter((line) => COMMAND.test(line.text))])
      found.lines.add(number);
    return found.lines;
  },
};
