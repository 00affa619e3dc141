import { join } from "node:path";

/** The files of a vendor. The key and the ledger are secret (mode 0600), the catalogue is for everybody. */
export function vendorFiles(folder: string) {
  return {
    key: join(folder, "vendor.key"),
    ledger: join(folder, "ledger.sqlite"),
    catalogue: join(folder, "catalogue.jws"),
  };
}
