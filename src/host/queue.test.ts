import { describe, expect, test } from "bun:test";
import { type Backlog, groupCommit, isFull, roomAfter } from "./queue.ts";

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("all that wait together are committed together, and each gets its own answer", async () => {
  const batches: number[][] = [];
  const queue = groupCommit<number, string>(async (batch) => {
    batches.push(batch);
    return batch.map((item) => `answer ${item}`);
  });
  expect(await Promise.all([1, 2, 3].map(queue.submit))).toEqual(["answer 1", "answer 2", "answer 3"]);
  expect(batches).toEqual([[1, 2, 3]]);
});

test("what comes during a commit waits for the next one", async () => {
  const batches: number[][] = [];
  const queue = groupCommit<number, number>(async (batch) => {
    batches.push(batch);
    await pause(20);
    return batch;
  });
  const first = queue.submit(1);
  await pause(10);
  await Promise.all([first, queue.submit(2), queue.submit(3)]);
  expect(batches).toEqual([[1], [2, 3]]);
});

test("a failed commit is told to every request of its batch and to no other", async () => {
  let fails = true;
  const queue = groupCommit<number, number>(async (batch) => {
    if (fails) throw new Error("disk full");
    return batch;
  });
  const outcomes = await Promise.allSettled([queue.submit(1), queue.submit(2)]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  fails = false;
  expect(await queue.submit(3)).toBe(3);
});

test("idle resolves when everything accepted is answered", async () => {
  let answered = 0;
  const queue = groupCommit<number, number>(async (batch) => {
    await pause(5);
    return batch;
  });
  for (const item of [1, 2, 3]) queue.submit(item).then(() => answered++);
  await queue.idle();
  expect(answered).toBe(3);
});

describe("one more", () => {
  const backlog = (change: Partial<Backlog>): Backlog => ({
    waiting: 0,
    room: 8192,
    running: 0,
    usual: 0,
    ...change,
  });
  test.each<[string, Backlog, boolean]>([
    ["may wait when nothing does", backlog({}), false],
    [
      "may wait with few others, however slow the disk is",
      backlog({ waiting: 127, room: 128, running: 60_000, usual: 60_000 }),
      false,
    ],
    ["may wait where batches are fast", backlog({ waiting: 8000, running: 10, usual: 50 }), false],
    [
      "may not where the batches before it take longer than a client waits",
      backlog({ waiting: 2048, usual: 700 }),
      true,
    ],
    ["may not while a commit hangs", backlog({ waiting: 128, running: 2001 }), true],
    ["may not where large batches took long", backlog({ waiting: 341, room: 341 }), true],
    ["may not where thousands hold connections already", backlog({ waiting: 8192 }), true],
  ])("%s", (_, state, full) => {
    expect(isFull(state)).toBe(full);
  });

  test("is told so while a commit hangs, and may wait again when it is through", async () => {
    let now = 0;
    const hanging = Promise.withResolvers<void>();
    const queue = groupCommit<number, number>(
      async (batch) => {
        await hanging.promise;
        return batch;
      },
      () => now,
    );
    const first = queue.submit(0);
    await pause(5);
    const waiting = Array.from({ length: 200 }, (_, at) => queue.submit(at + 1));
    expect(queue.isFull()).toBe(false);
    now = 2500;
    expect(queue.isFull()).toBe(true);
    hanging.resolve();
    expect(await Promise.all([first, ...waiting])).toHaveLength(201);
    expect(queue.isFull()).toBe(false);
  });
});

test("a store that takes 3 ms for each request is never given so many that they outlive a client's patience", () => {
  let room = 8192;
  const batches = Array.from({ length: 40 }, () => {
    const size = Math.min(room, 1024);
    room = roomAfter(room, size, size * 3);
    return size * 3;
  });
  // The first one is not known to be slow; from then on a request waits for one batch and its own.
  expect(Math.max(...batches.slice(1))).toBeLessThanOrEqual(1500);
  expect(Math.min(...batches)).toBeGreaterThanOrEqual(900);
});
