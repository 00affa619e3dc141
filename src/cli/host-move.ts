import type { Command } from "commander";
import { createLogUpdate } from "log-update";
import { accountName } from "../client/account.ts";
import { backupName } from "../host/backup/backup.ts";
import { openIdentity } from "../host/folder.ts";
import { STANDARD } from "../host/moving/export-file.ts";
import type { OnProgress } from "../host/moving/export-lines.ts";
import { exportHost } from "../host/moving/export-store.ts";
import { type Imported, type ImportedCount, importHost } from "../host/moving/import-store.ts";
import { moveHost } from "../host/moving/move-store.ts";
import { TABLE_NAMES } from "../host/moving/tables.ts";
import { fields, print, printBeside, table } from "./output.ts";
import { dataOption } from "./settings.ts";

interface ExportOptions {
  readonly output?: string;
  readonly handOver?: boolean;
  readonly data: string;
  readonly json?: boolean;
}

interface ImportOptions {
  readonly store?: string;
  readonly replace?: boolean;
  readonly copy?: boolean;
  readonly data: string;
  readonly json?: boolean;
}

interface MoveOptions {
  readonly to: string;
  readonly replace?: boolean;
  readonly data: string;
  readonly json?: boolean;
}

const EVERY = 100;

/** Adds `muster host export`, `muster host import` and `muster host move`. */
export function addMoving(group: Command): void {
  group
    .command("export")
    .description(
      "Write the store to one file that either kind of store takes in, beside running hosts or not.",
    )
    .option("-o, --output <file>", "where it goes; - is standard output (default: a name with host and time)")
    .option("--hand-over", "have the hosts of this store go quiet first, and stay so: another one takes over")
    .addOption(dataOption("host"))
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Changes: FILE, of mode 0600: it holds the secret that tickets are sealed with, and every machine. With --hand-over the
hosts of the store answer 503, leave DNS (events 12416), and do not start again without host run --take-back.
Undo: delete FILE; after --hand-over, host run --take-back, as long as no other host has taken it.`,
    )
    .action(exportStore);

  group
    .command("import")
    .description(
      "Fill the store with an export, all of it or nothing, check it, and use that store from now on.",
    )
    .argument("<file>", "the export; - is standard input")
    .option(
      "--store <store>",
      "sqlite, or postgres://user@server/database (default: the one the host used last)",
    )
    .option("--replace", "drop what the store has")
    .option("--copy", "take an export that was made without --hand-over; no host may serve from that store")
    .addOption(dataOption("host"))
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Changes: the store, once all is in it and was read back; nothing when anything fails. The host keeps its own key and
licence.
Undo: what --replace dropped cannot be brought back: export it first. The store that the host used before is as it was.`,
    )
    .action(importStore);

  group
    .command("move")
    .description(
      "Move the store of this host, which is stopped, between SQLite and PostgreSQL without a file.",
    )
    .requiredOption("--to <store>", "sqlite, or postgres://user@server/database")
    .option("--replace", "drop what the store there has")
    .addOption(dataOption("host"))
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nChanges: the store there, once all is in it and was read back; the one here is kept and marked as handed over.\nUndo: muster host run --take-back --store STORE with the one before; what was counted since stays in the new one.",
    )
    .action(moveStore);
}

async function exportStore({ output, handOver = false, data, json }: ExportOptions): Promise<void> {
  const file = output ?? exportName(openIdentity(data).name);
  const progress = showProgress("exported");
  const { header, census, serving } = await exportHost(data, file, {
    ...doing(progress.onProgress),
    isHandOver: handOver,
  }).finally(progress.done);
  const rows = rowsOf(census.tables);
  const value = { file, host: header.host, name: header.name, handedOver: header.handedOver, rows };
  const names = serving.map(({ name }) => name).join(", ");
  const text = fields([
    ["Export", `${file}${file === STANDARD ? "" : " (read again and whole)"}`],
    ["Host", `${header.name} (${header.host})`],
    ["Machines", rows.machine],
    ["Events", rows.event],
  ]);
  const outlook = header.handedOver
    ? "The hosts of this store are quiet, and do not start again without --take-back.\nNext: on the new host, " +
      `muster host import ${file}`
    : names === ""
      ? "No host serves from this store now; keep it so once another one has taken this file."
      : `${names} goes on serving, so this is a copy: two hosts that count from it would each have a part of the machines. To let another host take over, export with --hand-over.`;
  // Standard output may be the export.
  const show = file === STANDARD ? printBeside : print;
  show(json, { ...value, serving }, `${text}\n${outlook}`);
}

async function importStore(file: string, { store, replace, copy, data, json }: ImportOptions): Promise<void> {
  const progress = showProgress("written, then read back");
  const imported = await importHost(data, file, {
    ...doing(progress.onProgress),
    store,
    isReplacing: replace ?? false,
    isCopy: copy ?? false,
  }).finally(progress.done);
  const { header } = imported;
  const warning = header.handedOver
    ? ""
    : `\nThis is a copy: see that no host serves from the store of ${header.name} any more, or two hosts each count a part of the machines.`;
  print(json, asJson(imported), `${importedText(imported)}${warning}\nNext: muster host run --data ${data}`);
}

async function moveStore({ to, replace, data, json }: MoveOptions): Promise<void> {
  const progress = showProgress("written, then read back");
  const moved = await moveHost(data, to, {
    ...doing(progress.onProgress),
    isReplacing: replace ?? false,
  }).finally(progress.done);
  print(
    json,
    { from: moved.from, ...asJson(moved) },
    `${importedText(moved)}\n${moved.from} is kept and marked as handed over; remove it when you no longer want it.\nNext: muster host run --data ${data}`,
  );
}

function doing(onProgress: OnProgress) {
  return { by: accountName(), clock: Date.now, onProgress };
}

function asJson({ header, census, store, replaced, applications }: Imported) {
  const { host, name, handedOver, time } = header;
  const created = new Date(time).toISOString();
  const rows = rowsOf(census.tables);
  return { store, host, name, handedOver, created, rows, replaced, applications, verified: true };
}

function importedText({ header, census, store, replaced, applications }: Imported): string {
  const rows = TABLE_NAMES.map((name) => [
    name,
    String(census.tables[name].rows),
    census.tables[name].sha256.slice(0, 16),
    "same",
  ]);
  return [
    fields([
      ["Store", store],
      ["From", `${header.name} (${header.host}), as it was on ${new Date(header.time).toISOString()}`],
      ["Dropped", replaced === 0 ? undefined : `${replaced} machines that were there`],
    ]),
    "",
    table(["Table", "Rows", "SHA-256", "Read back"], rows),
    "",
    ...applications.map(countLine),
    "verified: rows, checksums and counts of the store are those of the export.",
  ].join("\n");
}

function countLine({ id, name, exported, imported, now }: ImportedCount): string {
  if (name === undefined) return `Count of ${id}: ${exported} before; it is not in this host's catalogue.`;
  const later = now === imported ? "" : `, ${now} now: the others have left the count window since`;
  return `Count of ${name}: ${exported} before, ${imported} after${later}`;
}

function rowsOf(tables: Readonly<Record<string, { readonly rows: number }>>): Record<string, number> {
  return Object.fromEntries(Object.entries(tables).map(([name, { rows }]) => [name, rows]));
}

/** A file name for an export that is made now, `muster-kms01-20261122T064400Z.store.gz`. */
function exportName(host: string): string {
  return backupName(host, Date.now()).replace(/\.tar\.gz$/, ".store.gz");
}

/** A line on a terminal that tells how far it has come; nothing where nobody watches. */
function showProgress(what: string): { onProgress: OnProgress; done(): void } {
  const { stderr } = process;
  if (!stderr.isTTY) return { onProgress: () => {}, done: () => {} };
  const update = createLogUpdate(stderr);
  let next = performance.now() + EVERY;
  return {
    onProgress(done, total) {
      const now = performance.now();
      if (now < next) return;
      next = now + EVERY;
      const percent = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 100;
      update(`${percent} % of ${total} rows ${what}`);
    },
    done() {
      update.clear();
      // Gives the cursor back.
      update.done();
    },
  };
}
