import { useRef } from "preact/hooks";
import type { MachinePage } from "../api-types.ts";
import { type Answered, useApi } from "../use-api.ts";
import { choiceAddress, type MachineChoice, machinesPath } from "./machine-query.ts";

const EVERY = 10_000;

/** A page of machines as the API answers. */
export interface ListedMachines {
  readonly answered: Answered<MachinePage>;
  /** Which list the answer is a page of: that of the choice before, until its own is there. */
  readonly list: string;
  /** How many there are in all; undefined until that is known. */
  readonly total: number | undefined;
}

/** Asks for a page of machines, and again while it is looked at. */
export function useMachines(choice: MachineChoice): ListedMachines {
  const path = machinesPath(choice);
  const answered = useApi<MachinePage>(path, { every: EVERY });
  const whole = choiceAddress({ ...choice, page: 1, cursor: "" });
  const known = useRef({ list: path, whole, total: undefined as number | undefined });
  // Only the first page says how many there are: who came to another one by its address has that counted once.
  const isUnknown =
    choice.cursor !== "" && (known.current.whole !== whole || known.current.total === undefined);
  const counted = useApi<MachinePage>(isUnknown ? machinesPath({ ...choice, cursor: "" }, 1) : undefined);
  const { data, isStale } = answered;
  if (data !== undefined && !isStale) {
    const total = data.total ?? (counted.isStale ? undefined : counted.data?.total);
    known.current = {
      list: path,
      whole,
      total: total ?? (known.current.whole === whole ? known.current.total : undefined),
    };
  }
  const { list, total } = known.current;
  return { answered, list, total };
}
