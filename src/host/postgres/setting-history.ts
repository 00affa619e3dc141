import type { SettingHistory, SettingName } from "../store.ts";
import type { PostgresDatabase, Transaction } from "./database.ts";

/** Keeps what a setting was and who changed it, with the transaction of the change. */
export function writeSettingChange(
  { last }: Pick<Transaction, "last">,
  { name, before, time, by }: SettingHistory,
): void {
  last(
    `INSERT INTO setting_change (name, before, time, changed_by) VALUES ($1, $2, $3, $4)
     ON CONFLICT (name) DO UPDATE SET before = excluded.before, time = excluded.time, changed_by = excluded.changed_by`,
    [name, before ?? null, time, by],
  );
}

/** The last change of each setting. */
export async function readSettingHistory(database: PostgresDatabase): Promise<SettingHistory[]> {
  const rows = await database.read<{ name: string; before: string | null; time: number; by: string }>(
    "SELECT name, before, time::float8 AS time, changed_by AS by FROM setting_change ORDER BY name",
    [],
  );
  return rows.map(({ name, before, ...rest }) => {
    return { name: name as SettingName, before: before ?? undefined, ...rest };
  });
}
