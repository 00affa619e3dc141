import { expect, test } from "bun:test";
import fc from "fast-check";
import { compareHardware, isOtherHardware } from "./hardware.ts";

const PC = ["board_serial 1", "cpu 1", "mac 1", "mac 2", "product_name 1", "product_uuid 1", "sys_vendor 1"];
const without = (...facts: string[]) => PC.filter((fact) => !facts.includes(fact));
/** The machine with other facts of these kinds. */
const other = (...kinds: string[]) =>
  PC.map((fact) => (kinds.includes(fact.split(" ")[0] ?? "") ? `${fact}-new` : fact));

test.each<[string, readonly string[], readonly string[]]>([
  ["as it was", PC, PC],
  ["with one of two network cards replaced", PC, [...without("mac 2"), "mac 3"]],
  ["with both network cards replaced", PC, other("mac")],
  ["with a network card more", PC, [...PC, "mac 9"]],
  ["with a network card less", PC, without("mac 1")],
  ["with two of six kinds changed", PC, other("mac", "cpu")],
  ["read by an account that may see less", PC, ["cpu 1", "mac 1", "product_name 1", "sys_vendor 1"]],
  ["read by an account that may see more", ["cpu 1", "mac 1"], PC],
  ["of which only a network card is known, replaced", ["mac 1"], ["mac 2"]],
  ["of which two things are known, one replaced", ["cpu 1", "mac 1"], ["cpu 1", "mac 2"]],
  ["of which nothing was known", [], PC],
  ["of which nothing is known", PC, []],
])("a machine %s is the machine of the lease", (_, before, now) => {
  expect(isOtherHardware(compareHardware(before, now))).toBe(false);
});

test.each<[string, readonly string[], readonly string[]]>([
  ["with three of six kinds changed", PC, other("mac", "product_uuid", "board_serial")],
  ["with all but one kind changed", PC, other("mac", "product_uuid", "board_serial", "cpu", "product_name")],
  ["of which two things are known, both replaced", ["cpu 1", "mac 1"], ["cpu 2", "mac 2"]],
])("a machine %s is another", (_, before, now) => {
  expect(isOtherHardware(compareHardware(before, now))).toBe(true);
});

const facts = fc.uniqueArray(
  fc
    .tuple(fc.constantFrom("cpu", "mac", "board_serial", "product_uuid"), fc.nat(3))
    .map((fact) => fact.join(" ")),
);

test("each kind that both know is either changed or the same, and the order of facts does not matter", () => {
  fc.assert(
    fc.property(facts, facts, (before, now) => {
      const { changed, same } = compareHardware(before, now);
      const kinds = (list: string[]) => new Set(list.map((fact) => fact.split(" ")[0]));
      expect([...changed, ...same].sort()).toEqual(
        [...kinds(before).intersection(kinds(now))].sort() as string[],
      );
      const turned = compareHardware([...before].reverse(), [...now].reverse());
      expect([...turned.changed].sort()).toEqual([...changed].sort());
    }),
  );
});

test("replacing what is of one kind is never too much", () => {
  fc.assert(
    fc.property(facts, fc.constantFrom("cpu", "mac", "board_serial", "product_uuid"), (before, kind) => {
      const now = before.map((fact) => (fact.startsWith(`${kind} `) ? `${fact}-new` : fact));
      expect(isOtherHardware(compareHardware(before, now))).toBe(false);
    }),
  );
});
