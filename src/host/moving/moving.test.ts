import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { makeFolder } from "../../../test/folders.ts";
import { makeDatabase } from "../../../test/postgres.ts";
import { problemOf } from "../../../test/problems.ts";
import { NOW } from "../../../test/requests.ts";
import { MINUTE } from "../../protocol/time.ts";
import { openPostgresStore } from "../postgres/store.ts";
import { openSqliteStore } from "../sqlite/store.ts";
import type { Store } from "../store.ts";
import { checkExportFile, readExportFile, writeExportFile } from "./export-file.ts";
import { makeHeader } from "./export-header.ts";
import { exportLines } from "./export-lines.ts";
import { openPostgresTables } from "./postgres-tables.ts";
import { openSqliteTables } from "./sqlite-tables.ts";
import type { StoreTables } from "./store-tables.ts";
import { type Row, TABLE_NAMES, type Table } from "./tables.ts";
import { settle, takeInto } from "./take-rows.ts";

setDefaultTimeout(300_000);

type Content = Record<Table, Row[]>;

const APPLICATIONS = [
  "00000000-0000-4000-8000-000000000001",
  "00000000-0000-4000-8000-0000000000ff",
] as const;
const WINDOW = 30 * 24 * 60;
const HEADER = makeHeader({
  muster: "0.1.0",
  host: "00000000-0000-4000-8000-00000000000a",
  name: "kms01",
  vendor: "v",
  time: NOW,
  handedOver: true,
  applications: APPLICATIONS.map((id) => ({ id, countWindow: WINDOW })),
  rows: 0,
});

const text = fc
  .oneof(fc.string({ maxLength: 12 }), fc.string({ unit: "grapheme", maxLength: 12 }))
  .map((some) => some.replaceAll("\0", "").toWellFormed());
const long = fc.oneof(
  fc.nat(),
  fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  fc.integer({ min: NOW - 40 * 24 * 60 * MINUTE, max: NOW }),
);
const integer = fc.oneof(fc.nat(9), fc.constant(0x7fff_ffff));
const application = fc.constantFrom(...APPLICATIONS);
const cmid = fc.uuid();
const rows = (...cells: fc.Arbitrary<Row[number]>[]) => fc.tuple(...cells) as unknown as fc.Arbitrary<Row>;
const some = (row: fc.Arbitrary<Row>, key: number) =>
  fc.uniqueArray(row, { selector: (cells) => JSON.stringify(cells.slice(0, key)), maxLength: 6 });

/** Whatever a store may hold. */
const contents: fc.Arbitrary<Content> = fc.record({
  application: fc.tuple(integer, integer).map((most) => APPLICATIONS.map((id, at) => [id, most[at] ?? 0])),
  machine: some(
    rows(
      application,
      cmid,
      text,
      text,
      text,
      fc.boolean(),
      text,
      integer,
      long,
      long,
      long,
      long,
      long,
      long,
      text,
    ),
    2,
  ),
  note: some(rows(application, cmid, text), 2),
  rearm_order: some(rows(application, cmid), 2),
  received: some(rows(application, integer, long, long), 2),
  event: some(rows(fc.integer({ min: 1, max: 900 }), long, integer, fc.option(cmid), text, text), 1),
  setting: some(rows(fc.constantFrom("port", "ticket-secret", "priority", "é"), text), 1),
  setting_change: some(rows(fc.constantFrom("port", "priority"), fc.option(text), long, text), 1),
  usage_day: some(rows(integer, integer, long, long), 1),
});

async function fill(tables: StoreTables, content: Content, lastEvent = 1000): Promise<void> {
  await tables.clear();
  for (const table of TABLE_NAMES) await tables.insert(table, content[table]);
  await tables.number(lastEvent);
  await tables.commit();
}

async function contentOf(tables: StoreTables): Promise<Content> {
  const content = {} as Content;
  for (const table of TABLE_NAMES) content[table] = (await Array.fromAsync(tables.rows(table))).flat();
  return content;
}

type Open = (access: { readonly write: boolean }) => Promise<StoreTables>;

async function using<T>(open: Open, write: boolean, use: (tables: StoreTables) => Promise<T>): Promise<T> {
  const tables = await open({ write });
  try {
    return await use(tables);
  } finally {
    await tables.close();
  }
}

/** Exports one store and imports it into another, as the commands do. */
async function carry(from: Open, to: Open, file: string): Promise<void> {
  await using(from, false, (tables) => writeExportFile(exportLines(tables, HEADER), file));
  await using(to, true, async (tables) => {
    const moved = await readExportFile(file, takeInto(tables));
    await settle(tables, moved, { by: "root", machine: "kms02", now: NOW });
  });
}

const sorted = (content: Content): Content => {
  const key = (row: Row) => Buffer.from(JSON.stringify(row)).toString("latin1");
  const entries = TABLE_NAMES.map((table) => [
    table,
    content[table].toSorted((one, two) => (key(one) < key(two) ? -1 : 1)),
  ]);
  return Object.fromEntries(entries);
};

test("whatever a store holds, PostgreSQL and SQLite hold the same when it was carried there and back", async () => {
  const folder = makeFolder();
  const url = await makeDatabase();
  const at =
    (name: string): Open =>
    async (access) =>
      openSqliteTables(join(folder, name), access);
  const postgres: Open = (access) => openPostgresTables(url, access);
  const [first, last] = [at("first.sqlite"), at("last.sqlite")];
  await fc.assert(
    fc.asyncProperty(contents, async (content) => {
      await using(first, true, (tables) => fill(tables, content));
      await carry(first, postgres, join(folder, "there.gz"));
      await carry(postgres, last, join(folder, "back.gz"));
      const [before, after] = [await using(first, false, contentOf), await using(last, false, contentOf)];
      expect(sorted(before)).toEqual(sorted(content));
      // Each move has left its event.
      const own = after.event.filter(([, , id, , machine]) => id === 12417 && machine === "kms02");
      expect(own.map(([number]) => number)).toEqual([1001, 1002]);
      expect({ ...after, event: after.event.slice(0, -2) }).toEqual(before);
      expect(await using(last, false, (tables) => tables.lastEvent())).toBe(1002);
    }),
    { numRuns: 12 },
  );
});

describe.each<[string, () => Promise<{ open: Open; store: () => Promise<Store> }>]>([
  [
    "SQLite",
    async () => {
      const path = join(makeFolder(), "host.sqlite");
      return {
        open: async (access) => openSqliteTables(path, access),
        store: async () => openSqliteStore({ path, machine: "kms02" }),
      };
    },
  ],
  [
    "PostgreSQL",
    async () => {
      const url = await makeDatabase();
      return {
        open: (access) => openPostgresTables(url, access),
        store: () => openPostgresStore({ url, machine: "kms02" }),
      };
    },
  ],
])("a store on %s that was filled", (_, makePlace) => {
  test("counts as the census says, and numbers its events on", async () => {
    const { open, store } = await makePlace();
    const [sample] = fc.sample(contents, { seed: 7, numRuns: 1 });
    const [one = "", other = ""] = APPLICATIONS;
    const machine = (application: string, at: number, age: number): Row => [
      ...[application, `00000000-0000-4000-9000-00000000000${at}`, "p", `pc-${at}`, "f", false, "::1", 2],
      ...[NOW - age * MINUTE, NOW - age * MINUTE, NOW + at * MINUTE, 3, 2, 3, "0x00000000"],
    ];
    const machine1 = [
      machine(one, 1, 0),
      machine(one, 2, WINDOW),
      machine(one, 3, WINDOW + 1),
      machine(other, 4, 1),
    ];
    await using(open, true, (tables) =>
      fill(tables, { ...(sample as Content), machine: machine1, event: [] }, 40),
    );
    const opened = await store();
    try {
      for (const id of APPLICATIONS) await opened.register({ id, countWindow: WINDOW });
      expect((await opened.figures(one, NOW)).unique).toBe(2);
      expect((await opened.figures(other, NOW)).unique).toBe(1);
      expect(await opened.leased(NOW)).toBe(4);
      await opened.record([{ id: 12416, cmid: undefined, info: "root" }], NOW);
      expect((await opened.events({})).map(({ row }) => row)).toEqual([41]);
      expect((await opened.keepEventsWithin(1_000_000)).events).toBe(1);
    } finally {
      await opened.close();
    }
    const file = join(makeFolder(), "some.gz");
    await using(open, false, (tables) => writeExportFile(exportLines(tables, HEADER), file));
    const { census } = await checkExportFile(file);
    expect([census.counts, census.leased, census.lastEvent]).toEqual([{ [one]: 2, [other]: 1 }, 4, 41]);
  });
});

describe("an export that", () => {
  /** A small export, unpacked, and a store that holds something else. */
  async function makeExport() {
    const folder = makeFolder();
    const file = join(folder, "whole.gz");
    const from: Open = async (access) => openSqliteTables(join(folder, "from.sqlite"), access);
    const to: Open = async (access) => openSqliteTables(join(folder, "to.sqlite"), access);
    const [one, two] = fc.sample(contents, { seed: 3, numRuns: 2 }) as [Content, Content];
    await using(from, true, (tables) => fill(tables, one));
    await using(to, true, (tables) => fill(tables, two));
    await using(from, false, (tables) => writeExportFile(exportLines(tables, HEADER), file));
    return { folder, file, to, bytes: readFileSync(file), lines: gunzipSync(readFileSync(file)).toString() };
  }

  const first = (change: object) => (lines: string) => {
    const [head = "", ...rest] = lines.split("\n");
    return [JSON.stringify({ ...JSON.parse(head), ...change }), ...rest].join("\n");
  };
  const damages: readonly (readonly [what: string, damage: (lines: string) => string, name?: string])[] = [
    ["is empty", () => ""],
    ["is of something else", () => '{"kind":"other"}\n'],
    ["is no text", () => "\ud800\uffff\0"],
    ["is of a newer Muster", first({ version: 2 }), "STORE_NEWER"],
    ["has another moment in its first line", first({ time: NOW - 1 })],
    ["lacks its last line", (lines) => `${lines.trimEnd().split("\n").slice(0, -1).join("\n")}\n`],
    ["lacks the end of its last line", (lines) => lines.trimEnd()],
    ["lacks a row", (lines) => lines.replace(/^\["event".*\n/m, "")],
    ["has a row twice", (lines) => lines.replace(/^\["machine".*\n/m, (row) => row + row)],
    ["has a row of another table", (lines) => lines.replace('["machine"', '["host"')],
    ["has a row that is too short", (lines) => lines.replace(/^(\["machine",".*),[^,]*\]$/m, "$1]")],
    [
      "has rows in another order",
      (lines) => {
        const all = lines.split("\n");
        const at = all.findIndex((line) => line.startsWith('["machine"'));
        return [...all.slice(0, at), all[at + 1], all[at], ...all.slice(at + 2)].join("\n");
      },
    ],
    ["is followed by something", (lines) => `${lines}${lines}`],
    ["has another figure", (lines) => lines.replace(/"leased":\d+/, '"leased":99')],
    ["has an endless line", (lines) => `${lines.split("\n")[0]}\n${"x".repeat(3_000_000)}`],
  ];

  test.each(damages)(
    "%s is refused in one sentence, and nothing is written",
    async (_, damage, name = "BAD_INPUT") => {
      const { file, to, lines } = await makeExport();
      const before = await using(to, false, contentOf);
      const damaged = damage(lines);
      expect(damaged).not.toBe(lines);
      writeFileSync(file, gzipSync(damaged));
      const take = () =>
        using(to, true, async (tables) => {
          await settle(tables, await readExportFile(file, takeInto(tables)), {
            by: "",
            machine: "kms02",
            now: NOW,
          });
        });
      for (const read of [() => checkExportFile(file), take]) {
        const problem = await problemOf(read());
        expect([problem.name, problem.exit, problem.message]).toEqual([
          name,
          2,
          expect.stringMatching(/^[^\n]{20,250}\.$/),
        ]);
      }
      expect(await using(to, false, contentOf)).toEqual(before);
    },
  );

  test("is cut anywhere, or has any byte changed, is refused", async () => {
    const { file, bytes } = await makeExport();
    for (let tries = 0; tries < 60; tries++) {
      const at = Math.floor((tries / 60) * bytes.length);
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x41;
      for (const damaged of [bytes.subarray(0, at), changed]) {
        writeFileSync(file, damaged);
        // Bytes 4 to 9 of gzip tell a time, a level and a system, which say nothing of what is packed.
        if (damaged === changed && at >= 4 && at <= 9) continue;
        expect([at, (await problemOf(checkExportFile(file))).name]).toEqual([at, "BAD_INPUT"]);
      }
    }
  });

  test("is not there, or a folder, is refused", async () => {
    const folder = makeFolder();
    expect((await problemOf(checkExportFile(join(folder, "none.gz")))).message).toContain("is not there");
    expect((await problemOf(checkExportFile(folder))).message).toContain("no plain file");
  });

  test("cannot be written leaves nothing behind, and one that is written is its owner's alone", async () => {
    const { folder, lines } = await makeExport();
    const place = join(folder, "place");
    writeFileSync(place, "a file");
    const parts = async function* () {
      yield lines;
    };
    expect((await problemOf(writeExportFile(parts(), join(place, "x.gz")))).name).toBe("BAD_INPUT");
    const broken = async function* () {
      yield lines.slice(0, 500);
    };
    const target = join(folder, "broken.gz");
    expect((await problemOf(writeExportFile(broken(), target))).name).toBe("BAD_INPUT");
    expect([existsSync(target), readdirSync(folder).filter((name) => name.endsWith(".new"))]).toEqual([
      false,
      [],
    ]);
    await writeExportFile(parts(), target);
    expect(statSync(target).mode & 0o777).toBe(0o600);
  });
});
