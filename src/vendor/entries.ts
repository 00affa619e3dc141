import type { Database } from "bun:sqlite";
import type { Overage } from "../protocol/host-license.ts";
import type { KeyKind } from "../protocol/keys.ts";
import type { Policy } from "../protocol/policy.ts";
import { readKeyText } from "./keys.ts";

/** What an entry of the ledger tells: who got what. Times are milliseconds since the epoch. */
export type EntryDetail =
  | { readonly action: "vendor"; readonly name: string }
  | {
      readonly action: "product" | "product-change";
      readonly product: string;
      readonly name: string;
      readonly application: string;
      readonly policy: Policy;
    }
  | { readonly action: "setup-key"; readonly product: string; readonly name: string }
  | {
      readonly action: "host-key";
      readonly application?: string;
      readonly products: readonly string[];
      readonly seats?: number;
      readonly overage: Overage;
      readonly days: number;
      readonly hosts: number;
      readonly activations: number;
    }
  | {
      readonly action: "host-license";
      readonly kind: "activation" | "renewal";
      readonly host: string;
      readonly name: string;
      readonly hostNumber: number;
      readonly hosts: number;
      readonly activation: number;
      readonly activations: number;
      readonly expires: number;
    }
  | {
      readonly action: "mak";
      readonly product: string;
      readonly name: string;
      readonly activations: number;
    }
  | {
      readonly action: "vendor-lease";
      readonly product: string;
      readonly cmid: string;
      readonly name: string;
      readonly activation: number;
      readonly activations: number;
    }
  | {
      readonly action: "usage-report";
      readonly host: string;
      readonly name: string;
      readonly from: number;
      readonly to: number;
      readonly leased: number;
      readonly peak: number;
      readonly machines: number;
      readonly seats?: number;
      readonly overageDays: number;
    }
  | { readonly action: "blocked" | "restored" };

/** One entry: written in the transaction of what it tells of, never changed. */
export interface Entry {
  readonly row: number;
  readonly time: number;
  readonly customer: string | undefined;
  readonly key: { readonly kind: KeyKind; readonly text: string } | undefined;
  readonly detail: EntryDetail;
}

/** Which entries to show; a filter that is left out lets all pass. */
export interface EntryFilter {
  /** A customer's whole name, in either case. */
  readonly customer?: string | undefined;
  /** A key, or its last five characters. */
  readonly key?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly since?: number | undefined;
}

interface EntryRow {
  readonly row: number;
  readonly time: number;
  readonly action: string;
  readonly detail: string;
  readonly customer: string | null;
  readonly kind: KeyKind | null;
  readonly text: string | null;
}

/** Writes an entry, about a key where there is one. */
export function addEntry(
  database: Database,
  key: number | undefined,
  detail: EntryDetail,
  now: number,
): void {
  const { action, ...rest } = detail;
  database
    .query<null, [number, string, number | null, string]>(
      "INSERT INTO entry (time, action, key, detail) VALUES (?, ?, ?, ?)",
    )
    .run(now, action, key ?? null, JSON.stringify(rest));
}

/** The entries that pass the filter, oldest first. Throws KEY_INVALID when the filter's key is none. */
export function listEntries(database: Database, filter: EntryFilter): Entry[] {
  const key = filter.key === undefined ? undefined : readKeyText(filter.key);
  return database
    .query<EntryRow, [number, string | null, string | null, string | null]>(
      `SELECT entry.row, entry.time, entry.action, entry.detail, key.customer, key.kind, key.text
       FROM entry LEFT JOIN key ON key.row = entry.key
       WHERE entry.time >= ?1 AND (?2 IS NULL OR key.customer = ?2 COLLATE NOCASE)
         AND (?3 IS NULL OR key.text = ?3) AND (?4 IS NULL OR substr(key.text, -5) = ?4)
       ORDER BY entry.row`,
    )
    .all(
      filter.since ?? 0,
      filter.customer ?? null,
      key && "whole" in key ? key.whole : null,
      key && "partial" in key ? key.partial : null,
    )
    .map(({ row, time, action, detail, customer, kind, text }) => ({
      row,
      time,
      customer: customer ?? undefined,
      key: kind === null || text === null ? undefined : { kind, text },
      detail: { action, ...JSON.parse(detail) } as EntryDetail,
    }));
}
