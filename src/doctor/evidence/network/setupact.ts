import type { TextFormat } from "../format.ts";
import type { Fact } from "../place.ts";
import type { TextLine } from "../text.ts";
import { Found } from "./found.ts";

/** Reads the runs of sysprep in Panther's `setupact.log`; a log that begins within a run tells of that run too. */
export const setupact: TextFormat = {
  read(text, collector) {
    const found = new Found(collector, text.file);
    let run: Run | undefined;
    const end = () => {
      if (run === undefined) return;
      const { line, skipRearm, ...rest } = run;
      const origin = found.origin("setupact", []);
      const skips = skipRearm === undefined ? {} : { skipRearm };
      collector.sysprep.push({ origin, at: found.at(line), ...rest, ...skips });
      run = undefined;
    };
    for (const line of text.lines) {
      const words = line.text;
      if (!words.includes("SYSPRP")) continue;
      if (!LOGGED.test(words)) continue;
      found.lines.add(line.number);
      if (words.includes("Beginning of a new sysprep run")) {
        end();
        run = begun(line);
        continue;
      }
      if (!TELLS.test(words)) continue;
      run ??= begun(line);
      tell(run, line, words, found);
    }
    end();
    return found.lines;
  },
};

interface Run {
  readonly line: TextLine;
  readonly time: number;
  readonly options: Fact<string>[];
  generalized: boolean;
  skipRearm?: Fact<boolean>;
  finished: boolean;
}

const LOGGED = /^\s{0,8}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,/;
/** Only these lines are looked at more closely. */
const TELLS = /command line option|rearm|generalize|Sysprep_succeeded|Shutting down SysPrep log/i;
const OPTION = /Found supported command line option '([^']{1,200})'/i;
const SKIP_REARM =
  /SkipRearm\b[^\w]{0,10}(?:(?:is|set|to|value|equals|has)\b[^\w]{0,4}){0,4}(0x[01]|[01]|true|false)\b/i;

function begun(line: TextLine): Run {
  return { line, time: timeOf(line.text), options: [], generalized: false, finished: false };
}

function tell(run: Run, line: TextLine, words: string, found: Found): void {
  const [, name] = OPTION.exec(words) ?? [];
  if (name !== undefined) {
    run.options.push({ value: name, at: found.at(line) });
    if (/^generalize$/i.test(name)) run.generalized = true;
  }
  // Run from its window sysprep logs no options, only what it works on.
  if (/Processing 'generalize' internal provider/i.test(words)) run.generalized = true;
  const [, skip] = SKIP_REARM.exec(words) ?? [];
  if (skip !== undefined) run.skipRearm = { value: /1$|true/i.test(skip), at: found.at(line) };
  if (/Successfully created tag file .{0,260}Sysprep_succeeded/i.test(words)) run.finished = true;
}

function timeOf(words: string): number {
  const [, date = "", time = ""] = /^\s*(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/.exec(words) ?? [];
  return Date.parse(`${date}T${time}Z`);
}
