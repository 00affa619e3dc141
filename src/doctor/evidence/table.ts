/** What a column holds: numbers of a fixed size, or texts of which each is kept once. */
type ColumnKind = "float64" | "uint32" | "uint16" | "uint8" | "text";
type Schema = Readonly<Record<string, ColumnKind>>;
/** A row with its values by column. */
export type Row<S extends Schema> = { readonly [Name in keyof S]: S[Name] extends "text" ? string : number };

const ARRAYS = {
  float64: Float64Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  text: Uint8Array,
};
type Numbers = InstanceType<(typeof ARRAYS)[ColumnKind]>;

/**
 * Rows kept by column, so that a million of them take some 60 bytes each and no object. For logs: rows are added at the
 * end and read in place.
 */
export class Table<S extends Schema> {
  length = 0;
  private room = 64;
  private readonly columns: readonly Column[];
  private readonly byName: Readonly<Record<string, Column>>;

  constructor(schema: S) {
    this.columns = Object.entries(schema).map(([name, kind]) => ({
      name,
      numbers: new ARRAYS[kind](this.room),
      texts: kind === "text" ? new Texts() : undefined,
    }));
    this.byName = Object.fromEntries(this.columns.map((column) => [column.name, column]));
  }

  /**
   * Adds a row, whose columns may come in several parts, and gives its index. Numbers outside their column's size are
   * the caller's mistake.
   */
  push(...parts: readonly Readonly<Record<string, string | number>>[]): number {
    const index = this.length;
    if (index === this.room) this.grow();
    this.length += 1;
    for (const part of parts) {
      for (const name in part) {
        const column = this.byName[name];
        if (column === undefined) continue;
        const value = part[name] as string | number;
        // First the id, which may give the column another array.
        const number = column.texts === undefined ? (value as number) : idIn(column, value as string);
        column.numbers[index] = number;
      }
    }
    return index;
  }

  /** One value of one row. */
  get<Name extends keyof S & string>(index: number, name: Name): Row<S>[Name] {
    return valueAt(this.of(name), index) as Row<S>[Name];
  }

  /** A whole row, as an object of its own. */
  row(index: number): Row<S> {
    const row: Record<string, string | number> = {};
    for (const column of this.columns) row[column.name] = valueAt(column, index);
    return row as Row<S>;
  }

  /** Replaces one value of one row. */
  set<Name extends keyof S & string>(index: number, name: Name, value: Row<S>[Name]): void {
    const column = this.of(name);
    const number = column.texts === undefined ? (value as number) : idIn(column, value as string);
    column.numbers[index] = number;
  }

  /** Keeps the rows of which this is true, in their order. */
  keep(wanted: (index: number) => boolean): void {
    let kept = 0;
    for (let index = 0; index < this.length; index++) {
      if (!wanted(index)) continue;
      if (kept !== index) for (const { numbers } of this.columns) numbers[kept] = numbers[index] ?? 0;
      kept += 1;
    }
    this.length = kept;
  }

  /** The numbers of a column, or for texts their ids: indexes of `values(name)`. Valid until the next row is added. */
  column(name: keyof S & string): Numbers {
    return this.of(name).numbers.subarray(0, this.length) as Numbers;
  }

  /** Every distinct text of a column, by id. */
  values(name: keyof S & string): readonly string[] {
    return this.of(name).texts?.values ?? [];
  }

  private of(name: string): Column {
    return this.byName[name] as Column;
  }

  private grow(): void {
    // Half as much again: twice would leave a table of a million rows with room for another.
    this.room = Math.ceil(this.room * 1.5);
    for (const column of this.columns) {
      const { numbers } = column;
      const make = numbers.constructor as new (buffer: ArrayBuffer) => Numbers;
      // Transferred, the memory of the smaller one is free at once and not when it is collected.
      const buffer = numbers.buffer as ArrayBuffer;
      column.numbers = new make(buffer.transfer(this.room * numbers.BYTES_PER_ELEMENT));
    }
  }
}

interface Column {
  readonly name: string;
  numbers: Numbers;
  /** Undefined in a column of numbers. */
  readonly texts: Texts | undefined;
}

function valueAt({ numbers, texts }: Column, index: number): string | number {
  const value = numbers[index] ?? 0;
  return texts === undefined ? value : (texts.values[value] ?? "");
}

/** The id of a text, in a column made wide enough for it: most have few different texts, and then a byte will do. */
function idIn(column: Column, text: string): number {
  const id = column.texts?.idOf(text) ?? 0;
  const { numbers } = column;
  if (id > 0xff && numbers instanceof Uint8Array) column.numbers = new Uint16Array(numbers);
  else if (id > 0xffff && numbers instanceof Uint16Array) column.numbers = new Uint32Array(numbers);
  return id;
}

/** Texts by id, each kept once. */
class Texts {
  readonly values: string[] = [];
  private readonly ids = new Map<string, number>();
  private last = "";
  private lastId = -1;

  idOf(text: string): number {
    // Neighbours mostly share their file, computer and product.
    if (text === this.last && this.lastId >= 0) return this.lastId;
    const id = this.ids.get(text) ?? this.add(text);
    this.last = this.values[id] ?? "";
    this.lastId = id;
    return id;
  }

  private add(text: string): number {
    const own = detached(text);
    const id = this.values.push(own) - 1;
    this.ids.set(own, id);
    return id;
  }
}

/** A copy, because a slice of a text keeps the whole of it in memory: here, megabytes of a log for one name. */
export function detached(text: string): string {
  return Buffer.from(text, "utf16le").toString("utf16le");
}
