import { MAX_DOCUMENT } from "../../protocol/jws.ts";
import { partialKey } from "../../protocol/keys.ts";
import { formatTime } from "../../protocol/time.ts";
import type { Entry, EntryDetail, EntryFilter } from "../../vendor/entries.ts";
import { readBounded } from "../../vendor/files.ts";
import type { Vendor } from "../../vendor/vendor.ts";
import { fields, print, table } from "../output.ts";

type UsageDetail = Extract<EntryDetail, { action: "usage-report" }>;

/** `muster vendor ledger --import FILE`. */
export async function importUsage(
  vendor: Vendor,
  file: string,
  { json }: { json?: boolean | undefined },
): Promise<void> {
  const { kind, report, name, customer } = await vendor.importUsage(
    readBounded(file, MAX_DOCUMENT),
    Date.now(),
  );
  const { host, from, to, list, issued, ...figures } = report;
  const period = { from: formatTime(from), to: formatTime(to) };
  const value = { kind, host, name, customer, ...figures, ...period, listed: list?.length };
  const text = fields([
    ["Host", `${name} (${host})`],
    ["Customer", customer],
    ["Result", kind === "import" ? "taken in" : "was taken in before; nothing was changed"],
    ["Host key", `…${report.partialKey}`],
    ["Period", `${period.from} to ${period.to}`],
    ["Usage", usageText({ ...figures, to })],
    ["Unique machines", report.machines],
    ["Machines listed", list?.length],
  ]);
  print(json, value, text);
}

/** `muster vendor ledger --usage`: the newest report of each host. */
export function showUsage(
  vendor: Vendor,
  { customer, key, since, json }: EntryFilter & { json?: boolean | undefined },
): void {
  const newest = new Map<string, Entry & { detail: UsageDetail }>();
  for (const entry of vendor.entries({ customer, key, since })) {
    const { detail } = entry;
    if (detail.action !== "usage-report") continue;
    const known = newest.get(detail.host);
    if (known === undefined || known.detail.to <= detail.to) newest.set(detail.host, { ...entry, detail });
  }
  const entries = [...newest.values()];
  const rows = entries.map(({ customer: owner, key: from, detail }) => [
    detail.name,
    owner ?? "",
    from === undefined ? "" : partialKey(from.text),
    formatTime(detail.to),
    String(detail.leased),
    String(detail.peak),
    String(detail.seats ?? "no limit"),
    String(detail.overageDays),
  ]);
  const headings = ["Host", "Customer", "Key", "Until", "Leased", "Peak", "Seats", "Days above"];
  const text =
    rows.length > 0
      ? table(headings, rows)
      : "No host has reported its usage; a customer sends what muster host report writes.";
  const values = entries.map(({ customer: owner, key: from, detail: { action: _, ...rest } }) => ({
    ...rest,
    from: formatTime(rest.from),
    to: formatTime(rest.to),
    customer: owner,
    partialKey: from && partialKey(from.text),
  }));
  print(json, { usage: values }, text);
}

/** Usage against seats in a few words. */
export function usageText({
  leased,
  peak,
  seats,
  overageDays,
  to,
}: Pick<UsageDetail, "leased" | "peak" | "overageDays" | "to"> & { seats?: number | undefined }): string {
  const of = seats === undefined ? "no seat limit" : `${seats} seats`;
  const above = overageDays === 0 ? "" : `, ${overageDays} ${overageDays === 1 ? "day" : "days"} above`;
  return `${leased} leased (peak ${peak}) of ${of}${above}; until ${formatTime(to).slice(0, 10)}`;
}
