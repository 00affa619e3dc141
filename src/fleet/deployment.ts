import { existsSync } from "node:fs";
import { join } from "node:path";
import { importLicense, initHost, requestLicense } from "../host/folder.ts";
import type { Overage } from "../protocol/host-license.ts";
import { createVendor } from "../vendor/create.ts";
import { openVendor } from "../vendor/vendor.ts";

/** What a deployment is made with. */
export interface DeploymentOptions {
  /** Machines that may hold a lease at once; undefined is no limit. */
  readonly seats?: number | undefined;
  readonly overage?: Overage | undefined;
  /** The machine name of the host. */
  readonly hostName: string;
  readonly now: number;
}

/** A vendor and an activated host, each in a folder of its own. */
export interface Deployment {
  readonly vendorFolder: string;
  readonly hostFolder: string;
  /** The path of the signed catalogue. */
  readonly catalogueFile: string;
  readonly catalogue: string;
  readonly products: readonly DeployedProduct[];
}

/** A product as a client's machine needs to know it. */
export interface DeployedProduct {
  readonly application: string;
  readonly product: string;
  readonly name: string;
  readonly required: number;
  readonly setupKey: string;
}

const APPLICATION = "Muster Demo";
const EDITIONS = [
  { name: "Muster Demo Client", required: 25 },
  { name: "Muster Demo Server", required: 5 },
];

/**
 * Walks the whole way from an empty folder to an activated host, as a vendor and a customer would: vendor, two
 * products of one application, setup keys, host key, request, approval, import. A folder that was deployed before is
 * used as it is.
 */
export async function deploy(folder: string, options: DeploymentOptions): Promise<Deployment> {
  const vendorFolder = join(folder, "vendor");
  const hostFolder = join(folder, "host");
  const isNew = !existsSync(vendorFolder);
  const vendor = isNew
    ? createVendor(vendorFolder, "Muster Demo Vendor", options.now)
    : openVendor(vendorFolder);
  try {
    if (isNew) {
      for (const { name, required } of EDITIONS) {
        vendor.addProduct({ name, application: APPLICATION, policy: { required } }, options.now);
        vendor.setupKey(name, options.now);
      }
      const identity = await initHost(hostFolder, options.hostName, vendor.signedCatalogue());
      const { seats, overage } = options;
      const { text } = vendor.hostKey(
        { application: APPLICATION, customer: "Demo", seats, overage },
        options.now,
      );
      const { license } = await vendor.approve(requestLicense(identity, text, options.now), options.now);
      await importLicense(hostFolder, license, options.now);
    }
    const { catalogueFile } = vendor;
    const products = vendor.catalogue().products.map(({ application, id, name, policy, setupKeys }) => {
      return { application, product: id, name, required: policy.required, setupKey: setupKeys[0] ?? "" };
    });
    return { vendorFolder, hostFolder, catalogueFile, catalogue: vendor.signedCatalogue(), products };
  } finally {
    vendor.close();
  }
}
