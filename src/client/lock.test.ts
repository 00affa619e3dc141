import { expect, test } from "bun:test";
import { existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { makeFolder } from "../../test/folders.ts";
import { problemOf } from "../../test/problems.ts";
import { withLock } from "./lock.ts";

const LIMITS = { staleAfter: 60_000, giveUpAfter: 200 };
/** Where the lock can be had, however slow the disk is. */
const PATIENT = { ...LIMITS, giveUpAfter: 60_000 };

/** A process id that belonged to a process which has ended. */
async function endedProcess(): Promise<number> {
  const child = Bun.spawn(["true"]);
  await child.exited;
  return child.pid;
}

function leaveLock(holder: string, age = 0): string {
  const path = join(makeFolder(), "a.lock");
  writeFileSync(path, holder);
  const time = new Date(Date.now() - age);
  utimesSync(path, time, time);
  return path;
}

test("the lock is gone when the work is done, and when it failed", async () => {
  const path = join(makeFolder(), "a.lock");
  expect(await withLock(path, LIMITS, () => existsSync(path))).toBe(true);
  const failing = withLock(path, LIMITS, () => {
    throw new Error("no");
  });
  expect(failing).rejects.toThrow("no");
  await failing.catch(() => undefined);
  expect(existsSync(path)).toBe(false);
});

test("a lock whose process has ended is taken over, and nothing of it stays", async () => {
  const path = leaveLock(`${hostname()} ${await endedProcess()} some-id`);
  expect(await withLock(path, PATIENT, () => "mine")).toBe("mine");
  expect(readdirSync(join(path, ".."))).toEqual([]);
});

test("a lock whose process runs is respected", async () => {
  const path = leaveLock(`${hostname()} ${process.pid} some-id`);
  const refused = await problemOf(withLock(path, LIMITS, () => "mine"));
  expect(refused.name).toBe("IN_USE");
  expect(refused.message).toContain(path);
});

test("a lock of another machine on the same disk is respected until it is old", async () => {
  expect((await problemOf(withLock(leaveLock("elsewhere 1 some-id"), LIMITS, () => "mine"))).name).toBe(
    "IN_USE",
  );
  expect(await withLock(leaveLock("elsewhere 1 some-id", 61_000), PATIENT, () => "mine")).toBe("mine");
});

test("a lock that was made and never signed is taken over after a moment", async () => {
  expect(await withLock(leaveLock("", 3_000), PATIENT, () => "mine")).toBe("mine");
});
