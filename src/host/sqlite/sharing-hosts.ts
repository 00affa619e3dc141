import type { Database } from "bun:sqlite";
import { HOST_KEPT, type HostNote } from "../sharing-hosts.ts";

/** Notes a host, and drops those that were not seen for long. Call it in a transaction. */
export function writeHost(
  database: Database,
  { id, name, url, version, started, lastSeen, stopped }: HostNote,
): void {
  database
    .query<null, [string, string, string, string, number, number, number]>(
      "INSERT OR REPLACE INTO host (id, name, url, version, started, last_seen, stopped) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .run(id, name, url, version, started, lastSeen, stopped);
  database.query<null, [number]>("DELETE FROM host WHERE last_seen < ?").run(lastSeen - HOST_KEPT);
}

/** The hosts that noted themselves. */
export function readHosts(database: Database): HostNote[] {
  return database
    .query<HostNote, []>(
      `SELECT id, name, url, version, started, last_seen AS lastSeen, stopped FROM host ORDER BY name, id`,
    )
    .all();
}
