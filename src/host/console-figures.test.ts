import { describe, expect, test } from "bun:test";
import { makeRequest, NOW } from "../../test/requests.ts";
import { STORES } from "../../test/stores.ts";
import { newId } from "../protocol/ids.ts";
import { DAY } from "../protocol/time.ts";
import type { Arrival, Decision } from "./decide.ts";
import { changeSetting } from "./settings-change.ts";
import { HOST_KEPT, hostState } from "./sharing-hosts.ts";
import type { Store } from "./store.ts";

const APPLICATION = newId();
const PRODUCT = newId();

const arrival = (): Arrival => ({
  request: makeRequest({ application: APPLICATION, product: PRODUCT }, {}),
  address: "10.0.0.7",
  ticket: 0,
});

const refusal: Decision = { kind: "refusal", problem: "CLOCK_SKEW", detail: "", events: [] };

/** Counts, and stores no machine. */
const sentAway: Decision = {
  kind: "admission",
  code: "0xC004F038",
  machine: undefined,
  tally: { unique: 0, largestRequired: 0, countedAfter: 0 },
  count: 0,
  recognition: "known",
  leaseExpires: undefined,
  sequence: 1,
  rearm: true,
  events: [],
};

const note = (id: string, name: string, lastSeen: number, stopped = 0) => ({
  id,
  name,
  url: `http://${name}:1688`,
  version: "0.1.0",
  started: NOW - DAY,
  lastSeen,
  stopped,
});

describe.each(STORES)("%s", (_, makePlace) => {
  async function openBoth(): Promise<[Store, Store]> {
    const place = await makePlace();
    const stores = [await place.open("kms01"), await place.open("kms02")] as const;
    for (const store of stores) await store.register({ id: APPLICATION, countWindow: 43_200 });
    return [...stores];
  }

  test("adds requests and refusals to their day, whichever host they came to", async () => {
    const [one, other] = await openBoth();
    const decisions = [refusal, sentAway, sentAway];
    const decide = () => decisions.shift() ?? sentAway;
    await one.commit([arrival(), arrival()], decide, NOW);
    await other.commit([arrival()], decide, NOW + 1);
    await other.commit([arrival()], decide, NOW + 2 * DAY);
    await one.noteUsage(NOW + 2 * DAY);
    const today = Math.floor(NOW / DAY) * DAY;
    expect(await one.activity(NOW)).toEqual([
      { day: today, received: 3, failed: 1, leased: 0 },
      { day: today + 2 * DAY, received: 1, failed: 0, leased: 0 },
    ]);
    expect(await other.activity(NOW + DAY)).toHaveLength(1);
    await one.close();
    await other.close();
  });

  test("keeps what its hosts note of themselves, and drops the ones that were not seen for a month", async () => {
    const [one, other] = await openBoth();
    const [first, second, old] = [newId(), newId(), newId()];
    await one.noteHost(note(old, "kms00", NOW - HOST_KEPT - 1));
    await one.noteHost(note(first, "kms01", NOW - 1));
    await other.noteHost(note(second, "kms02", NOW));
    await one.noteHost(note(first, "kms01", NOW, NOW));
    expect(await other.hosts()).toEqual([note(first, "kms01", NOW, NOW), note(second, "kms02", NOW)]);
    await one.close();
    await other.close();
  });

  test("keeps what a setting was, when it was changed and by whom", async () => {
    const [one, other] = await openBoth();
    expect(await one.settingHistory()).toEqual([]);
    await changeSetting(one, "port", "1700", "alice", NOW);
    await changeSetting(other, "port", "1701", "bob, the admin", NOW + 1);
    await changeSetting(other, "priority", "low", "bob", NOW + 2);
    // What is in force already is no change.
    await changeSetting(one, "port", "1701", "carol", NOW + 3);
    expect(await one.settingHistory()).toEqual([
      { name: "port", before: "1700", time: NOW + 1, by: "bob the admin" },
      { name: "priority", before: undefined, time: NOW + 2, by: "bob" },
    ]);
    await one.close();
    await other.close();
  });

  test("finds events by several ids, a part of their fields, and between two moments", async () => {
    const [one] = await openBoth();
    const event = (id: 12293 | 12294 | 12402, info: string) => ({ id, cmid: undefined, info });
    await one.record([event(12293, "0x1, Corp.example"), event(12294, "0x0, corp.example")], NOW);
    await one.record([event(12402, "port, 1, 2, a%b")], NOW + 10);
    await one.record([event(12294, "0x0, other.example")], NOW + 20);
    const infos = async (filter: Parameters<Store["events"]>[0]) =>
      (await one.events(filter)).map(({ row }) => row);
    expect(await infos({ id: [12293, 12402] })).toEqual([1, 3]);
    expect(await infos({ id: 12294 })).toEqual([2, 4]);
    expect(await infos({ search: "CORP" })).toEqual([1, 2]);
    expect(await infos({ search: "a%b" })).toEqual([3]);
    expect(await infos({ search: "a_b" })).toEqual([]);
    expect(await infos({ search: "KMS01" })).toEqual([1, 2, 3, 4]);
    expect(await infos({ since: NOW + 1, until: NOW + 20 })).toEqual([3]);
    await one.close();
  });
});

test("a host that noted itself lately runs, one that did not is gone, and one that was stopped is stopped", () => {
  const seen = (lastSeen: number, stopped = 0) => hostState({ lastSeen, stopped }, NOW);
  expect([seen(NOW - 60_000), seen(NOW - 150_000), seen(NOW - 150_000, NOW - 150_000)]).toEqual([
    "running",
    "gone",
    "stopped",
  ]);
});
