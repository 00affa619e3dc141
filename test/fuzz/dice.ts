import { seededRandom } from "../../src/fleet/simulator/random.ts";

/** Choices that a seed determines. */
export interface Dice {
  /** A whole number from 0 to `most` - 1. */
  below(most: number): number;
  /** True once in so many times. */
  once(times: number): boolean;
  /** One of a list that is not empty. */
  pick<T>(items: readonly T[]): T;
}

/** The dice of one input: nothing but the seed, the target's name and the input's number decides how they fall. */
export function diceFor(seed: number, target: string, number: number): Dice {
  const { next } = seededRandom(`${seed}/${target}/${number}`);
  const below = (most: number) => Math.floor(next() * most);
  return {
    below,
    once: (times) => below(times) === 0,
    pick: (items) => items[below(items.length)] as never,
  };
}
