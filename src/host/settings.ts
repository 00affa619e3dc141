import { DEFAULT_PORT } from "../protocol/messages.ts";
import { problem } from "../protocol/problems.ts";
import type { DuplicatePolicy } from "./decide.ts";
import type { SettingName, Store } from "./store.ts";

/** How a host behaves where the product's policy leaves it a choice. */
export interface HostSettings {
  /** Minutes, told to every client instead of the product's own; undefined leaves it to the product. */
  readonly activationInterval: number | undefined;
  /** Minutes, likewise. */
  readonly renewalInterval: number | undefined;
  readonly port: number;
  readonly dnsPublishing: boolean;
  readonly priority: "normal" | "low";
  readonly duplicates: DuplicatePolicy;
  /** The most the event log may take, in megabytes. */
  readonly eventLogSize: number;
  /** Machines not seen for so many days are forgotten. */
  readonly retentionDays: number;
}

const INTERVAL: Kind<number | undefined> = {
  fallback: undefined,
  expects: "a number of minutes from 15 to 43200",
  bounds: [15, 43_200],
  read: (text) => wholeNumber(text, 15, 43_200),
};

const KINDS = {
  "activation-interval": INTERVAL,
  "renewal-interval": INTERVAL,
  port: {
    fallback: DEFAULT_PORT,
    expects: "a port from 0 to 65535",
    bounds: [0, 65_535],
    read: (text) => wholeNumber(text, 0, 65_535),
  },
  "dns-publishing": {
    fallback: true,
    expects: "on or off",
    choices: ["on", "off"],
    read: (text) => choice(text, { on: true, off: false }),
  },
  priority: {
    fallback: "normal",
    expects: "normal or low",
    choices: ["normal", "low"],
    read: (text) => choice(text, { normal: "normal", low: "low" } as const),
  },
  duplicates: {
    fallback: "report",
    expects: "report or rearm",
    choices: ["report", "rearm"],
    read: (text) => choice(text, { report: "report", rearm: "rearm" } as const),
  },
  "event-log-size": {
    // The size that Windows gives the log of its KMS host.
    fallback: 20,
    expects: "a number of megabytes from 1 to 10000",
    bounds: [1, 10_000],
    read: (text) => wholeNumber(text, 1, 10_000),
  },
  "retention-days": {
    fallback: 365,
    expects: "a number of days from 1 to 36500",
    bounds: [1, 36_500],
    read: (text) => wholeNumber(text, 1, 36_500),
  },
} as const satisfies Record<SettingName, Kind<unknown>>;

interface Kind<T> {
  readonly fallback: T;
  /** What a valid value looks like, for the error message. */
  readonly expects: string;
  /** The values there are, when they are words. */
  readonly choices?: readonly string[];
  /** The least and the most, when it is a number. */
  readonly bounds?: readonly [least: number, most: number];
  readonly read: (text: string) => T | undefined;
}

/** The settings in force: what the store holds, the defaults for the rest. */
export async function readSettings(store: Store): Promise<HostSettings> {
  return {
    activationInterval: await setting(store, "activation-interval"),
    renewalInterval: await setting(store, "renewal-interval"),
    port: await setting(store, "port"),
    dnsPublishing: await setting(store, "dns-publishing"),
    priority: await setting(store, "priority"),
    duplicates: await setting(store, "duplicates"),
    eventLogSize: await setting(store, "event-log-size"),
    retentionDays: await setting(store, "retention-days"),
  };
}

/** Every setting, for those who list or check them. */
export const SETTING_NAMES = Object.keys(KINDS) as SettingName[];

/** What commands and events call a setting that leaves it to each product. */
export const DEFAULT_VALUE = "default";

/** The value of a setting when none is stored, as it would be given: "on", "1688"; "default" leaves it to the product. */
export function defaultText(name: SettingName): string {
  const { fallback } = KINDS[name];
  return fallback === true ? "on" : String(fallback ?? DEFAULT_VALUE);
}

/** A setting with what is in force, and what a value of it looks like in words. */
export interface ListedSetting {
  readonly name: SettingName;
  readonly value: string;
  readonly default: string;
  readonly isDefault: boolean;
  readonly expects: string;
}

/** Each setting with what is in force, and what a value of it looks like in words. */
export async function listSettings(store: Pick<Store, "setting">): Promise<ListedSetting[]> {
  return Promise.all(
    SETTING_NAMES.map(async (name) => {
      const stored = await store.setting(name);
      const fallback = defaultText(name);
      const isDefault = stored === undefined;
      return { name, value: stored ?? fallback, default: fallback, isDefault, expects: KINDS[name].expects };
    }),
  );
}

/** The values that a setting takes: its words, or its least and most number. */
export function settingValues(name: SettingName): {
  readonly choices?: readonly string[];
  readonly least?: number;
  readonly most?: number;
} {
  const { choices, bounds }: Kind<unknown> = KINDS[name];
  return {
    ...(choices === undefined ? {} : { choices }),
    ...(bounds === undefined ? {} : { least: bounds[0], most: bounds[1] }),
  };
}

/** Throws BAD_INPUT when this is no value for the setting. */
export function checkSetting(name: SettingName, text: string): void {
  const { read, expects } = KINDS[name];
  if (read(text) === undefined) throw problem("BAD_INPUT", `${name} must be ${expects}, not '${text}'.`);
}

async function setting<Name extends SettingName>(
  store: Store,
  name: Name,
): Promise<(typeof KINDS)[Name]["fallback"] | NonNullable<ReturnType<(typeof KINDS)[Name]["read"]>>> {
  const text = await store.setting(name);
  const { read, fallback } = KINDS[name];
  return ((text === undefined ? undefined : read(text)) ?? fallback) as never;
}

function wholeNumber(text: string, least: number, most: number): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= least && value <= most ? value : undefined;
}

function choice<T>(text: string, values: Record<string, T>): T | undefined {
  return Object.hasOwn(values, text) ? values[text] : undefined;
}
