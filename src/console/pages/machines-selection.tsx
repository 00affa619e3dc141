import { useState } from "preact/hooks";
import type { Machine } from "../api-types.ts";
import { useFormat, useWords } from "../language.tsx";
import { Button } from "../parts/button.tsx";
import { en } from "../words/en/machines.ts";
import { ja } from "../words/ja/machines.ts";
import { keyOf } from "./machine-query.ts";

/** Machines that a person has ticked, also on other pages of the list. */
export interface Selection {
  readonly machines: ReadonlyMap<string, Machine>;
  readonly select: (machines: readonly Machine[], isSelected: boolean) => void;
}

/** Keeps which machines are ticked. */
export function useSelection(): Selection {
  const [machines, setMachines] = useState<ReadonlyMap<string, Machine>>(new Map());
  return {
    machines,
    select: (some, isSelected) =>
      setMachines((before) => {
        const after = new Map(before);
        for (const machine of some) {
          if (isSelected) after.set(keyOf(machine), machine);
          else after.delete(keyOf(machine));
        }
        return after;
      }),
  };
}

interface SelectionBarProps {
  readonly selection: Selection;
  /** The machines of the page. */
  readonly page: readonly Machine[];
  readonly onForget: () => void;
}

/** What can be done with the machines that are ticked. */
export function SelectionBar({ selection: { machines, select }, page, onForget }: SelectionBarProps) {
  const words = useWords({ en, ja });
  const { number } = useFormat();
  if (machines.size === 0) return null;
  return (
    <>
      <span role="status" class="machines-selected">
        {words.selected(machines.size, number(machines.size))}
      </span>
      <Button onClick={() => select(page, true)}>{words.selectPage}</Button>
      <Button onClick={() => select([...machines.values()], false)}>{words.unselect}</Button>
      <Button kind="danger" onClick={onForget}>
        {words.forgetThese(machines.size, number(machines.size))}
      </Button>
    </>
  );
}
