import type { Logger } from "pino";
import type { HostSettings } from "./settings.ts";
import type { Situation } from "./situation.ts";

/** Says in the log what is different in a host's situation: its licence, its catalogue, its settings. */
export function logChanges(log: Logger, before: Situation, after: Situation): void {
  if (before.grant.licenseToken !== after.grant.licenseToken) {
    const { expires } = after.grant.license ?? {};
    const until = expires === undefined ? undefined : new Date(expires).toISOString();
    log.info({ until }, until ? "The host has another licence." : "The host licence was taken away.");
  }
  if (before.grant.catalogue.issued !== after.grant.catalogue.issued) {
    log.info({ products: after.grant.products.size }, "The host has another catalogue.");
  }
  for (const name of Object.keys(after.settings) as (keyof HostSettings)[]) {
    const [from, to] = [before.settings[name], after.settings[name]];
    if (from !== to) log.info({ setting: name, from, to }, "A setting was changed.");
  }
}
