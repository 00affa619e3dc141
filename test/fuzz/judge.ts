import { Problem } from "../../src/protocol/problems.ts";
import { Refused, type Target } from "./target.ts";

/** What became of one input: accepted, when something was read of it, refused in a sentence, or what must not be. */
export type Verdict = "accepted" | "refused" | { readonly defect: string };

/** One line, in which nothing steers a terminal. */
const SENTENCE = /^\S[^\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]*[.)]$/u;
const LONGEST_SENTENCE = 100_000;

/** Has a target read an input, and holds what happens against the laws. */
export async function judge(target: Target, input: Uint8Array): Promise<Verdict> {
  let value: unknown;
  try {
    const read = target.read(input);
    value = read instanceof Promise ? await read : read;
  } catch (error) {
    return judgeRefusal(error);
  }
  if (value === undefined) return "refused";
  try {
    const broken = await target.law?.(value as never, input);
    return broken ? { defect: broken } : "accepted";
  } catch (error) {
    return { defect: `Accepted, and then: ${nameOf(error)}` };
  }
}

function judgeRefusal(error: unknown): Verdict {
  if (error instanceof Refused) return "refused";
  if (!(error instanceof Problem)) return { defect: `It throws ${nameOf(error)}` };
  if (error.name === "DEFECT") return { defect: `It calls itself a defect: ${error.message}` };
  const isSentence = SENTENCE.test(error.message) && error.message.length < LONGEST_SENTENCE;
  return isSentence ? "refused" : { defect: `Its sentence is none: ${error.message.slice(0, 200)}` };
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return `no error at all: ${String(error)}`;
  const place = /\/(?:src|test)\/\S+?:\d+/.exec(error.stack ?? "")?.[0] ?? "";
  return `${error.name}: ${error.message.slice(0, 200)} ${place}`.trim();
}
