import type { Database } from "bun:sqlite";
import type { PastLicense } from "./approval.ts";

/** A host licence that the vendor issued, as the ledger keeps it. Times are milliseconds since the epoch. */
export interface IssuedLicense extends PastLicense {
  /** The host's machine name, as it gave it. */
  readonly name: string;
  readonly issued: number;
  /** The licence itself: a compact JWS. */
  readonly token: string;
}

interface LicenseRow extends Omit<IssuedLicense, "publicKey" | "counted"> {
  readonly public_key: string;
  readonly counted: number;
}

/** The licences issued for a key, oldest first. */
export function licensesOf(database: Database, key: number): IssuedLicense[] {
  return database
    .query<LicenseRow, [number]>(
      `SELECT host, name, public_key, request, counted, issued, expires, token
       FROM host_license WHERE key = ? ORDER BY row`,
    )
    .all(key)
    .map(({ public_key, counted, ...rest }) => ({ ...rest, publicKey: public_key, counted: counted === 1 }));
}

/** Adds a licence to those issued for a key. */
export function addLicense(database: Database, key: number, license: IssuedLicense): void {
  const { host, name, publicKey, request, counted, issued, expires, token } = license;
  database
    .query<null, [number, string, string, string, string, number, number, number, string]>(
      `INSERT INTO host_license (key, host, name, public_key, request, counted, issued, expires, token)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(key, host, name, publicKey, request, counted ? 1 : 0, issued, expires, token);
}
