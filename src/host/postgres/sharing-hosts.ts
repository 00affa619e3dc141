import { HOST_KEPT, type HostNote } from "../sharing-hosts.ts";
import type { PostgresDatabase, Transaction } from "./database.ts";

/** Notes a host, and drops those that were not seen for long. */
export function writeHost(
  { last }: Pick<Transaction, "last">,
  { id, name, url, version, started, lastSeen, stopped }: HostNote,
): void {
  last(
    `INSERT INTO host (id, name, url, version, started, last_seen, stopped) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, url = excluded.url, version = excluded.version,
       started = excluded.started, last_seen = excluded.last_seen, stopped = excluded.stopped`,
    [id, name, url, version, started, lastSeen, stopped],
  );
  last("DELETE FROM host WHERE last_seen < $1", [lastSeen - HOST_KEPT]);
}

/** The hosts that noted themselves. */
export async function readHosts(database: PostgresDatabase): Promise<HostNote[]> {
  return database.read<HostNote>(
    `SELECT id, name, url, version, started::float8 AS started, last_seen::float8 AS "lastSeen",
       stopped::float8 AS stopped FROM host ORDER BY name, id`,
    [],
  );
}
