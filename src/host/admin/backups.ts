import { mkdirSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { backupHost, backupName } from "../backup/backup.ts";
import { route } from "./route.ts";

const backupSchema = z
  .object({
    file: z.string().describe("Its path on the host's machine; mode 0600."),
    bytes: z.int().min(0),
    created: z.iso.datetime(),
    rows: z.record(z.string(), z.int().min(0)).describe("How many rows each table of the store has."),
  })
  .meta({ id: "Backup" });

const makeBackup = route({
  method: "POST",
  path: "/v1/backup",
  summary: "Back the host up, keys included, to a file in the folder backups of its own folder.",
  status: 201,
  takes: {
    body: z.strictObject({
      name: z
        .string()
        .regex(/^[\w-][\w.-]{0,99}$/)
        .optional()
        .describe("The file's name; made from host and time when left out."),
    }),
  },
  gives: backupSchema,
  async handle({ body: { name } }, { folder, identity, clock, log }) {
    const now = clock();
    const backups = join(folder, "backups");
    mkdirSync(backups, { recursive: true, mode: 0o700 });
    const target = join(backups, name ?? backupName(identity.name, now));
    const { file, bytes, manifest } = await backupHost(folder, target, now);
    log.info({ file, bytes }, "The host was backed up.");
    return { file, bytes, created: manifest.created, rows: manifest.rows };
  },
});

/** The calls about backups. */
export const backupRoutes = [makeBackup];
