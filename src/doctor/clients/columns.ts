import type { HandledLog } from "../evidence/requests.ts";

/** The columns of a log of 12290 that summaries read, row by row. */
export interface Columns {
  readonly length: number;
  /** When it was logged, or when the client asked where that is not stated; NaN for neither. */
  readonly time: Float64Array;
  readonly record: ArrayLike<number>;
  readonly line: ArrayLike<number>;
  readonly code: ArrayLike<number>;
  readonly required: ArrayLike<number>;
  readonly status: ArrayLike<number>;
  readonly virtual: ArrayLike<number>;
  readonly minutesLeft: ArrayLike<number>;
  readonly file: ArrayLike<number>;
  readonly computer: ArrayLike<number>;
  readonly name: ArrayLike<number>;
  readonly cmid: ArrayLike<number>;
  readonly product: ArrayLike<number>;
  readonly files: readonly string[];
  readonly computers: readonly string[];
  readonly names: readonly string[];
  readonly cmids: readonly string[];
  readonly products: readonly string[];
  /** 1 for a request that stands in an earlier file too. */
  readonly repeated: Uint8Array;
}

/** The columns of a log, with times filled in and what stands in several files marked. */
export function columnsOf({ table }: HandledLog): Columns {
  const logged = table.column("time");
  const asked = table.column("clientTime");
  const columns = {
    length: table.length,
    time: filledIn(logged, asked),
    record: table.column("record"),
    line: table.column("line"),
    code: table.column("code"),
    required: table.column("required"),
    status: table.column("status"),
    virtual: table.column("virtual"),
    minutesLeft: table.column("minutesLeft"),
    file: table.column("file"),
    computer: table.column("computer"),
    name: table.column("name"),
    cmid: table.column("cmid"),
    product: table.column("product"),
    files: table.values("file"),
    computers: table.values("computer"),
    names: table.values("name"),
    cmids: table.values("cmid"),
    products: table.values("product"),
    repeated: new Uint8Array(table.length),
  };
  if (columns.files.length > 1) markRepeated(columns, asked);
  return columns;
}

/** What was logged, and where that is not stated what the client said. */
function filledIn(logged: ArrayLike<number>, asked: ArrayLike<number>): Float64Array {
  // Of most logs all times are stated, and a copy of a million takes 8 MB.
  if (logged instanceof Float64Array && !logged.some(Number.isNaN)) return logged;
  const time = new Float64Array(logged.length);
  for (let row = 0; row < logged.length; row++) {
    const at = logged[row] ?? Number.NaN;
    time[row] = Number.isNaN(at) ? (asked[row] ?? Number.NaN) : at;
  }
  return time;
}

/**
 * People send a log twice, as a file and as an export of it. A request is the same when computer, record number, CMID,
 * product and the client's own time agree; the logged time is not compared, since exports print it in local time.
 */
function markRepeated(columns: Columns, asked: ArrayLike<number>): void {
  const rows = new Map<number, number>();
  const { record, computer, cmid, product, minutesLeft, file, computers } = columns;
  for (let row = 0; row < columns.length; row++) {
    const number = record[row] ?? 0;
    if (number === 0) continue;
    const key = number * computers.length + (computer[row] ?? 0);
    const other = rows.get(key);
    if (other === undefined) rows.set(key, row);
    else if (
      file[row] !== file[other] &&
      cmid[row] === cmid[other] &&
      product[row] === product[other] &&
      minutesLeft[row] === minutesLeft[other] &&
      Object.is(asked[row], asked[other])
    ) {
      columns.repeated[row] = 1;
    }
  }
}

/** Whether an HRESULT tells of a failure: its highest bit is set (https://learn.microsoft.com/openspecs/windows_protocols/ms-erref). */
export function isFailure(code: number): boolean {
  return code >= 0x8000_0000;
}

/** Which of two requests came later: by time, then by record; a total order of what reports show, so that the order of rows does not matter. */
export function isLater(columns: Columns, row: number, than: number): boolean {
  const one = columns.time[row] ?? Number.NaN;
  const other = columns.time[than] ?? Number.NaN;
  // Asked for every row: what makes garbage comes only where times are the same.
  if (one !== other && !(Number.isNaN(one) && Number.isNaN(other))) return Number.isNaN(other) || one > other;
  return isLaterOfOneTime(columns, row, than);
}

function isLaterOfOneTime(columns: Columns, row: number, than: number): boolean {
  const { record, line, code, status, minutesLeft, virtual, file, files } = columns;
  for (const column of [record, code, status, minutesLeft, virtual, line]) {
    const difference = (column[row] ?? 0) - (column[than] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return (files[file[row] ?? 0] ?? "") > (files[file[than] ?? 0] ?? "");
}
