import type { Database } from "bun:sqlite";
import { createHash } from "node:crypto";
import type { Catalogue, Product } from "../protocol/catalogue.ts";
import { confirmationId, signatureOf, spokenDates } from "../protocol/confirmation-id.ts";
import { openHostLicense, openHostRequest } from "../protocol/host-license.ts";
import { isMadeWith, readInstallationId } from "../protocol/installation-id.ts";
import type { MakRequest } from "../protocol/mak.ts";
import { problem } from "../protocol/problems.ts";
import { DAY } from "../protocol/time.ts";
import { type ActivatedMak, activateMak } from "./activate-mak.ts";
import { addCatalogue, newestCatalogue, publishCatalogue } from "./catalogues.ts";
import { addEntry, type Entry, type EntryFilter, listEntries } from "./entries.ts";
import { isThere } from "./files.ts";
import { vendorFiles } from "./folder.ts";
import { addHostKey, type HostKey, hostKeysNumbered, type NewHostKey } from "./host-keys.ts";
import { addSetupKey, findKey, type IssuedKey, setBlocked } from "./keys.ts";
import { Ledger } from "./ledger.ts";
import { type Approved, licenseHost } from "./license-host.ts";
import { addMak, type Mak, type NewMak } from "./maks.ts";
import { checkName } from "./names.ts";
import type { Office } from "./office.ts";
import * as products from "./products.ts";
import { openSigningKey, type SigningKey } from "./signing-key.ts";
import { enterUsage, type ImportedUsage, verifyUsage } from "./usage.ts";

/** An approval with the confirmation id that is read back over the phone. */
export interface Confirmed extends Approved {
  readonly confirmationId: string;
}

/** True when the folder holds a vendor. Throws ACCESS_DENIED when this account may not look. */
export function isVendorFolder(folder: string): boolean {
  return isThere(vendorFiles(folder).ledger);
}

/** Opens the vendor in a folder. Throws NOT_INITIALIZED, BAD_INPUT, STORE_NEWER, IN_USE, ACCESS_DENIED. */
export function openVendor(folder: string): Vendor {
  const files = vendorFiles(folder);
  if (!isVendorFolder(folder)) {
    throw problem(
      "NOT_INITIALIZED",
      `There is no vendor in ${folder}; make one with muster vendor init, or name its folder with --data.`,
    );
  }
  const signingKey = openSigningKey(files.key);
  const ledger = new Ledger(files.ledger, { create: false });
  try {
    return new Vendor(folder, ledger, signingKey);
  } catch (error) {
    ledger.close();
    throw error;
  }
}

/**
 * A vendor: makes catalogues, keys and host licences, and keeps the ledger of what was issued. What a method gives
 * is in the ledger, on disk, before the method returns. Close it when done.
 */
export class Vendor {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  /** The file with the signed catalogue, which is shipped with the products. */
  readonly catalogueFile: string;
  private readonly ledger: Ledger;
  private readonly office: Office;

  constructor(folder: string, ledger: Ledger, signingKey: SigningKey) {
    const files = vendorFiles(folder);
    const { database } = ledger;
    const { vendor } = ledger.read(() => products.readCatalogue(database, 0));
    if (vendor.key.x !== signingKey.publicKey.x) {
      throw problem("BAD_INPUT", `${files.key} is not the key of this ledger; restore both from one backup.`);
    }
    this.id = vendor.id;
    this.name = vendor.name;
    this.folder = folder;
    this.catalogueFile = files.catalogue;
    this.ledger = ledger;
    this.office = { id: vendor.id, name: vendor.name, database, signingKey };
    publishCatalogue(ledger, this.catalogueFile);
  }

  /** The catalogue as it is now. */
  catalogue(): Catalogue {
    const { database } = this.ledger;
    return this.ledger.read(() => products.readCatalogue(database, newestCatalogue(database).issued));
  }

  /** The signed catalogue: a compact JWS. */
  signedCatalogue(): string {
    return this.ledger.read(() => newestCatalogue(this.ledger.database).token);
  }

  /** Adds a product, and its application when that is new. Throws BAD_INPUT, ALREADY_EXISTS, MICROSOFT_PRODUCT. */
  addProduct(wanted: products.NewProduct, now: number): Product {
    return this.changeCatalogue(now, (database) => {
      const product = products.addProduct(database, wanted, now);
      this.enterProduct("product", product, now);
      return product;
    });
  }

  /** Changes a product, named by name or id. Throws BAD_INPUT, ALREADY_EXISTS. */
  changeProduct(nameOrId: string, change: products.ProductChange, now: number): Product {
    return this.changeCatalogue(now, (database) => {
      const product = products.changeProduct(database, nameOrId, change);
      this.enterProduct("product-change", product, now);
      return product;
    });
  }

  /** The product with its setup keys: one is made when it has none, or when another one is asked for. */
  setupKey(nameOrId: string, now: number, options: { another?: boolean } = {}): Product {
    const find = () => products.findProductNamed(this.ledger.database, nameOrId);
    const isDone = (product: Product) => product.setupKeys.length > 0 && !options.another;
    const known = this.ledger.read(find);
    if (isDone(known)) return known;
    return this.changeCatalogue(now, (database) => {
      const product = find();
      if (isDone(product)) return product;
      const key = addSetupKey(database, product.number, now);
      addEntry(database, key.row, { action: "setup-key", product: product.id, name: product.name }, now);
      return find();
    });
  }

  /** Makes a host key. Throws BAD_INPUT when what it is to grant does not exist or is out of bounds. */
  hostKey(wanted: NewHostKey, now: number): HostKey {
    const { database } = this.ledger;
    return this.ledger.write(() => {
      const key = addHostKey(database, wanted, now);
      const { application, products, seats, overage, days, hosts, activations } = key;
      const optional = { ...(application && { application }), ...(seats !== undefined && { seats }) };
      const grant = { products, ...optional, overage, days, hosts, activations };
      addEntry(database, key.row, { action: "host-key", ...grant }, now);
      return key;
    });
  }

  /** Makes a MAK. Throws BAD_INPUT when its product does not exist or its number is out of bounds. */
  mak(wanted: NewMak, now: number): Mak {
    const { database } = this.ledger;
    return this.ledger.write(() => {
      const mak = addMak(database, wanted, now);
      const { id: product, name } = products.findProductNamed(database, mak.product);
      addEntry(database, mak.row, { action: "mak", product, name, activations: mak.activations }, now);
      return mak;
    });
  }

  /**
   * Answers a host request (a compact JWS) with a host licence. The licence is signed inside the transaction that
   * enters it in the ledger and given out after the commit, so none exists that the ledger lacks. Throws
   * SIGNATURE_INVALID, BAD_INPUT, KEY_INVALID, KEY_BLOCKED, ACTIVATION_LIMIT.
   */
  async approve(token: string, now: number): Promise<Approved> {
    const text = token.trim();
    const request = await openHostRequest(text);
    const name = checkName("The host's name in the request", request.name);
    return this.ledger.write(() =>
      licenseHost(this.office, { ...request, name, digest: digestOf(text) }, now),
    );
  }

  /**
   * Answers an installation id as `approve` answers a request, with a licence of whole days and the confirmation id
   * that the host makes it from. The same installation id on the same day is the same request. Throws BAD_INPUT
   * naming the group that is wrong, KEY_INVALID when no host key made it, KEY_BLOCKED, ACTIVATION_LIMIT.
   */
  async confirm(input: string, now: number, options: { name?: string | undefined } = {}): Promise<Confirmed> {
    const id = readInstallationId(input);
    const name = checkName("The host's name", options.name ?? "by phone");
    const keys = this.ledger.read(() => hostKeysNumbered(this.ledger.database, id.number));
    const matches = await Promise.all(keys.map((key) => isMadeWith(id, key)));
    const key = keys[matches.indexOf(true)];
    if (key === undefined) {
      throw problem(
        "KEY_INVALID",
        `No host key of ${this.name}'s made this installation id; have the customer check the host key, and read it again.`,
      );
    }
    const digest = digestOf(`${id.text} ${Math.floor(now / DAY)}`);
    const approved = this.ledger.write(() =>
      licenseHost(this.office, { ...id, name, key, digest }, now, spokenDates),
    );
    const catalogue = this.catalogue();
    const license = await openHostLicense(approved.license, catalogue.vendor);
    return { ...approved, confirmationId: confirmationId(license, signatureOf(approved.license), catalogue) };
  }

  /**
   * Answers a MAK request with a vendor lease; the same machine again uses up nothing. Throws KEY_INVALID,
   * KEY_BLOCKED, ACTIVATION_LIMIT, BAD_INPUT.
   */
  activate(request: MakRequest, now: number): ActivatedMak {
    return this.ledger.write(() => activateMak(this.office, request, now));
  }

  /**
   * Takes in a host's usage report (a compact JWS); the same report again changes nothing. Throws SIGNATURE_INVALID,
   * and BAD_INPUT when it is of no host of this ledger, or cannot be.
   */
  async importUsage(token: string, now: number): Promise<ImportedUsage> {
    const { database } = this.ledger;
    const verified = await verifyUsage(database, token, now);
    return this.ledger.write(() => enterUsage(database, verified, now));
  }

  /**
   * Blocks a key, named whole or by its last five characters: a host key or MAK activates nothing more, a setup key
   * leaves the catalogue. What was activated stays so. A key that is blocked already stays as it is. Throws
   * KEY_INVALID, BAD_INPUT when several keys end in these characters.
   */
  revoke(key: string, now: number): IssuedKey {
    return this.changeBlocked(key, now, now);
  }

  /** Lifts `revoke`. */
  restore(key: string, now: number): IssuedKey {
    return this.changeBlocked(key, undefined, now);
  }

  /** The entries of the ledger, oldest first. Throws KEY_INVALID when the filter's key is none. */
  entries(filter: EntryFilter = {}): Entry[] {
    return this.ledger.read(() => listEntries(this.ledger.database, filter));
  }

  /** Gives the ledger back; the vendor cannot be used any more. */
  close(): void {
    this.ledger.close();
  }

  private changeBlocked(text: string, blocked: number | undefined, now: number): IssuedKey {
    const { database } = this.ledger;
    const changed = this.ledger.write(() => {
      const key = findKey(database, text);
      if ((key.blocked === undefined) === (blocked === undefined)) return key;
      addEntry(database, key.row, { action: blocked === undefined ? "restored" : "blocked" }, now);
      const result = setBlocked(database, key, blocked);
      if (key.kind === "setup") addCatalogue(database, this.office.signingKey, now);
      return result;
    });
    publishCatalogue(this.ledger, this.catalogueFile);
    return changed;
  }

  private enterProduct(action: "product" | "product-change", product: Product, now: number): void {
    const { id, name, application, policy } = product;
    addEntry(this.ledger.database, undefined, { action, product: id, name, application, policy }, now);
  }

  /** Makes a change of the catalogue and its next version in one transaction, then writes it to its file. */
  private changeCatalogue<T>(now: number, change: (database: Database) => T): T {
    const { database } = this.ledger;
    const result = this.ledger.write(() => {
      const changed = change(database);
      addCatalogue(database, this.office.signingKey, now);
      return changed;
    });
    publishCatalogue(this.ledger, this.catalogueFile);
    return result;
  }
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
