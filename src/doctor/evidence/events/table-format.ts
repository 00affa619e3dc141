import type { Collector } from "../collector.ts";
import type { StreamFormat } from "../format.ts";
import type { EvidenceKind } from "../model.ts";
import type { EvidenceSource } from "../source.ts";
import { Columns } from "./columns.ts";
import { decoded, headText } from "./decode.ts";
import { Intake } from "./intake.ts";
import { providerConcern } from "./providers.ts";
import { RowReader, type TableRow } from "./rows.ts";

const DELIMITERS = [",", ";", "\t"] as const;
/** Lines before the names of columns: `#TYPE`, `sep=;`, a comment, a prompt. */
const BEFORE = 12;

/** Where the table of events in a text begins, and how. */
interface Layout {
  readonly delimiter: string;
  readonly columns: Columns;
  /** Lines before its first row. */
  readonly lines: number;
}

/** `Get-WinEvent | Export-Csv`, with any delimiter, and what Event Viewer saves as CSV, however large. */
export const csvFormat: StreamFormat = tableFormat("event-csv", [",", ";"]);
/** What Event Viewer saves as text: fields with tabs between them. */
export const tabFormat: StreamFormat = tableFormat("event-text", ["\t"]);

function tableFormat(kind: EvidenceKind, delimiters: readonly string[]): StreamFormat {
  return {
    recognises(head) {
      const layout = layoutOf(headText(head));
      return layout !== undefined && delimiters.includes(layout.delimiter);
    },
    async read(source: EvidenceSource, collector: Collector) {
      const intake = new Intake(collector, source.name, kind, false);
      try {
        await readTable(source, intake);
      } catch (error) {
        intake.note(`could not be read to its end: ${error instanceof Error ? error.message : "unknown"}`);
      }
      intake.finish();
    },
  };
}

async function readTable(source: EvidenceSource, intake: Intake): Promise<void> {
  let text = "";
  let reader: RowReader | undefined;
  let layout: Layout | undefined;
  const take = (row: TableRow) => {
    if (layout === undefined) return false;
    const { columns, lines } = layout;
    const id = row.line <= lines ? 0 : columns.id(row);
    if (id === 0) return true;
    const provider = columns.provider(row);
    if (provider !== "" && providerConcern(provider) === undefined) intake.skip(1);
    else intake.take(columns.event(row));
    return true;
  };
  for await (const piece of decoded(source.bytes())) {
    if (reader !== undefined) {
      reader.read(piece, take);
      continue;
    }
    text += piece;
    if (text.length < 65_536) continue;
    layout = layoutOf(text.slice(0, 65_536));
    reader = new RowReader(layout?.delimiter ?? ",");
    reader.read(text, take);
  }
  if (reader === undefined) {
    layout = layoutOf(text);
    reader = new RowReader(layout?.delimiter ?? ",");
    reader.read(text, take, true);
  } else reader.read("", take, true);
  const [first] = reader.broken;
  if (first === undefined) return;
  const more = (reader.broken.at(-1) ?? first) - first > NEAR ? "; so are later ones" : "";
  intake.note(`The row at line ${first} breaks off, or a quote in it is never closed${more}`);
}

/** Lines that the rest of one broken row may take. */
const NEAR = 20;

/** How the table of events at the beginning of a text is laid out; undefined when there is none. */
function layoutOf(text: string): Layout | undefined {
  let start = 0;
  for (let line = 0; line < BEFORE && start < text.length; line++) {
    const end = text.indexOf("\n", start);
    const header = text.slice(start, end < 0 ? text.length : end).trim();
    for (const delimiter of DELIMITERS) {
      if (!header.includes(delimiter)) continue;
      const columns = columnsOf(text.slice(start), delimiter);
      if (columns !== undefined) return { delimiter, columns, lines: line + 1 };
    }
    if (end < 0) return undefined;
    start = end + 1;
  }
  return undefined;
}

function columnsOf(text: string, delimiter: string): Columns | undefined {
  const rows: string[][] = [];
  const reader = new RowReader(delimiter);
  const take = (row: TableRow) => {
    rows.push(Array.from({ length: row.length }, (_, at) => row.field(at)));
    return rows.length < 2;
  };
  reader.read(text.slice(0, 32_768), take, true);
  const [header = [], next = []] = rows;
  return Columns.of(header, next);
}
