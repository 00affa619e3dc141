import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { problem } from "../protocol/problems.ts";

/** The files of a vendor. The key and the ledger are secret (mode 0600), the catalogue is for everybody. */
export function vendorFiles(folder: string) {
  return {
    key: join(folder, "vendor.key"),
    ledger: join(folder, "ledger.sqlite"),
    catalogue: join(folder, "catalogue.jws"),
  };
}

/** Makes the folder of a vendor (mode 0700) when it is not there. Throws ACCESS_DENIED. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw problem("ACCESS_DENIED", `The folder ${folder} cannot be made; give another one with --data.`, {
      cause: error,
    });
  }
}
