import { diceFor } from "./dice.ts";
import { judge, type Verdict } from "./judge.ts";
import { shrink } from "./shrink.ts";
import { bytesOf, type Target } from "./target.ts";

/** What is run: inputs `from` up to before `to` of the seed. */
export interface Run {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

/** A defect, and how to see it again. */
export interface Defect {
  readonly target: string;
  readonly seed: number;
  readonly number: number;
  readonly defect: string;
  /** How many inputs of this run show it. */
  times: number;
  /** The smallest input found that shows it, in base64; empty when it cannot be looked for. */
  readonly input: string;
}

/** What came of a run. */
export interface Outcome {
  readonly target: string;
  inputs: number;
  accepted: number;
  refused: number;
  readonly defects: Defect[];
}

/** Told the number of each input before it is read, and of one that is shrunk each time, for whoever waits for one that never ends. */
export type OnInput = (number: number) => void;

/** Makes the inputs of a target that a seed determines. */
export async function inputsOf({ name, valid, foreign = [], mutate }: Target, seed: number) {
  const all = [...(await valid()), ...foreign].map(bytesOf);
  return (number: number): Uint8Array => mutate(diceFor(seed, name, number), all);
}

/** Reads each input of a run, and shrinks the first one of each defect. */
export async function fuzz(target: Target, { seed, from, to }: Run, onInput: OnInput): Promise<Outcome> {
  const outcome: Outcome = { target: target.name, inputs: 0, accepted: 0, refused: 0, defects: [] };
  const inputAt = await inputsOf(target, seed);
  for (let number = from; number < to; number++) {
    onInput(number);
    const input = inputAt(number);
    const verdict = await judge(target, input);
    outcome.inputs++;
    if (typeof verdict === "string") outcome[verdict]++;
    else await note(outcome, target, { seed, number }, input, verdict.defect, onInput);
  }
  return outcome;
}

async function note(
  { defects }: Outcome,
  target: Target,
  place: Pick<Defect, "seed" | "number">,
  input: Uint8Array,
  defect: string,
  onInput: OnInput,
): Promise<void> {
  const known = defects.find((one) => kindOf(one.defect) === kindOf(defect));
  if (known) {
    known.times++;
    return;
  }
  const shows = (verdict: Verdict) =>
    typeof verdict !== "string" && kindOf(verdict.defect) === kindOf(defect);
  const smallest = await shrink(input, async (candidate) => {
    onInput(place.number);
    return shows(await judge(target, candidate));
  });
  const base64 = Buffer.from(smallest).toString("base64");
  defects.push({ target: target.name, ...place, defect, times: 1, input: base64 });
}

/** Defects that differ by what they quote are one. */
function kindOf(defect: string): string {
  return defect.replace(/[0-9a-f-]{8,}|\d+|"[^"]*"|'[^']*'/gi, "…").slice(0, 80);
}
