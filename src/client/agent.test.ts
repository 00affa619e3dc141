import { describe, expect, test } from "bun:test";
import { NOW } from "../../test/requests.ts";
import { problem } from "../protocol/problems.ts";
import { type AgentEvent, runAgent } from "./agent.ts";
import type { AttemptResult } from "./attempt.ts";
import type { Client } from "./client.ts";

const result = { time: NOW, message: "activated" } as AttemptResult;

/** Of a client, what the agent uses. */
function agentClient(parts: Partial<Pick<Client, "activateDue" | "nextDue">>): Client {
  return { activateDue: async () => [], nextDue: async () => NOW + 60_000, ...parts } as Client;
}

/** Runs the agent until it has told `count` things, and gives them. */
async function listen(client: Client, count: number): Promise<AgentEvent[]> {
  const stop = new AbortController();
  const told: AgentEvent[] = [];
  const report = (event: AgentEvent) => {
    told.push(event);
    if (told.length >= count) stop.abort();
  };
  await runAgent(client, { signal: stop.signal, report, now: () => NOW });
  return told;
}

test("the agent tells of each attempt, then until when it waits", async () => {
  const told = await listen(agentClient({ activateDue: async () => [result] }), 2);
  expect(told).toEqual([
    { kind: "attempt", result },
    { kind: "waiting", until: NOW + 60_000 },
  ]);
});

test("one round is enough for an agent that runs once, due or not", async () => {
  for (const results of [[result], []]) {
    const told: AgentEvent[] = [];
    const signal = new AbortController().signal;
    await runAgent(agentClient({ activateDue: async () => results }), {
      signal,
      report: (event) => told.push(event),
      once: true,
      now: () => NOW,
    });
    expect(told.map(({ kind }) => kind)).toEqual([results.length > 0 ? "attempt" : "waiting"]);
  }
});

test("an agent is ended at once, in the middle of an attempt that never ends", async () => {
  const stop = new AbortController();
  const client = agentClient({ activateDue: () => new Promise(() => {}) });
  const running = runAgent(client, { signal: stop.signal, report: () => {} });
  stop.abort();
  await running;
});

test("an agent is ended at once while it waits", async () => {
  const stop = new AbortController();
  const waiting = Promise.withResolvers<void>();
  const running = runAgent(agentClient({}), {
    signal: stop.signal,
    report: () => waiting.resolve(),
    now: () => NOW,
  });
  await waiting.promise;
  stop.abort();
  await running;
});

describe("trouble with the machine's own folder", () => {
  test("is told once and does not end the agent", async () => {
    const stop = new AbortController();
    const told: AgentEvent[] = [];
    let rounds = 0;
    const client = agentClient({
      activateDue: async () => {
        rounds++;
        throw problem("KEY_MISSING", "No product key is installed.");
      },
    });
    const running = runAgent(client, {
      signal: stop.signal,
      report: (event) => told.push(event),
      now: () => NOW,
    });
    await Bun.sleep(50);
    expect(rounds).toBe(1);
    stop.abort();
    await running;
    expect(told).toEqual([
      { kind: "trouble", name: "KEY_MISSING", code: "0xC004F014", message: "No product key is installed." },
    ]);
  });

  test("that is a defect is not hidden", () => {
    const client = agentClient({ activateDue: () => Promise.reject(new TypeError("a defect")) });
    const signal = new AbortController().signal;
    expect(runAgent(client, { signal, report: () => {} })).rejects.toThrow("a defect");
  });
});
