import { existsSync } from "node:fs";
import { join } from "node:path";
import { importLicense, initHost, isHostFolder, openGrant, requestLicense } from "../host/folder.ts";
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
  /** More hosts of the same customer, by their machine names; each has a folder and a licence of its own. */
  readonly others?: readonly string[] | undefined;
  readonly now: number;
}

/** A vendor and an activated host, each in a folder of its own. */
export interface Deployment {
  readonly vendorFolder: string;
  readonly hostFolder: string;
  /** The folders of all hosts; the first is `hostFolder`. */
  readonly hostFolders: readonly string[];
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
 * products of one application, setup keys, host key, request, approval, import. What a folder that was deployed before
 * has is used as it is; hosts that it lacks are added.
 */
export async function deploy(folder: string, options: DeploymentOptions): Promise<Deployment> {
  const vendorFolder = join(folder, "vendor");
  const hostFolder = join(folder, "host");
  const { others = [], now } = options;
  const hostFolders = [hostFolder, ...others.map((_, at) => join(folder, `host-${at + 2}`))];
  const isNew = !existsSync(vendorFolder);
  const vendor = isNew ? createVendor(vendorFolder, "Muster Demo Vendor", now) : openVendor(vendorFolder);
  try {
    if (isNew) {
      for (const { name, required } of EDITIONS) {
        vendor.addProduct({ name, application: APPLICATION, policy: { required } }, now);
        vendor.setupKey(name, now);
      }
    }
    const names = new Map(
      [options.hostName, ...others].map((name, at) => [hostFolders[at] ?? hostFolder, name]),
    );
    const waiting = [...names].filter(([each]) => !isHostFolder(each));
    if (waiting.length > 0) {
      // A host that joins others is granted what they are.
      const { license } = isHostFolder(hostFolder) ? await openGrant(hostFolder) : {};
      const { seats, overage } = license ?? options;
      const { text } = vendor.hostKey({ application: APPLICATION, customer: "Demo", seats, overage }, now);
      for (const [each, name] of waiting) {
        const identity = await initHost(each, name, vendor.signedCatalogue());
        const granted = await vendor.approve(requestLicense(identity, text, now), now);
        await importLicense(each, granted.license, now);
      }
    }
    const { catalogueFile } = vendor;
    const products = vendor.catalogue().products.map(({ application, id, name, policy, setupKeys }) => {
      return { application, product: id, name, required: policy.required, setupKey: setupKeys[0] ?? "" };
    });
    return {
      vendorFolder,
      hostFolder,
      hostFolders,
      catalogueFile,
      catalogue: vendor.signedCatalogue(),
      products,
    };
  } finally {
    vendor.close();
  }
}
