import { expect, test } from "bun:test";
import { type LogLevel, openLog } from "./log.ts";

function listen(level: LogLevel, isReadable: boolean) {
  const lines: string[] = [];
  return { lines, log: openLog({ level, isReadable, write: (text) => lines.push(text) }) };
}

test("a service's log is one JSON object a line, with level and time in words", () => {
  const { log, lines } = listen("info", false);
  log.info({ port: 1688 }, "The host answers.");
  const [line = ""] = lines;
  expect(line).toEndWith("\n");
  const { time, ...rest } = JSON.parse(line) as Record<string, string>;
  expect(rest).toEqual({ level: "info", port: 1688, msg: "The host answers." } as never);
  expect(new Date(time ?? "").toISOString()).toBe(time ?? "");
});

test("a person's log is a line with the time, the level, the sentence and what belongs to it", () => {
  const { log, lines } = listen("info", true);
  log.warn({ domain: "corp.example", tries: 3 }, "The host is not published.");
  expect(lines[0]).toMatch(
    /^\d\d:\d\d:\d\d warn {2}The host is not published\. domain=corp\.example tries=3\n$/,
  );
});

test("a level leaves out what is less", () => {
  const { log, lines } = listen("warn", false);
  log.info("well");
  log.debug("details");
  expect(lines).toEqual([]);
  log.level = "debug";
  log.debug("details");
  expect(lines.length).toBe(1);
});
