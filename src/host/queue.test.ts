import { expect, test } from "bun:test";
import { groupCommit } from "./queue.ts";

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
