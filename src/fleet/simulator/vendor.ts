import { join } from "node:path";
import { type HostIdentity, importLicense, requestLicense } from "../../host/folder.ts";
import type { Product } from "../../protocol/catalogue.ts";
import type { HostLicense, Overage } from "../../protocol/host-license.ts";
import type { Policy } from "../../protocol/policy.ts";
import { createVendor } from "../../vendor/create.ts";
import type { Vendor } from "../../vendor/vendor.ts";

/** The two products of every simulated world. They share one count, as a client and a server edition of KMS do. */
export type Edition = "client" | "server";

/** What the vendor sells. */
export interface Offer {
  /** What is to differ from the default policy, of both editions; `required` is the client edition's. */
  readonly policy: Partial<Policy>;
  readonly seats: number | undefined;
  readonly overage: Overage | undefined;
  /** For how many days a host licence is valid. */
  readonly licenseDays: number;
}

const APPLICATION = "Orchard";
const SERVER_REQUIRED = 5;
/** A simulated host is rebuilt as often as a story wants. */
const MANY = 10_000;

/** A vendor with one application, two products, and one host key for all hosts of the world. */
export class SimulatedVendor {
  /** The signed catalogue. */
  readonly catalogue: string;
  readonly application: string;
  private readonly vendor: Vendor;
  private readonly key: string;
  private readonly products: Record<Edition, Product>;

  constructor(folder: string, { policy, seats, overage, licenseDays }: Offer, now: number) {
    this.vendor = createVendor(join(folder, "vendor"), "Orchard Works", now);
    const required = Math.min(SERVER_REQUIRED, policy.required ?? SERVER_REQUIRED);
    this.products = {
      client: this.addProduct("Orchard Client", policy, now),
      server: this.addProduct("Orchard Server", { ...policy, required }, now),
    };
    this.application = this.products.client.application;
    const limits = { days: licenseDays, hosts: MANY, activations: MANY };
    this.key = this.vendor.hostKey({ application: APPLICATION, seats, overage, ...limits }, now).text;
    this.catalogue = this.vendor.signedCatalogue();
  }

  product(edition: Edition): Product {
    return this.products[edition];
  }

  setupKey(edition: Edition): string {
    return this.products[edition].setupKeys[0] ?? "";
  }

  /** Gives the host in a folder a new licence. */
  async license(folder: string, identity: HostIdentity, now: number): Promise<HostLicense> {
    const { license } = await this.vendor.approve(requestLicense(identity, this.key, now), now);
    return importLicense(folder, license, now);
  }

  close(): void {
    this.vendor.close();
  }

  private addProduct(name: string, policy: Partial<Policy>, now: number): Product {
    const { id } = this.vendor.addProduct({ name, application: APPLICATION, policy }, now);
    this.vendor.setupKey(id, now);
    const product = this.vendor.catalogue().products.find((one) => one.id === id);
    if (product === undefined) throw new Error("a product that was added is in the catalogue");
    return product;
  }
}
