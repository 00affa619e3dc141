import type { ComponentChildren } from "preact";

/** How a table is sorted: the name of a column and the order. */
export interface Sort {
  readonly by: string;
  readonly order: "asc" | "desc";
}

export interface Column<Row> {
  /** The name, unique in the table; what `onSort` is told. */
  readonly name: string;
  readonly label: string;
  readonly isSortable?: boolean;
  /** Figures stand at the end of their column. */
  readonly isNumber?: boolean;
  /** Its cells are buttons, which say themselves what they do. */
  readonly isActions?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
}

interface TableProps<Row> {
  /** What is in it, for who hears the page. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string | number;
  readonly sort?: Sort;
  readonly onSort?: (sort: Sort) => void;
}

/** A table; where there is no room for it, a list of cards. The first column names its row. */
export function Table<Row>({ caption, columns, rows, keyOf, sort, onSort }: TableProps<Row>) {
  return (
    <div class="table-box">
      <table class="table">
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.name} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ name, label, isNumber, isActions, cell }, at) =>
                at === 0 ? (
                  <th key={name} scope="row">
                    {cell(row)}
                  </th>
                ) : (
                  <td
                    key={name}
                    data-label={label}
                    class={isNumber ? "number" : isActions ? "doing" : undefined}
                  >
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface HeadingProps<Row> {
  readonly column: Column<Row>;
  readonly sort: Sort | undefined;
  readonly onSort: ((sort: Sort) => void) | undefined;
}

function Heading<Row>({ column, sort, onSort }: HeadingProps<Row>) {
  const { name, label, isSortable, isNumber } = column;
  const order = sort?.by === name ? sort.order : undefined;
  const className = [isNumber && "number", isSortable && "sortable"].filter(Boolean).join(" ");
  if (!isSortable || !onSort) {
    return (
      <th scope="col" class={className}>
        {label}
      </th>
    );
  }
  const ariaSort = order === undefined ? "none" : order === "asc" ? "ascending" : "descending";
  return (
    <th scope="col" class={className} aria-sort={ariaSort}>
      <button type="button" onClick={() => onSort({ by: name, order: order === "asc" ? "desc" : "asc" })}>
        {label}
        <span aria-hidden="true" class="sort-mark">
          {order === undefined ? "↕" : order === "asc" ? "↑" : "↓"}
        </span>
      </button>
    </th>
  );
}
