import { renameSync, rmSync } from "node:fs";
import { newId } from "../protocol/ids.ts";
import { problem } from "../protocol/problems.ts";
import { addCatalogue } from "./catalogues.ts";
import { addEntry } from "./entries.ts";
import { isThere, makeFolder } from "./files.ts";
import { vendorFiles } from "./folder.ts";
import { Ledger } from "./ledger.ts";
import { checkName } from "./names.ts";
import { createSigningKey, type SigningKey } from "./signing-key.ts";
import { openVendor, type Vendor } from "./vendor.ts";

/**
 * Makes a vendor in a folder: its id, its key pair, an empty ledger and a catalogue without products.
 * Throws ALREADY_EXISTS when the folder holds one, BAD_INPUT for a name that cannot be used, ACCESS_DENIED.
 */
export function createVendor(folder: string, name: string, now: number): Vendor {
  const checked = checkName("The vendor's name", name);
  const files = vendorFiles(folder);
  refuseToOverwrite(folder);
  makeFolder(folder);
  const signingKey = createSigningKey(files.key);
  const draft = `${files.ledger}.new`;
  try {
    writeLedger(draft, checked, signingKey, now);
    // The last step, so that a ledger that is there is a whole one.
    renameSync(draft, files.ledger);
  } catch (error) {
    for (const path of [draft, `${draft}-wal`, `${draft}-shm`, files.key]) rmSync(path, { force: true });
    throw error;
  }
  return openVendor(folder);
}

function refuseToOverwrite(folder: string): void {
  const { key, ledger } = vendorFiles(folder);
  if (isThere(ledger)) {
    throw problem(
      "ALREADY_EXISTS",
      `${folder} holds a vendor already; to make another one, give another folder with --data.`,
    );
  }
  if (isThere(key)) {
    throw problem(
      "ALREADY_EXISTS",
      `${folder} holds a vendor's key but no ledger; restore ledger.sqlite from your backup, or remove vendor.key if nothing was ever issued with it.`,
    );
  }
}

function writeLedger(path: string, name: string, signingKey: SigningKey, now: number): void {
  for (const stale of [path, `${path}-wal`, `${path}-shm`]) rmSync(stale, { force: true });
  const ledger = new Ledger(path, { create: true });
  const { database } = ledger;
  try {
    ledger.write(() => {
      database
        .query<null, [string, string, string, number]>(
          "INSERT INTO vendor (id, name, public_key, created) VALUES (?, ?, ?, ?)",
        )
        .run(newId(), name, signingKey.publicKey.x, now);
      addEntry(database, undefined, { action: "vendor", name }, now);
      addCatalogue(database, signingKey, now);
    });
  } finally {
    ledger.close();
  }
}
