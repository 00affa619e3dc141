import type { Command } from "commander";
import { backupHost } from "../host/backup/backup.ts";
import { restoreHost } from "../host/backup/restore.ts";
import { fields, print } from "./output.ts";
import { dataOption } from "./settings.ts";

/** Adds `muster host backup` and `muster host restore`. */
export function addBackup(group: Command): void {
  group
    .command("backup")
    .description("Back the host up to one file, running or not: store, key, licence, catalogue, settings.")
    .argument("<file>", "where it goes, such as kms01.tar.gz")
    .addOption(dataOption("host"))
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nChanges: FILE, of mode 0600. It holds the host's key, so keep it as secret as the host.\nUndo: delete FILE.",
    )
    .action(async (file: string, { data, json }: { data: string; json?: boolean }) => {
      const { file: written, bytes, manifest } = await backupHost(data, file, Date.now());
      const { host, name, created, rows } = manifest;
      print(
        json,
        { file: written, bytes, host, name, created, rows },
        `${fields([
          ["Backup", `${written} (${bytes} bytes, read again and whole)`],
          ["Host", `${name} (${host})`],
          ...contents(rows),
        ])}\nNext: keep it off this machine; muster host restore ${file} --data DIR puts it back.`,
      );
    });

  group
    .command("restore")
    .description("Put a backup into a folder, after checking all of it.")
    .argument("<file>", "the backup")
    .option("--force", "replace the host that is there; its folder is kept beside")
    .addOption(dataOption("host"))
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nChanges: the folder, once the backup has proved whole; nothing when anything fails.\nUndo: delete the folder; with --force the one before is kept beside, under a name that the command prints.",
    )
    .action(async (file: string, options: { force?: boolean; data: string; json?: boolean }) => {
      const { force = false, data, json } = options;
      const { manifest, replaced } = await restoreHost(file, data, { force, now: Date.now() });
      const { host, name, created, rows } = manifest;
      print(
        json,
        { data, host, name, created, rows, replaced },
        `${fields([
          ["Restored", `${data}, as it was on ${created}`],
          ["Host", `${name} (${host})`],
          ...contents(rows),
          ["Before", replaced && `kept in ${replaced}`],
        ])}\nNext: muster host run --data ${data}`,
      );
    });
}

function contents(rows: Record<string, number>): [string, number][] {
  return [
    ["Machines", rows.machine ?? 0],
    ["Events", rows.event ?? 0],
  ];
}
