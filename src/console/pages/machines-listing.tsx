import { useEffect, useRef } from "preact/hooks";
import type { Keys, MachinePage } from "../api-types.ts";
import { useFormat, useWords } from "../language.tsx";
import { Button } from "../parts/button.tsx";
import { Pager } from "../parts/pager.tsx";
import { en } from "../words/en/machines.ts";
import { ja } from "../words/ja/machines.ts";
import { pageBefore } from "./machine-cursors.ts";
import { keyOf, type MachineChoice, PAGE } from "./machine-query.ts";
import { useSteady } from "./machine-use-steady.ts";
import { NoMachines } from "./machines-none.tsx";
import { type Selection, SelectionBar } from "./machines-selection.tsx";
import { MachineTable } from "./machines-table.tsx";

interface MachineListingProps {
  readonly data: MachinePage;
  /** Which list it is a page of. */
  readonly list: string;
  readonly total: number | undefined;
  /** Set when the list is to be shown as it will be: what moves is what the reader has done. */
  readonly mayMove: { current: boolean };
  /** Whether another list is on its way. */
  readonly isStale: boolean;
  readonly choice: MachineChoice;
  readonly products: Keys["products"];
  readonly nameOf: (product: string) => string;
  readonly selection: Selection;
  readonly onForget: () => void;
  readonly onChoose: (change: Partial<MachineChoice>) => void;
  readonly onPage: (choice: MachineChoice) => void;
  readonly onClear: () => void;
}

/** One page of the list, how many there are, and the way to the other pages. */
export function MachineListing(props: MachineListingProps) {
  const { data, list, total, mayMove, isStale, choice, products, nameOf, selection } = props;
  const { onForget, onChoose, onPage, onClear } = props;
  const words = useWords({ en, ja });
  const { number } = useFormat();
  const box = useRef<HTMLDivElement>(null);
  const isRead = () => {
    const isOwn = mayMove.current;
    mayMove.current = false;
    return !isOwn && (scrollY > 0 || box.current?.matches(":hover, :focus-within") === true);
  };
  const { rows, isBehind, catchUp } = useSteady(data.machines, { list, keyOf, isRead });
  const { page } = choice;
  // Who leafs starts at the top of the next page.
  const shown = useRef(page);
  useEffect(() => {
    if (shown.current !== page && !isStale) {
      shown.current = page;
      if (box.current && box.current.getBoundingClientRect().top < 0) box.current.scrollIntoView();
    }
  }, [page, isStale]);
  const { next } = data;
  const from = (page - 1) * PAGE + 1;
  return (
    <div ref={box} class="machines-listing" aria-busy={isStale}>
      <div class={`machines-total${selection.machines.size > 0 ? " selecting" : ""}`}>
        <span role="status">{total === undefined ? "" : words.found(total, number(total))}</span>
        {isBehind && (
          <>
            {" "}
            <span class="faint">{words.changed}</span> <Button onClick={catchUp}>{words.showChanged}</Button>
          </>
        )}
        <SelectionBar selection={selection} page={rows} onForget={onForget} />
      </div>
      {rows.length === 0 && page === 1 ? (
        <NoMachines choice={choice} products={products} onClear={onClear} />
      ) : (
        <MachineTable
          machines={rows}
          choice={choice}
          nameOf={nameOf}
          selection={selection}
          onSort={onChoose}
        />
      )}
      {(page > 1 || next !== undefined) && (
        <Pager
          onPrevious={page === 1 ? undefined : () => onPage(pageBefore(choice))}
          onNext={
            next === undefined || isStale
              ? undefined
              : () => onPage({ ...choice, page: page + 1, cursor: next })
          }
        >
          {total === undefined
            ? words.page(number(page))
            : words.range(number(from), number(from + rows.length - 1), number(total))}
        </Pager>
      )}
    </div>
  );
}
