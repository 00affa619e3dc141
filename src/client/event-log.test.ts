import { expect, test } from "bun:test";
import { appendFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../test/folders.ts";
import { NOW } from "../../test/requests.ts";
import type { LoggedEvent } from "../protocol/events.ts";
import { logEvent, readEvents } from "./event-log.ts";

const event = (at: number): LoggedEvent => ({
  time: NOW + at,
  id: 12288,
  machine: "pc-1",
  info: `0x00000000, ${at}`,
});

test("events come back in order", async () => {
  const folder = makeFolder();
  for (let at = 0; at < 3; at++) await logEvent(folder, event(at));
  expect(readEvents(folder)).toEqual([event(0), event(1), event(2)]);
});

test("a folder without events has none", () => {
  expect(readEvents(makeFolder())).toEqual([]);
});

test("a line that a crash cut short is left out, and the next event is still read", async () => {
  const folder = makeFolder();
  await logEvent(folder, event(0));
  appendFileSync(join(folder, "events.jsonl"), '{"time":"x","id":1}\n{"time":17,"id":122');
  await logEvent(folder, event(1));
  expect(readEvents(folder)).toEqual([event(0), event(1)]);
});

test("the log is never larger than five files, and the newest events are the ones kept", async () => {
  const folder = makeFolder();
  const largest = 1000;
  for (let at = 0; at < 200; at++) await logEvent(folder, event(at), largest);
  const files = readdirSync(folder);
  expect(files.sort()).toEqual([
    "events.1.jsonl",
    "events.2.jsonl",
    "events.3.jsonl",
    "events.4.jsonl",
    "events.jsonl",
  ]);
  for (const file of files) expect(statSync(join(folder, file)).size).toBeLessThan(largest + 200);
  const kept = readEvents(folder);
  expect(kept.length).toBeGreaterThan(30);
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, at) => event(200 - kept.length + at)));
});
