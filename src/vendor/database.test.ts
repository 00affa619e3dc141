import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { copyFileSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../test/folders.ts";
import { problemIn } from "../../test/problems.ts";
import { openDatabase } from "./database.ts";
import type { DatabaseKind } from "./database-problem.ts";

const KIND: DatabaseKind = {
  name: "The diary",
  applicationId: 0x4d757354,
  table: "day",
  migrations: [
    "CREATE TABLE day (row INTEGER PRIMARY KEY, text TEXT)",
    "ALTER TABLE day ADD COLUMN time INTEGER",
  ],
};
const open = (path: string, kind = KIND, create = true) =>
  openDatabase(path, kind, { create, patience: 5000 });
const number = (database: Database, pragma: string) =>
  Object.values(database.query(`PRAGMA ${pragma}`).get() ?? {})[0];

test("a database is made whole, for its owner only, and says what it is", () => {
  const folder = makeFolder();
  const path = join(folder, "diary.sqlite");
  using database = open(path);
  expect([number(database, "application_id"), number(database, "user_version")]).toEqual([0x4d757354, 2]);
  expect([number(database, "journal_mode"), number(database, "synchronous")]).toEqual(["wal", 2]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).filter((name) => name.includes(".new"))).toEqual([]);
});

test("is not made where that is not asked for", () => {
  const folder = makeFolder();
  expect(problemIn(() => open(join(folder, "diary.sqlite"), KIND, false)).name).toBe("BAD_INPUT");
  expect(readdirSync(folder)).toEqual([]);
});

test("one of an earlier schema, from before there were ids, is known by its table and brought to the present", () => {
  const path = join(makeFolder(), "diary.sqlite");
  using old = new Database(path);
  old.run(KIND.migrations[0] ?? "");
  old.run("INSERT INTO day (text) VALUES ('rain')");
  old.run("PRAGMA user_version = 1");
  old.close();
  using database = open(path);
  expect(database.query("SELECT text, time FROM day").all()).toEqual([{ text: "rain", time: null }]);
  expect([number(database, "application_id"), number(database, "user_version")]).toEqual([0x4d757354, 2]);
});

test.each<[string, string[]]>([
  ["of another program", ["CREATE TABLE song (name TEXT)", "PRAGMA user_version = 1"]],
  ["with such a table and another's id", [KIND.migrations[0] ?? "", "PRAGMA application_id = 7"]],
  ["with such a table and no version", [KIND.migrations[0] ?? ""]],
])("one %s is refused and stays as it is", (_, statements) => {
  const path = join(makeFolder(), "diary.sqlite");
  using other = new Database(path);
  for (const statement of statements) other.run(statement);
  other.close();
  const before = readFileSync(path);
  const { name, message } = problemIn(() => open(path));
  expect([name, message]).toEqual(["BAD_INPUT", expect.stringContaining("a database of something else")]);
  expect(readFileSync(path)).toEqual(before);
});

test("one whose process was killed before its log was copied is read with the log", () => {
  const folder = makeFolder();
  const [path, killed] = [join(folder, "diary.sqlite"), join(folder, "killed.sqlite")];
  using database = open(path);
  database.run("INSERT INTO day (text) VALUES ('storm')");
  for (const end of ["", "-wal"]) copyFileSync(path + end, killed + end);
  using again = open(killed);
  expect(again.query("SELECT text FROM day").all()).toEqual([{ text: "storm" }]);
});

test("processes that make one at once end up with the same", async () => {
  const path = join(makeFolder(), "diary.sqlite");
  const script = `
    const { openDatabase } = await import(${JSON.stringify(join(import.meta.dir, "database.ts"))});
    const database = openDatabase(process.argv[1], ${JSON.stringify(KIND)}, { create: true, patience: 20000 });
    database.run("INSERT INTO day (text) VALUES ('sun')");
    database.close();`;
  const processes = [1, 2, 3, 4].map(() => Bun.spawn([process.execPath, "-e", script, path]));
  expect(await Promise.all(processes.map(({ exited }) => exited))).toEqual([0, 0, 0, 0]);
  using database = open(path);
  expect(database.query("SELECT count(*) AS days FROM day").get()).toEqual({ days: 4 });
}, 300_000);
