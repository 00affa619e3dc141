import type { Dice } from "./dice.ts";
import { bytes, changeBytes } from "./mutate-bytes.ts";
import { bytesOf, type Mutate, textOf } from "./target.ts";

/** Values of every type, and numbers at the limits of what is taken. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, "", [], {}, [[]], [null], { "": null }],
  ...[
    0,
    -0,
    -1,
    0.5,
    1e-7,
    1e21,
    1e308,
    255,
    256,
    65535,
    65536,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    8.64e15 + 1,
  ],
  ...[253402300799, 253402300800, "0", "1", "\0", "\ud800", "\u202e", "a,b", " a", "a ", "a".repeat(256)],
  ...["00000000-0000-0000-0000-000000000000", "55C92734-D682-4D71-983E-D6EC3F16059F", "f".repeat(64)],
  ...["0000-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00+24:00"],
];
const NAMES = ["__proto__", "constructor", "toString", "length", "", "0", "a".repeat(300)];
const DEEPEST = 20_000;

type Container = Record<string, unknown> | unknown[];
interface Place {
  readonly holder: Container;
  readonly name: string | number;
}

/** Changes values in valid JSON: types, limits, nesting, members that are missing, doubled or strange. */
export const json: Mutate = (dice, valid) => {
  if (dice.once(12)) return bytes(dice, valid);
  const root: Container = [parsed(dice.pick(valid))];
  for (let left = 1 + (dice.once(3) ? dice.below(4) : 0); left > 0; left--) {
    change(dice, dice.pick(placesIn(root)), () => parsed(dice.pick(valid)));
  }
  const text = written(dice, root[0]);
  return dice.once(25) ? changeBytes(dice, bytesOf(text), valid) : bytesOf(text);
};

function change(dice: Dice, { holder, name }: Place, other: () => unknown): void {
  const value = get(holder, name);
  const replace = (by: unknown) => put(holder, name, by);
  const changes = [
    () => remove(holder, name),
    () => add(holder, dice.pick(NAMES), value),
    () => {
      const from = dice.pick(placesIn([other()]));
      replace(get(from.holder, from.name));
    },
    () => replace(dice.once(2) ? [value] : { [dice.pick(NAMES)]: value }),
    () => replace(Array.isArray(value) ? repeat(dice, value) : (JSON.stringify(value) ?? "")),
    () => replace(near(dice, value)),
    () => replace(near(dice, value)),
    () => replace(structuredClone(dice.pick(VALUES))),
    () => replace(structuredClone(dice.pick(VALUES))),
  ];
  dice.pick(changes)();
}

/** A value of the same type. */
function near(dice: Dice, value: unknown): unknown {
  if (typeof value === "number")
    return dice.pick([value + 1, value - 1, -value, value / 2, value * 1e6, value + 0.1]);
  if (typeof value === "boolean") return !value;
  if (typeof value !== "string") return value;
  const changed = textOf(changeBytes(dice, bytesOf(value), [bytesOf(value)]));
  return dice.once(3) ? (dice.once(2) ? value.toUpperCase() : `${value}${value}`) : changed.slice(0, 10_000);
}

function repeat(dice: Dice, items: readonly unknown[]): unknown[] {
  return Array.from({ length: 2 ** dice.below(11) }, (_, at) => items[at % Math.max(1, items.length)]);
}

/** What JSON can say and an object cannot: two members of one name, and nesting beyond what may be recursed into. */
function written(dice: Dice, value: unknown): string {
  const text = JSON.stringify(value) ?? "";
  if (dice.once(40))
    return text.replace(
      /^\{"([^"]*)":/,
      (whole, name) => `{"${name}":${dice.pick(["1", "null", "{}"])},${whole.slice(1)}`,
    );
  if (dice.once(200)) {
    const depth = dice.below(DEEPEST);
    return text.replace(/("[^"]*"|\d+)(?=[,}])/, `${"[".repeat(depth)}${"]".repeat(depth)}`);
  }
  return text;
}

/** Where values stand, the whole first. */
function placesIn(root: Container): Place[] {
  const places: Place[] = [];
  const walk = (holder: Container): void => {
    for (const name of Array.isArray(holder) ? holder.keys() : Object.keys(holder)) {
      if (places.length > 2000) return;
      places.push({ holder, name });
      const value = get(holder, name);
      if (typeof value === "object" && value !== null) walk(value as Container);
    }
  };
  walk(root);
  return places;
}

function parsed(input: Uint8Array): unknown {
  return JSON.parse(textOf(input));
}

function get(holder: Container, name: string | number): unknown {
  return (holder as Record<string, unknown>)[name];
}

function put(holder: Container, name: string | number, value: unknown): void {
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
}

function add(holder: Container, name: string, value: unknown): void {
  if (Array.isArray(holder)) holder.push(value);
  else put(holder, name, value);
}

function remove(holder: Container, name: string | number): void {
  // The whole stays: the text of nothing is for those who change bytes.
  if (!Array.isArray(holder)) delete holder[name];
  else if (holder.length > 1) holder.splice(Number(name), 1);
  else put(holder, name, null);
}
