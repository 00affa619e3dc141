import type { Database } from "bun:sqlite";
import type { SigningKey } from "./signing-key.ts";

/** What issuing needs: who the vendor is, its ledger inside a transaction, and its key. */
export interface Office {
  readonly id: string;
  readonly name: string;
  readonly database: Database;
  readonly signingKey: SigningKey;
}
