import type { Database } from "bun:sqlite";
import { createHash } from "node:crypto";
import type { PublicJwk } from "../protocol/jws.ts";
import { Problem, problem } from "../protocol/problems.ts";
import { DAY, formatTime } from "../protocol/time.ts";
import { openUsageReport, peekUsageReport, type UsageReport } from "../protocol/usage-report.ts";
import { addEntry } from "./entries.ts";

/** What an import gave. */
export interface ImportedUsage {
  /** A repeat is a report that the ledger has already. */
  readonly kind: "import" | "repeat";
  readonly report: UsageReport;
  /** The host's machine name, as it gave it when it was licensed. */
  readonly name: string;
  readonly customer: string | undefined;
}

/** A host that this ledger issued licences for, with one of the keys it signs with. */
interface KnownHost {
  readonly key: number;
  readonly name: string;
  readonly publicKey: string;
  readonly customer: string | null;
  readonly seats: number | null;
  /** When it was first licensed with this host key. */
  readonly first: number;
}

/** How far a host's clock may be ahead, in milliseconds. */
const MOST_AHEAD = DAY;
const LONGEST = 3660 * DAY;

/** A report that a host of this ledger signed, and the host. */
export interface VerifiedUsage {
  readonly report: UsageReport;
  readonly host: KnownHost;
  readonly token: string;
}

/**
 * Checks a usage report (a compact JWS) against what the ledger issued: the host has a licence of this host key, the
 * key pair of a licence signed the report, its seats are those that were sold, and its figures and period can be.
 * Throws SIGNATURE_INVALID, BAD_INPUT.
 */
export async function verifyUsage(database: Database, token: string, now: number): Promise<VerifiedUsage> {
  const text = token.trim();
  const claimed = peekUsageReport(text);
  const hosts = hostsOf(database, claimed.host, claimed.partialKey);
  if (hosts.length === 0) {
    throw problem(
      "BAD_INPUT",
      `The report is of the host ${claimed.host} with a host key ending in ${claimed.partialKey}, and this ledger issued no such host licence; ask the customer for the report of a host that you licensed.`,
    );
  }
  const { report, host } = await openWithAny(text, hosts);
  const wrong = implausible(report, host, now);
  if (wrong) throw problem("BAD_INPUT", `This usage report cannot be used: ${wrong}.`);
  return { report, host, token: text };
}

/** Enters a verified report in the ledger, once; to be called inside a transaction. */
export function enterUsage(database: Database, verified: VerifiedUsage, now: number): ImportedUsage {
  const { report, host, token } = verified;
  const result = { report, name: host.name, customer: host.customer ?? undefined };
  const digest = createHash("sha256").update(token).digest("hex");
  const { changes } = database
    .query<null, [number, string, string, number, string, string, number]>(
      `INSERT INTO usage_report (key, host, name, issued, digest, token, imported) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (digest) DO NOTHING`,
    )
    .run(host.key, report.host, host.name, report.issued, digest, token, now);
  if (changes === 0) return { kind: "repeat", ...result };
  const { from, to, leased, peak, machines, seats, overageDays } = report;
  const figures = { leased, peak, machines, ...(seats !== undefined && { seats }), overageDays };
  const detail = { host: report.host, name: host.name, from, to, ...figures };
  addEntry(database, host.key, { action: "usage-report", ...detail }, now);
  return { kind: "import", ...result };
}

/** A host set up again has another key pair; the newest is the likeliest. */
async function openWithAny(
  token: string,
  hosts: readonly KnownHost[],
): Promise<{ report: UsageReport; host: KnownHost }> {
  let failure: unknown;
  for (const host of hosts) {
    const key: PublicJwk = { kty: "OKP", crv: "Ed25519", x: host.publicKey };
    try {
      return { report: await openUsageReport(token, key), host };
    } catch (error) {
      if (!(error instanceof Problem) || error.name !== "SIGNATURE_INVALID") throw error;
      failure = error;
    }
  }
  throw failure;
}

function hostsOf(database: Database, host: string, partialKey: string): KnownHost[] {
  return database
    .query<KnownHost, [string, string]>(
      `SELECT key.row AS key, host_license.name, host_license.public_key AS publicKey, key.customer, host_key.seats,
         min(host_license.issued) AS first
       FROM host_license JOIN key ON key.row = host_license.key JOIN host_key ON host_key.key = key.row
       WHERE host_license.host = ? AND substr(key.text, -5) = ?
       GROUP BY key.row, host_license.public_key ORDER BY max(host_license.row) DESC`,
    )
    .all(host, partialKey);
}

/** Why a report's figures cannot be, as the end of a sentence; undefined when they can. */
function implausible(report: UsageReport, { seats, first }: KnownHost, now: number): string | undefined {
  const { issued, from, to, leased, peak, overageDays, products } = report;
  const days = Math.floor(to / DAY) - Math.floor(from / DAY) + 1;
  if (from >= to || to - from > LONGEST) return "its period has no length that can be";
  if (to > issued || issued > now + MOST_AHEAD)
    return `it covers time until ${formatTime(to)}, which has not passed; check the clocks of both`;
  if (to < first - MOST_AHEAD) return "its period ends before the host was licensed";
  if (report.seats !== (seats ?? undefined))
    return `it names ${report.seats ?? "no"} seats, and ${seats ?? "none"} were licensed`;
  const isAbove = report.seats !== undefined && peak > report.seats;
  if (peak < leased || overageDays > days || (overageDays > 0 && !isAbove))
    return "its figures contradict each other";
  if (products.some((product) => product.leased > peak)) return "its figures contradict each other";
  return undefined;
}
