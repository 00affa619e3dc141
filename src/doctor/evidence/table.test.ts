import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { detached, Table } from "./table.ts";

const schema = { name: "text", time: "float64", count: "uint32", small: "uint16", flag: "uint8" } as const;
const row = fc.record({
  name: fc.string(),
  time: fc.double(),
  count: fc.nat(0xffff_ffff),
  small: fc.nat(0xffff),
  flag: fc.nat(0xff),
});

describe("a table", () => {
  test("gives back every row that was put in", () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 300 }), (rows) => {
        const table = new Table(schema);
        for (const [at, each] of rows.entries()) expect(table.push(each)).toBe(at);
        expect(rows.map((_, at) => table.row(at))).toEqual(rows);
      }),
    );
  });

  test("takes a row in parts", () => {
    const table = new Table(schema);
    table.push({ name: "one", time: 1 }, { count: 2, small: 3 }, { flag: 4 });
    expect(table.row(0)).toEqual({ name: "one", time: 1, count: 2, small: 3, flag: 4 });
  });

  test("keeps each text once, and more of them than a narrow column could number", () => {
    const table = new Table({ name: "text" } as const);
    const count = 70_000;
    for (let at = 0; at < 2 * count; at++) table.push({ name: `pc-${at % count}` });
    expect(table.values("name")).toHaveLength(count);
    for (const at of [0, 255, 256, 65_535, 65_536, count - 1, count, 2 * count - 1])
      expect(table.get(at, "name")).toBe(`pc-${at % count}`);
    expect(table.column("name")[count + 300]).toBe(300);
  });

  test("keeps the rows that are wanted, in their order", () => {
    const table = new Table({ name: "text", count: "uint32" } as const);
    for (let at = 0; at < 10; at++) table.push({ name: `${at}`, count: at });
    table.keep((at) => at % 3 === 0);
    expect([...table.column("count")]).toEqual([0, 3, 6, 9]);
    expect(table.get(3, "name")).toBe("9");
    expect(table.push({ name: "new", count: 1 })).toBe(4);
  });

  test("replaces single values", () => {
    const table = new Table({ name: "text", count: "uint32" } as const);
    table.push({ name: "a", count: 1 });
    table.set(0, "name", "b");
    table.set(0, "count", 7);
    expect(table.row(0)).toEqual({ name: "b", count: 7 });
  });
});

test("a detached text is equal, whatever is in it", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => expect(detached(text)).toBe(text)));
});
