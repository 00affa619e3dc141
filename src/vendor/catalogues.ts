import type { Database } from "bun:sqlite";
import { catalogueClaims, checkCatalogue } from "../protocol/catalogue.ts";
import { MAX_DOCUMENT } from "../protocol/jws.ts";
import { problem } from "../protocol/problems.ts";
import { readIfThere, writeAtomically } from "./files.ts";
import type { Ledger } from "./ledger.ts";
import { readCatalogue } from "./products.ts";
import type { SigningKey } from "./signing-key.ts";

/** The file has a line end beside the document. */
const MOST_FILE = MAX_DOCUMENT + 1;

/** A version of the catalogue as it was signed. */
export interface SignedCatalogue {
  readonly issued: number;
  /** A compact JWS. */
  readonly token: string;
}

/** Signs the catalogue as the ledger has it now, as its next version. Throws BAD_INPUT when it has grown too large. */
export function addCatalogue(database: Database, signingKey: SigningKey, now: number): void {
  const catalogue = readCatalogue(database, now);
  checkCatalogue(catalogue);
  const token = signingKey.sign("catalogue", catalogueClaims(catalogue));
  if (token.length > MAX_DOCUMENT) {
    throw problem(
      "BAD_INPUT",
      "The catalogue would be larger than clients read; make another vendor for more products.",
    );
  }
  database
    .query<null, [number, string]>("INSERT INTO catalogue (issued, token) VALUES (?, ?)")
    .run(now, token);
}

/** The newest version. */
export function newestCatalogue(database: Database): SignedCatalogue {
  const newest = database
    .query<SignedCatalogue, []>("SELECT issued, token FROM catalogue ORDER BY version DESC LIMIT 1")
    .get();
  if (newest === null) throw problem("DEFECT", "The ledger has no catalogue.");
  return newest;
}

/**
 * Writes the newest version to its file when that holds another one. Under the write lock, so that of two processes
 * none leaves the older one; at each opening of the ledger, so that what a crash left undone is done.
 */
export function publishCatalogue(ledger: Ledger, file: string): void {
  const text = () => `${newestCatalogue(ledger.database).token}\n`;
  if (readIfThere(file, MOST_FILE) === ledger.read(text)) return;
  ledger.write(() => writeAtomically(file, text(), 0o644));
}
