import type { Settings } from "../api-types.ts";
import type { en } from "../words/en/settings.ts";

/** One setting, as the API gives it. */
export type Setting = Settings["settings"][number];

/** A value of a setting as a person reads it. */
export function shown(words: Pick<typeof en, "choices" | "units">, name: string, value: string): string {
  return words.choices[value] ?? words.units[name]?.(value) ?? value;
}
