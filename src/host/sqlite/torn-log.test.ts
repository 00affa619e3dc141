import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../../test/folders.ts";
import { readTornLog } from "./torn-log.ts";

const HEADER = 32;
const FRAME = 24 + 1024;

/** A database and its log of ten transactions, as they are on disk when the process that wrote them is killed. */
function makeLog(damage: (log: Buffer) => Buffer = (log) => log): string {
  const folder = makeFolder();
  const [path, copy] = [join(folder, "written"), join(folder, "copy")];
  using database = new Database(path);
  database.run("PRAGMA page_size = 1024");
  database.run("PRAGMA journal_mode = WAL");
  database.run("CREATE TABLE thing (text TEXT)");
  for (let at = 0; at < 9; at++) database.run("INSERT INTO thing VALUES (?)", [`${at}`.repeat(100)]);
  copyFileSync(path, copy);
  writeFileSync(`${copy}-wal`, damage(readFileSync(`${path}-wal`)));
  return copy;
}

const flipped = (at: number) => (log: Buffer) => {
  log[at] = (log[at] ?? 0) ^ 1;
  return log;
};

/** Where the last transactions begin: each is a frame or two. */
const fromEnd = (frames: number, log: Buffer) => log.length - frames * FRAME;

test.each([
  ["is whole", (log: Buffer) => log],
  ["is cut in the middle", (log: Buffer) => log.subarray(0, fromEnd(3, log) + 100)],
  ["has noise behind it", (log: Buffer) => Buffer.concat([log, Buffer.alloc(3 * FRAME, "noise")])],
  ["was torn in its last transaction", (log: Buffer) => flipped(fromEnd(1, log) + 50)(log)],
  ["is empty", () => Buffer.alloc(0)],
])("a log that %s is no damaged one", (_, damage) => {
  expect(readTornLog(makeLog(damage))).toBeUndefined();
});

test.each([
  ["in its header", 3],
  ["in its salts", 20],
  ["in the head of a frame", HEADER + 2 * FRAME + 10],
  ["in a page", HEADER + 2 * FRAME + 500],
])("a log that is damaged %s, with transactions behind it, is found", (_, at) => {
  const torn = readTornLog(makeLog(flipped(at)));
  expect(torn?.at).toBeLessThanOrEqual(at);
  expect(torn?.lost).toBeGreaterThan(3);
});

test("without a log, or without a store, there is nothing to find", () => {
  expect(readTornLog(join(makeFolder(), "none"))).toBeUndefined();
});
