import { describe, expect, test } from "bun:test";
import { createSocket } from "node:dgram";
import { nextAttempt, type PublishOutcome, startPublishing } from "./publishing.ts";
import type { SrvRecord } from "./srv.ts";

const MINUTE = 60_000;
const record = { priority: 0, weight: 0, port: 1688, target: "kms01.corp.example" };

test.each([
  [0, 24 * 60],
  [1, 1],
  [2, 2],
  [3, 4],
  [6, 32],
  [7, 60],
  [1000, 60],
])("after %d failures in a row the next attempt is %d minutes away", (failures, minutes) => {
  expect(nextAttempt(failures)).toBe(minutes * MINUTE);
});

describe("publishing does not start with", () => {
  const settings = {
    domains: ["corp.example"],
    record,
    published: { read: () => [], write: () => {} },
    now: () => 0,
    onOutcome: () => {},
  };
  test.each([
    ["a domain that is none", { domains: ["corp example"] }, "The DNS domain must be a name"],
    [
      "an address for the host's name",
      { record: { ...record, target: "192.0.2.7" } },
      "The host's name in DNS",
    ],
    ["a server that is none", { server: "no server" }, "is no DNS server"],
  ])("%s", (_, part, sentence) => {
    expect(() => startPublishing({ ...settings, ...part })).toThrow(sentence);
  });
});

describe("while the DNS server is silent", () => {
  /** Publishes at a server that takes everything and says nothing. */
  async function publishInVain(timeout: number) {
    const silent = createSocket("udp4");
    let heard = 0;
    silent.on("message", () => heard++);
    await new Promise<void>((resolve) => silent.bind(0, "127.0.0.1", () => resolve()));
    const known = new Map<string, readonly SrvRecord[]>();
    const outcomes: PublishOutcome[] = [];
    const waits: { minutes: number; run: () => void; cancelled: boolean }[] = [];
    const publishing = startPublishing({
      domains: ["corp.example", "Corp.Example."],
      record,
      server: `127.0.0.1:${silent.address().port}`,
      published: {
        read: (domain) => known.get(domain) ?? [],
        write: (domain, records) => void known.set(domain, records),
      },
      now: () => 0,
      timeout,
      later(milliseconds, run) {
        const wait = { minutes: milliseconds / MINUTE, run, cancelled: false };
        waits.push(wait);
        return () => {
          wait.cancelled = true;
        };
      },
      onOutcome: (outcome) => outcomes.push(outcome),
    });
    const until = async (holds: () => boolean): Promise<void> => {
      while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
    };
    return { publishing, outcomes, waits, known, until, heard: () => heard, close: () => silent.close() };
  }

  test("each attempt is reported, tried again later each time, and once for a domain named twice", async () => {
    const { publishing, outcomes, waits, known, until, close } = await publishInVain(5);
    await until(() => outcomes.length === 1);
    waits[0]?.run();
    await until(() => outcomes.length === 2);
    expect(outcomes.map(({ domain, code }) => [domain, code])).toEqual([
      ["corp.example", "0x800705B4"],
      ["corp.example", "0x800705B4"],
    ]);
    expect(outcomes[0]?.problem?.message).toContain("does not answer, so corp.example could not be updated");
    expect(waits.map(({ minutes }) => minutes)).toEqual([1, 2]);
    expect(known.get("corp.example")).toEqual([record]);
    await publishing.stop();
    expect(waits[1]?.cancelled).toBe(true);
    close();
  });

  test("stopping ends the attempt under way and reports nothing", async () => {
    const { publishing, outcomes, waits, until, heard, close } = await publishInVain(60_000);
    await until(() => heard() === 1);
    await publishing.stop();
    expect([outcomes, waits]).toEqual([[], []]);
    close();
  });
});
