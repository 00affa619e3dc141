import type { Collector } from "../collector.ts";
import type { Origin } from "../model.ts";
import { fact, type WholeLine } from "./line.ts";
import { hostName } from "./values.ts";

/** What slmgr says that it has set or cleared. */
export interface Setting {
  /** The registry's name of what a client is told; `""` for what no cause goes by. */
  readonly name: "" | "KeyManagementServiceName" | "KeyManagementServiceLookupDomain";
  /** `""` when it was cleared. */
  readonly value: string;
}

const KEY = "software\\microsoft\\windows nt\\currentversion\\softwareprotectionplatform";

const OTHERS =
  /^(?:KMS port set to \d|KMS priority set to |DNS publishing (?:en|dis)abled$|KMS host caching is (?:en|dis)abled$|Volume (?:activation|renewal) interval set to \d|Volume activation type (?:set to|cleared)|Installed product key |Uninstalled product key successfully|Product key from registry cleared|License file .+ installed successfully|Re-installed |Command completed successfully|Warning: (?:a KMS reboot|Priority can only|Activation interval can only|Renewal interval can only|\/skms setting overrides))/i;

/** What a line of `/skms`, `/ckms`, `/skms-domain`, `/ckms-domain` and the other settings says (slmgr.vbs, in English). */
export function settingOf({ text }: WholeLine): Setting | undefined {
  const line = text.trim();
  const [, what = "", host] =
    /^Key Management Service (machine name|lookup domain) (?:set to (\S{1,300})|cleared) successfully\.?$/i.exec(
      line,
    ) ?? [];
  if (what === "") return OTHERS.test(line) ? { name: "", value: "" } : undefined;
  if (host !== undefined && hostName(host) === undefined) return undefined;
  return {
    name: /^m/i.test(what) ? "KeyManagementServiceName" : "KeyManagementServiceLookupDomain",
    value: host?.toLowerCase() ?? "",
  };
}

/** Keeps a setting as the registry's value that slmgr writes, in the place of what the same file said of it before. */
export function keepSetting(collector: Collector, origin: Origin, line: WholeLine, setting: Setting): void {
  const { name, value } = setting;
  if (name === "") return;
  dropSetting(collector, origin.file, name);
  if (value !== "") collector.registry.push({ origin, key: KEY, name, ...fact(line, value) });
}

/** Forgets what slmgr said of a setting in this file: it was cleared since, or the state shows another. */
export function dropSetting(collector: Collector, file: string, name: Setting["name"]): void {
  const at = collector.registry.findIndex(
    (each) => each.name === name && each.origin.file === file && each.origin.kind.startsWith("slmgr-"),
  );
  if (at >= 0) collector.registry.splice(at, 1);
}
