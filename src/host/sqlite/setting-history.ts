import type { Database } from "bun:sqlite";
import type { SettingHistory, SettingName } from "../store.ts";

/** Keeps what a setting was and who changed it. Call it in the transaction of the change. */
export function writeSettingChange(
  database: Database,
  { name, before = null, time, by }: Omit<SettingHistory, "before"> & { before?: string | null | undefined },
): void {
  database
    .query<null, [string, string | null, number, string]>(
      "INSERT OR REPLACE INTO setting_change (name, before, time, changed_by) VALUES (?, ?, ?, ?)",
    )
    .run(name, before, time, by);
}

/** The last change of each setting. */
export function readSettingHistory(database: Database): SettingHistory[] {
  return database
    .query<{ name: string; before: string | null; time: number; by: string }, []>(
      "SELECT name, before, time, changed_by AS by FROM setting_change ORDER BY name",
    )
    .all()
    .map(({ name, before, ...rest }) => ({
      name: name as SettingName,
      before: before ?? undefined,
      ...rest,
    }));
}
