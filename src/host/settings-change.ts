import { eventInfo } from "../protocol/events.ts";
import { problem } from "../protocol/problems.ts";
import { checkSetting, DEFAULT_VALUE, defaultText, SETTING_NAMES } from "./settings.ts";
import type { SettingName, Store } from "./store.ts";

/** What a setting was and is, as commands and events print it; an interval that is left to the products is "default". */
export interface SettingChange {
  readonly name: SettingName;
  readonly from: string;
  readonly to: string;
}

/**
 * Changes a setting of a host, and leaves event 12402 in the same transaction; a value that is in force already
 * changes nothing and leaves none. `undefined` and "default" take the stored value away. `by` says who did it. A
 * running host follows within a second. Throws BAD_INPUT, STORE_UNAVAILABLE.
 */
export async function changeSetting(
  store: Store,
  name: string,
  value: string | undefined,
  by: string,
  now: number,
): Promise<SettingChange> {
  const setting = knownSetting(name);
  const stored = value === DEFAULT_VALUE ? undefined : value;
  if (stored !== undefined) checkSetting(setting, stored);
  const to = stored ?? defaultText(setting);
  let from = to;
  const tell = (before: string | undefined) => {
    from = before ?? defaultText(setting);
    if (from === to) return [];
    const info = eventInfo(12402, { name: setting, from, to, by: oneField(by) });
    return [{ id: 12402, cmid: undefined, info } as const];
  };
  await store.changeSetting(setting, stored, tell, now, oneField(by));
  return { name: setting, from, to };
}

/** The setting of this name. Throws BAD_INPUT when there is none. */
function knownSetting(name: string): SettingName {
  const setting = SETTING_NAMES.find((known) => known === name);
  if (setting !== undefined) return setting;
  throw problem("BAD_INPUT", `There is no setting ${name}; there are ${SETTING_NAMES.join(", ")}.`);
}

/** A text as one field of an event: commas and line ends separate fields and events. */
export function oneField(text: string): string {
  return text.replace(/[,\s]+/g, " ").trim() || "unknown";
}
