import type { Dice } from "./dice.ts";

/** Makes an input out of those that are valid. */
export type Mutate = (dice: Dice, valid: readonly Uint8Array[]) => Uint8Array;

/** Something of Muster's that reads what others wrote. */
export interface Target {
  /** For tables and for `--target`. */
  readonly name: string;
  /** Inputs that the code itself made, always the same ones. Each of them is accepted. */
  readonly valid: () => readonly Input[] | Promise<readonly Input[]>;
  /** Inputs to mix with them, such as documents of others. They are refused as they are. */
  readonly foreign?: readonly Input[];
  readonly mutate: Mutate;
  /** Reads an input. What it throws must be a Problem with a sentence. */
  readonly read: (input: Uint8Array) => unknown;
  /**
   * What else must hold of an input that was accepted, and of what was read of it: that it can be written and read again
   * with the same result, or that a signature allows it. Gives the law that is broken.
   */
  readonly law?: (value: never, input: Uint8Array) => Broken | Promise<Broken>;
  /** The part of the asked number of inputs that this target gets, because one takes long; 1 unless told. */
  readonly share?: number;
  /** Closes what `read` opened. */
  readonly close?: () => unknown;
}

/** An input as it may be given: a text, or a value that is written as JSON, or bytes. */
export type Input = string | Uint8Array | object;

/** The sentence of a law that is broken. */
export type Broken = string | false | undefined;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The bytes of an input. */
export function bytesOf(input: Input): Uint8Array {
  if (input instanceof Uint8Array) return input;
  return encoder.encode(typeof input === "string" ? input : JSON.stringify(input));
}

/** The text of an input; what is no UTF-8 becomes U+FFFD, as when a file is read. */
export function textOf(input: Uint8Array): string {
  return decoder.decode(input);
}

/** What a table's row says for a reader of texts. */
export const onText =
  <T>(read: (text: string) => T) =>
  (input: Uint8Array): T =>
    read(textOf(input));

/** What a table's row says for a reader of values that came as JSON. What is none was refused before. */
export const onJson =
  <T>(read: (value: unknown) => T) =>
  (input: Uint8Array): T =>
    read(parseJson(textOf(input)));

/** Stands for whatever a reader's own reader refuses before it. */
export class Refused extends Error {}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused("It is no JSON.");
  }
}

/** A law: what was read, written and read again, is the same. */
export const sameAgain =
  <T>(again: (value: T) => unknown) =>
  async (value: T): Promise<Broken> =>
    !Bun.deepEquals(await again(value), value, true) && "Written and read again, it is another.";
