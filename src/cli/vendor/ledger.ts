import type { Command } from "commander";
import { partialKey } from "../../protocol/keys.ts";
import { formatTime } from "../../protocol/time.ts";
import type { Entry, EntryDetail } from "../../vendor/entries.ts";
import { print, table } from "../output.ts";
import { sinceTime } from "../since.ts";
import { importUsage, showUsage, usageText } from "./usage.ts";
import { type Common, verb, withVendor } from "./verb.ts";

interface LedgerOptions extends Common {
  readonly customer?: string;
  readonly key?: string;
  readonly since?: number;
  readonly showKeys?: true;
  readonly import?: string;
  readonly usage?: true;
}

const ACTIONS: Record<EntryDetail["action"], string> = {
  vendor: "vendor made",
  product: "product",
  "product-change": "product changed",
  "setup-key": "setup key",
  "host-key": "host key",
  "host-license": "host licence",
  mak: "MAK",
  "vendor-lease": "MAK lease",
  "usage-report": "usage",
  blocked: "key blocked",
  restored: "key restored",
};

/** Adds `muster vendor ledger`. */
export function addLedger(group: Command): void {
  verb(
    group,
    "ledger",
    "show what was issued, to whom and when, and what hosts reported of their usage",
    "nothing; with --import the ledger, which keeps the report.",
  )
    .option("--customer <name>", "only what this customer got")
    .option("--key <key>", "only what came of this key (or of keys that end in these five characters)")
    .option("--since <time>", "only from then on: 7d, 12h, 2026-11-22 or a timestamp", (text) =>
      sinceTime(text, Date.now()),
    )
    .option("--show-keys", "show whole keys, the secret ones too (default: their last five characters)")
    .option("--import <file>", "take in a usage report of a host (muster host report); '-' is standard input")
    .option("--usage", "show the newest usage report of each host, against its seats")
    .action((options: LedgerOptions) =>
      withVendor(options.data, async (vendor) => {
        if (options.import !== undefined) return await importUsage(vendor, options.import, options);
        if (options.usage) return showUsage(vendor, options);
        const { customer, key, since, showKeys, json } = options;
        const entries = vendor.entries({ customer, key, since });
        const names = new Map(vendor.catalogue().products.map(({ id, name }) => [id, name]));
        const spell = (text: string) => (showKeys ? text : partialKey(text));
        const rows = entries.map((entry) => [
          formatTime(entry.time),
          ACTIONS[entry.detail.action],
          entry.customer ?? "",
          entry.key ? spell(entry.key.text) : "",
          what(entry.detail, names),
        ]);
        const headings = ["Time", "Entry", "Customer", "Key", "What"];
        const text = rows.length > 0 ? table(headings, rows) : "The ledger has no such entries.";
        print(json, { entries: entries.map((entry) => entryValue(entry, spell)) }, text);
      }),
    );
}

function entryValue({ row, time, customer, key, detail }: Entry, spell: (text: string) => string) {
  const { action, ...rest } = detail;
  const expires = "expires" in detail ? { expires: formatTime(detail.expires) } : {};
  const period = "from" in detail ? { from: formatTime(detail.from), to: formatTime(detail.to) } : {};
  return {
    row,
    time: formatTime(time),
    action,
    customer,
    ...(key && { key: spell(key.text), keyKind: key.kind }),
    ...rest,
    ...expires,
    ...period,
  };
}

function what(detail: EntryDetail, names: Map<string, string>): string {
  switch (detail.action) {
    case "vendor":
      return detail.name;
    case "product":
    case "product-change":
      return `${detail.name}, required count ${detail.policy.required} (${detail.product})`;
    case "setup-key":
      return detail.name;
    case "mak":
      return `${detail.name}; ${detail.activations} activations`;
    case "vendor-lease":
      return `${detail.name}: activation ${detail.activation} of ${detail.activations} (${detail.cmid})`;
    case "blocked":
    case "restored":
      return "";
    case "host-key": {
      const covered = detail.products.map((id) => names.get(id) ?? id).join(", ");
      const seats =
        detail.seats === undefined ? "no seat limit" : `${detail.seats} seats (overage: ${detail.overage})`;
      return `${covered}; ${seats}; ${detail.hosts} hosts, ${detail.activations} activations each; ${detail.days} days`;
    }
    case "usage-report":
      return `${detail.name}: ${usageText(detail)} (${detail.host})`;
    case "host-license": {
      const use =
        detail.kind === "renewal"
          ? "renewal"
          : `activation ${detail.activation} of ${detail.activations}, host ${detail.hostNumber} of ${detail.hosts}`;
      return `${detail.name}: ${use}; until ${formatTime(detail.expires).slice(0, 10)} (${detail.host})`;
    }
  }
}
