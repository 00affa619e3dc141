import * as z from "zod";
import { problem } from "../../protocol/problems.ts";
import { type Census, CensusTaker, differences } from "./census.ts";
import { type ExportHeader, readHeader } from "./export-header.ts";
import { sealOf } from "./export-lines.ts";
import { SLICE } from "./store-tables.ts";
import { checkRow, type Row, TABLE_NAMES, type Table } from "./tables.ts";

/** Where the rows of an export go, one call after the other. */
export interface Taker {
  begin(header: ExportHeader): Promise<void>;
  take(table: Table, rows: readonly Row[]): Promise<void>;
}

/** An export that was read to its end, whole. */
export interface ReadExport {
  readonly header: ExportHeader;
  readonly census: Census;
}

const figures = z.strictObject({ rows: z.int().min(0), sha256: z.string() });
const endSchema = z.strictObject({
  end: z.strictObject({
    tables: z.strictObject(
      Object.fromEntries(TABLE_NAMES.map((table) => [table, figures])) as Record<Table, typeof figures>,
    ),
    counts: z.record(z.string(), z.int().min(0)),
    leased: z.int().min(0),
    lastEvent: z.int().min(0),
  }),
  seal: z.string(),
});

/** The longest line of an export, in characters: no row of a store comes near it. */
const LONGEST_LINE = 1024 * 1024;

/**
 * Reads an export through, and checks each row and its census. Throws STORE_NEWER, or BAD_INPUT with the reason as a part
 * of a sentence; what was taken until then must be dropped.
 */
export async function readExport(
  chunks: AsyncIterable<Uint8Array | string>,
  taker: Taker,
): Promise<ReadExport> {
  const reader = new ExportReader(taker);
  for await (const line of linesIn(chunks)) await reader.line(line);
  return reader.end();
}

class ExportReader {
  private readonly taker: Taker;
  private header: ExportHeader | undefined;
  private census: CensusTaker | undefined;
  private ended: Census | undefined;
  private table: Table = TABLE_NAMES[0] ?? "application";
  private rows: Row[] = [];
  private lines = "";
  private newestEvent = 0;

  constructor(taker: Taker) {
    this.taker = taker;
  }

  async line(text: string): Promise<void> {
    const value = parse(text);
    if (this.ended) throw problem("BAD_INPUT", "something follows its end");
    if (this.header === undefined) {
      this.header = readHeader(value);
      this.census = new CensusTaker(this.header);
      await this.taker.begin(this.header);
    } else if (Array.isArray(value)) await this.row(value, text);
    else await this.last(value, this.header);
  }

  end(): ReadExport {
    if (this.header === undefined || this.ended === undefined) throw problem("BAD_INPUT", "it is cut short");
    return { header: this.header, census: this.ended };
  }

  private async row([name, ...row]: unknown[], text: string): Promise<void> {
    const table = TABLE_NAMES.find((each) => each === name);
    if (table === undefined || TABLE_NAMES.indexOf(table) < TABLE_NAMES.indexOf(this.table)) {
      throw problem("BAD_INPUT", "a row in it is of no table that belongs there");
    }
    checkRow(table, row);
    if (table !== this.table || this.rows.length >= SLICE) await this.flush();
    this.table = table;
    if (table === "event") this.newestEvent = Math.max(this.newestEvent, Number(row[0]));
    this.rows.push(row);
    this.lines += `${text}\n`;
  }

  private async flush(): Promise<void> {
    if (this.rows.length === 0) return;
    this.census?.add(this.table, this.rows, this.lines);
    await this.taker.take(this.table, this.rows);
    this.rows = [];
    this.lines = "";
  }

  private async last(value: unknown, header: ExportHeader): Promise<void> {
    await this.flush();
    const { success, data } = endSchema.safeParse(value);
    // The event that tells of the import comes after the last one that was ever written.
    if (!success || data.end.lastEvent < this.newestEvent)
      throw problem("BAD_INPUT", "its last line is damaged");
    if (data.seal !== sealOf(header, data.end)) throw problem("BAD_INPUT", "its checksum does not hold");
    const [difference] = this.census ? differences(data.end, this.census.end(data.end.lastEvent)) : [];
    if (difference !== undefined) throw problem("BAD_INPUT", difference);
    this.ended = data.end;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw problem("BAD_INPUT", "a line in it is damaged");
  }
}

async function* linesIn(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + (typeof chunk === "string" ? chunk : decode(decoder, chunk))).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LONGEST_LINE) throw problem("BAD_INPUT", "a line in it is too long");
    yield* lines;
  }
  if (rest !== "") throw problem("BAD_INPUT", "it is cut short");
}

function decode(decoder: TextDecoder, chunk: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    throw problem("BAD_INPUT", "it is no text");
  }
}
