import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { makeFolder } from "../../test/folders.ts";
import { NOW } from "../../test/requests.ts";
import { eventFields } from "../protocol/events.ts";
import { Problem } from "../protocol/problems.ts";
import { SETTING_NAMES } from "./settings.ts";
import { changeSetting } from "./settings-change.ts";
import { openSqliteStore } from "./sqlite/store.ts";
import type { SettingName, Store } from "./store.ts";

const open = (maximumPages?: number) =>
  openSqliteStore({ path: join(makeFolder(), "host.sqlite"), machine: "kms01", maximumPages });

const eventsOf = async (store: Store) =>
  (await store.events({ id: 12402 })).map(({ info }) => eventFields(12402, info));

const nameOf = (work: Promise<unknown>) =>
  work.then(
    () => "nothing was thrown",
    (error: unknown) => (error instanceof Problem ? error.name : String(error)),
  );

/** Each setting with its default and another value. */
const SETTINGS: [name: SettingName, usual: string, other: string, wrong: string[]][] = [
  ["activation-interval", "default", "60", ["14", "43201", "1.5", "", "-20", "60 minutes"]],
  ["renewal-interval", "default", "43200", ["14", "43201", "1e3"]],
  ["port", "1688", "1700", ["65536", "-1", "http"]],
  ["dns-publishing", "on", "off", ["yes", "ON"]],
  ["priority", "normal", "low", ["high"]],
  ["duplicates", "report", "rearm", ["ignore"]],
  ["event-log-size", "20", "100", ["0", "10001"]],
  ["retention-days", "365", "30", ["0", "36501"]],
];

test("every setting there is stands in the table", () => {
  expect(SETTINGS.map(([name]) => name).sort()).toEqual([...SETTING_NAMES].sort());
});

describe.each(SETTINGS)("the setting %s", (name, usual, other, wrong) => {
  test("says what it was and is, and leaves event 12402 each time", async () => {
    const store = open();
    const there = await changeSetting(store, name, other, "alice", NOW);
    const back = await changeSetting(store, name, "default", "bob", NOW + 1);
    expect([there, back]).toEqual([
      { name, from: usual, to: other },
      { name, from: other, to: usual },
    ]);
    expect(await store.setting(name)).toBeUndefined();
    expect(await eventsOf(store)).toEqual([
      { name, from: usual, to: other, by: "alice" },
      { name, from: other, to: usual, by: "bob" },
    ]);
  });

  test("that has the value already leaves no event", async () => {
    const store = open();
    await changeSetting(store, name, usual, "alice", NOW);
    await changeSetting(store, name, undefined, "alice", NOW);
    expect(await eventsOf(store)).toEqual([]);
  });

  test("refuses what is no value for it, and changes nothing", async () => {
    const store = open();
    await changeSetting(store, name, other, "alice", NOW);
    for (const value of wrong) {
      expect([value, await nameOf(changeSetting(store, name, value, "alice", NOW))]).toEqual([
        value,
        "BAD_INPUT",
      ]);
    }
    expect(await store.setting(name)).toBe(other);
    expect(await eventsOf(store)).toHaveLength(1);
  });
});

test("a setting that does not exist is refused", async () => {
  expect(await nameOf(changeSetting(open(), "ticket-secret", "x", "alice", NOW))).toBe("BAD_INPUT");
});

test("whoever did it cannot add fields or lines to the event", async () => {
  const store = open();
  await changeSetting(store, "priority", "low", "alice, admin\n12290", NOW);
  expect(await eventsOf(store)).toEqual([
    { name: "priority", from: "normal", to: "low", by: "alice admin 12290" },
  ]);
});

test("a change whose event does not fit on the disk is not made", async () => {
  const store = open(100);
  const change = changeSetting(store, "port", "1700", "x".repeat(10_000_000), NOW);
  expect(await nameOf(change)).toBe("STORE_UNAVAILABLE");
  expect(await store.setting("port")).toBeUndefined();
});
