import type { Machine } from "../api-types.ts";
import { useFormat, useWords } from "../language.tsx";
import { type Column, type Sort, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { useNow } from "../use-now.ts";
import { en } from "../words/en/machines.ts";
import { ja } from "../words/ja/machines.ts";
import { keyOf, type MachineChoice, machineAddress } from "./machine-query.ts";
import { MachineState } from "./machine-state.tsx";
import type { Selection } from "./machines-selection.tsx";

interface MachineTableProps {
  readonly machines: readonly Machine[];
  readonly choice: MachineChoice;
  readonly nameOf: (product: string) => string;
  readonly onSort: (sort: Pick<MachineChoice, "sort" | "order">) => void;
  readonly selection: Selection;
}

/** One page of machines. */
export function MachineTable(props: MachineTableProps) {
  const { machines, choice, nameOf, onSort, selection } = props;
  const words = useWords({ en, ja });
  const { number } = useFormat();
  const shared = sharedNames(machines);
  const columns: Column<Machine>[] = [
    {
      name: "name",
      label: words.name,
      isSortable: true,
      cell: (machine) => (
        <span class="machines-name">
          <input
            type="checkbox"
            aria-label={words.select(machine.name)}
            checked={selection.machines.has(keyOf(machine))}
            onChange={({ currentTarget }) => selection.select([machine], currentTarget.checked)}
          />
          <span>
            <a href={machineAddress(machine)}>{machine.name || machine.cmid}</a>{" "}
            {shared.has(machine.name) && <span class="faint">{machine.cmid.slice(0, 8)}</span>}
            {machine.note !== "" && <span class="machines-note hint">{machine.note}</span>}
          </span>
        </span>
      ),
    },
    { name: "state", label: words.state, isSortable: true, cell: (machine) => <MachineState {...machine} /> },
    {
      name: "product",
      label: words.product,
      isSortable: true,
      cell: ({ product }) => <span class="machines-product">{nameOf(product)}</span>,
    },
    {
      name: "lastSeen",
      label: words.lastSeen,
      isSortable: true,
      cell: ({ lastSeen }) => <Time at={lastSeen} as="relative" />,
    },
    {
      name: "nextRenewal",
      label: words.nextRenewal,
      isSortable: true,
      cell: ({ nextRenewal }) => <NextRenewal at={nextRenewal} />,
    },
    {
      name: "leaseExpires",
      label: words.leaseExpires,
      isSortable: true,
      cell: ({ leaseExpires }) => <LeaseEnd at={leaseExpires} />,
    },
    {
      name: "address",
      label: words.address,
      isSortable: true,
      cell: ({ address }) => <span class="machines-address">{address}</span>,
    },
    {
      name: "requests",
      label: words.requests,
      isSortable: true,
      isNumber: true,
      cell: ({ requests }) => number(requests),
    },
  ];
  return (
    <Table
      caption={words.caption}
      columns={columns}
      rows={machines}
      keyOf={keyOf}
      sort={{ by: choice.sort, order: choice.order }}
      onSort={({ by, order }: Sort) => onSort({ sort: by as MachineChoice["sort"], order })}
    />
  );
}

/** What is to come, or should have come. */
function NextRenewal({ at }: { at: string }) {
  const words = useWords({ en, ja });
  const { relative } = useFormat();
  const now = useNow();
  if (Date.parse(at) > now) return <Time at={at} as="relative" />;
  return (
    <time dateTime={at} title={`${at.slice(0, 19).replace("T", " ")} UTC`} class="time faint">
      {words.wasDue(relative(at, now))}
    </time>
  );
}

/** A day is enough of a moment half a year away. */
function LeaseEnd({ at }: { at: string | null }) {
  const { date } = useFormat();
  if (at === null) return <span class="faint">–</span>;
  return (
    <time dateTime={at} title={`${at.slice(0, 19).replace("T", " ")} UTC`}>
      {date(at)}
    </time>
  );
}

/** Names that several machines of a page have. */
function sharedNames(machines: readonly Machine[]): ReadonlySet<string> {
  const groups = Map.groupBy(machines, ({ name }) => name);
  return new Set([...groups].filter(([, { length }]) => length > 1).map(([name]) => name));
}
