import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../../test/folders.ts";
import { insertMachines, makeMachine } from "../../../test/machines.ts";
import { problemOf } from "../../../test/problems.ts";
import { NOW } from "../../../test/requests.ts";
import { newId } from "../../protocol/ids.ts";
import { copyStore } from "./copy.ts";
import { openSqliteStore } from "./store.ts";

const APPLICATION = newId();

/** Everything in a store, table by table. */
function contentOf(path: string): Record<string, unknown> {
  using database = new Database(path, { readonly: true });
  const tables = database
    .query<{ name: string; sql: string }, []>(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name",
    )
    .all();
  const rows = tables.map(({ name }) => [name, database.query(`SELECT * FROM "${name}"`).values()]);
  return { tables, version: database.query("PRAGMA user_version").get(), ...Object.fromEntries(rows) };
}

async function makeStore() {
  const folder = makeFolder();
  const path = join(folder, "host.sqlite");
  const store = openSqliteStore({ path, machine: "kms01" });
  store.register({ id: APPLICATION, countWindow: 43_200 });
  insertMachines(
    path,
    Array.from({ length: 1700 }, () => makeMachine({ application: APPLICATION })),
  );
  const info = "0x00000000, corp.example";
  await store.record(
    Array.from({ length: 1200 }, () => ({ id: 12294, cmid: undefined, info }) as const),
    NOW,
  );
  await store.keepEventsWithin(20_000);
  return { folder, path, store };
}

test("a copy holds all that the store holds, numbering included, and only its owner can read it", async () => {
  const { folder, path, store } = await makeStore();
  const copy = join(folder, "copy.sqlite");
  const rows = await copyStore(path, copy);
  expect(contentOf(copy)).toEqual(contentOf(path));
  expect(rows).toMatchObject({ machine: 1700, application: 1 });
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  await store.close();
});

test("a store that is closed can be copied as well", async () => {
  const { folder, path, store } = await makeStore();
  await store.close();
  await copyStore(path, join(folder, "copy.sqlite"));
  expect(contentOf(join(folder, "copy.sqlite"))).toEqual(contentOf(path));
});

test("a copy is of one moment, whatever is written while it is made", async () => {
  const { folder, path, store } = await makeStore();
  const before = contentOf(path);
  const copying = copyStore(path, join(folder, "copy.sqlite"));
  let isDone = false;
  const writing = (async () => {
    let written = 0;
    for (; !isDone; written++) {
      insertMachines(path, [makeMachine({ application: APPLICATION })]);
      await store.changeSetting("retention-days", String(written + 1), () => [], NOW);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return written;
  })();
  await copying.finally(() => {
    isDone = true;
  });
  expect(await writing).toBeGreaterThan(2);
  expect(contentOf(join(folder, "copy.sqlite"))).toEqual(before);
  await store.close();
});

test("what is no store is refused", async () => {
  const path = join(makeFolder(), "host.sqlite");
  writeFileSync(path, "no database, but long enough to be looked at as one".repeat(100));
  expect((await problemOf(copyStore(path, `${path}.copy`))).name).toBe("BAD_INPUT");
});
