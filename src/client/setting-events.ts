import { eventInfo, type LoggedEvent } from "../protocol/events.ts";
import type { ClientState } from "./state.ts";
import { formatTarget, type Target } from "./target.ts";

/** What was changed on a client, as event 12403 tells it; "none" where there is nothing. */
export interface SettingChange {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** What differs between two states in what an administrator sets; of a key the last five characters. */
export function changedSettings(before: ClientState, after: ClientState): SettingChange[] {
  const products = [...new Set([...Object.keys(before.products), ...Object.keys(after.products)])];
  const keyOf = ({ products: all }: ClientState, id: string) => all[id]?.key?.partial ?? "none";
  const all: SettingChange[] = [
    { name: "registered-host", from: place(before), to: place(after) },
    { name: "lookup-domain", from: domain(before), to: domain(after) },
    { name: "host-caching", from: caching(before), to: caching(after) },
    ...products.map((id) => ({ name: `product-key ${id}`, from: keyOf(before, id), to: keyOf(after, id) })),
    ...(before.rearms === after.rearms ? [] : [{ name: "cmid", from: before.cmid ?? "none", to: "none" }]),
  ];
  return all.filter(({ name, from, to }) => name === "cmid" || from !== to);
}

/** The events of these changes, made by `by` on the machine of this name. */
export function settingEvents(
  changes: readonly SettingChange[],
  { by, machine, now }: { by: string; machine: string; now: number },
): LoggedEvent[] {
  return changes.map((change) => ({
    time: now,
    id: 12403,
    machine,
    info: eventInfo(12403, { ...change, by: by.replace(/[,\s]+/g, " ") }),
  }));
}

function place({ settings: { registeredHost } }: ClientState): string {
  return registeredHost === undefined ? "none" : url(registeredHost);
}

function url(target: Target): string {
  return `${target.secure ? "https://" : ""}${formatTarget(target)}`;
}

function domain({ settings }: ClientState): string {
  return settings.lookupDomain ?? "none";
}

function caching({ settings }: ClientState): string {
  return settings.hostCaching ? "on" : "off";
}
