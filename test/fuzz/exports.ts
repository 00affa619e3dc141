import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { CensusTaker, lineOf } from "../../src/host/moving/census.ts";
import { checkExportFile } from "../../src/host/moving/export-file.ts";
import { type ExportHeader, makeHeader } from "../../src/host/moving/export-header.ts";
import { sealOf } from "../../src/host/moving/export-lines.ts";
import { type Imported, importHost } from "../../src/host/moving/import-store.ts";
import type { Row, Table } from "../../src/host/moving/tables.ts";
import { HOST_FILES } from "./archives.ts";
import { CATALOGUE, HARDWARE, HOLDER, LICENSE, NOW } from "./documents.ts";
import { scratchFile, scratchFolder } from "./scratch.ts";
import { type Broken, bytesOf, Refused, textOf } from "./target.ts";

/** An export of a store, its rows under a census and a seal that are made for them. */
interface Export {
  readonly header: ExportHeader;
  readonly rows: readonly (readonly [Table, ...Row])[];
}

const application = CATALOGUE.applications[0]?.id ?? "";
const { cmid, product } = HOLDER;

/** With a row of each table. */
export const EXPORT: Export = {
  header: makeHeader({
    muster: "0.1.0",
    host: LICENSE.host,
    name: "kms01",
    vendor: CATALOGUE.vendor.id,
    time: NOW,
    handedOver: true,
    applications: [{ id: application, countWindow: 43_200 }],
    rows: 9,
  }),
  rows: [
    ["application", application, 25],
    [
      "machine",
      ...[application, cmid, product, "pc-1", HARDWARE, false, "10.0.0.1", 2],
      ...[NOW, NOW, NOW + 1, 3, 2, 3, "0x00000000"],
    ],
    ["note", application, cmid, "in the corner"],
    ["rearm_order", application, cmid],
    ["received", application, 2, 3, 1],
    ["event", 7, NOW, 12290, cmid, "kms01", "0x00000000,25,pc-1"],
    ["setting", "port", "1688"],
    ["setting_change", "port", null, NOW, "root"],
    ["usage_day", 20_779, 1, 3, 0],
  ],
};

/** The bytes of an export, as `muster host export` writes it. */
function exportBytes({ header, rows }: Export): Uint8Array {
  const census = new CensusTaker(header);
  const lines = rows.map(([table, ...row]) => {
    const line = lineOf(table, row);
    census.add(table, [row], line);
    return line;
  });
  const end = census.end(7);
  const last = JSON.stringify({ end, seal: sealOf(header, end) });
  return gzipSync(`${JSON.stringify(header)}\n${lines.join("")}${last}\n`, { level: 1 });
}

/** Reads an export through; gives its text. */
export async function checkExport(text: Uint8Array): Promise<string> {
  await checkExportFile(scratchFile("export.gz", gzipSync(text, { level: 1 })));
  return textOf(text);
}

/** Nothing in it can be changed but the spelling of its JSON. */
export function isGenuineExport(text: string): Broken {
  const values = (lines: string) =>
    lines
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  return !Bun.deepEquals(values(text), values(exportText())) && "An export that was changed is taken.";
}

export const exportText = () => gunzipSync(exportBytes(EXPORT)).toString();

/** Imports odd rows under a census and a seal that fit them, into a host without a store. */
export async function importRows(input: Uint8Array): Promise<Imported> {
  const file = scratchFile("import.gz", sealed(input));
  const folder = join(scratchFolder(), "importing");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, text] of Object.entries(HOST_FILES)) scratchFile(`importing/${name}`, text);
  return importHost(folder, file, { by: "root", clock: () => NOW, isReplacing: false, isCopy: false });
}

function sealed(input: Uint8Array): Uint8Array {
  try {
    return exportBytes(JSON.parse(textOf(input)));
  } catch {
    throw new Refused("This cannot be written as an export.");
  }
}

/** The count is the one that was exported. */
export function keepsCount({ applications }: Imported): Broken {
  const lost = applications.find(({ imported, exported }) => imported !== undefined && imported !== exported);
  return lost && `Of ${lost.exported} machines ${lost.imported} are counted.`;
}

export const exportRows = () => bytesOf(EXPORT);
