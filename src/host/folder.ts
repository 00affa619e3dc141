import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { type Catalogue, openCatalogue, type Product } from "../protocol/catalogue.ts";
import { type ClaimReader, readClaims } from "../protocol/claims.ts";
import { type HostLicense, hostRequestClaims, openHostLicense } from "../protocol/host-license.ts";
import { newId } from "../protocol/ids.ts";
import {
  asPublicJwk,
  compact,
  type DocumentType,
  MAX_DOCUMENT,
  type PublicJwk,
  signingInput,
} from "../protocol/jws.ts";
import { parseKey } from "../protocol/keys.ts";
import { Problem, problem } from "../protocol/problems.ts";
import { isThere, makeFolder, readIfThere, writeAtomically } from "../vendor/files.ts";

/** Who a host is: its id, its machine name and the key it signs leases with. */
export interface HostIdentity {
  readonly id: string;
  readonly name: string;
  readonly publicKey: PublicJwk;
  sign(type: DocumentType, claims: object | string): string;
}

/** What the vendor gave the host. */
export interface Grant {
  readonly catalogue: Catalogue;
  /** The catalogue's products by activation id. */
  readonly products: ReadonlyMap<string, Product>;
  /** Whatever its dates say; `isValid` judges them. */
  readonly license: HostLicense | undefined;
  readonly licenseToken: string;
}

const FILES = {
  identity: "host.json",
  key: "host.key",
  catalogue: "catalogue.jws",
  license: "host-licence.jws",
  store: "host.sqlite",
  published: "published.json",
  token: "admin-token",
  hostKeys: "host-keys.txt",
} as const;

/** The files that make a host what it is, beside its store: what a backup holds. */
export const FOLDER_FILES: readonly string[] = Object.values(FILES).filter((name) => name !== FILES.store);

/** The path of the file with the token that the admin listener asks for. */
export const tokenPath = (folder: string): string => join(folder, FILES.token);

/** The path of the file with the host keys that this host keeps. */
export const hostKeysPath = (folder: string): string => join(folder, FILES.hostKeys);

/** The path of the file with the records of this host that may be in DNS. */
export const publishedPath = (folder: string): string => join(folder, FILES.published);

const encoder = new TextEncoder();
/** The format of host.json that this version writes; a larger number is a newer Muster's. */
const VERSION = 1;
/** The largest of a host's files that is read, in bytes: a document and the line end after it. */
const MOST_FILE = MAX_DOCUMENT + 1;

/** The path of the SQLite store in a host's folder. */
export const storePath = (folder: string): string => join(folder, FILES.store);

/** What has to be looked at again when the vendor's files change: the paths and when each was last written. */
export function grantVersion(folder: string): string {
  const paths = [FILES.catalogue, FILES.license].map((name) => join(folder, name));
  return paths.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? "none").join(" ");
}

/** True when the folder holds a host. Throws ACCESS_DENIED when this account may not look. */
export const isHostFolder = (folder: string): boolean => isThere(join(folder, FILES.identity));

/** Makes a host: an id, a key pair of mode 0600, and the vendor's catalogue. Throws ALREADY_EXISTS. */
export async function initHost(folder: string, name: string, catalogueToken: string): Promise<HostIdentity> {
  if (isHostFolder(folder)) {
    throw problem(
      "ALREADY_EXISTS",
      `${folder} holds a host already; give another folder with --data, or use it as it is.`,
    );
  }
  const { vendor } = await openCatalogue(catalogueToken);
  makeFolder(folder);
  const { privateKey } = generateKeyPairSync("ed25519");
  writeWhole(join(folder, FILES.key), privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  writeWhole(join(folder, FILES.catalogue), `${catalogueToken.trim()}\n`);
  writeWhole(
    join(folder, FILES.identity),
    `${JSON.stringify({ version: VERSION, id: newId(), name, vendor: vendor.id }, null, 2)}\n`,
  );
  return openIdentity(folder);
}

/**
 * Opens the host in a folder. Throws NOT_INITIALIZED when there is none, BAD_INPUT when its files are damaged,
 * STORE_NEWER, ACCESS_DENIED.
 */
export function openIdentity(folder: string): HostIdentity {
  if (!isHostFolder(folder)) {
    throw problem(
      "NOT_INITIALIZED",
      `There is no host in ${folder}; make one with muster host init, or give its folder with --data.`,
    );
  }
  const identity = readIdentity(folder);
  const privateKey = readPrivateKey(join(folder, FILES.key));
  const publicKey = asPublicJwk(createPublicKey(privateKey).export({ format: "jwk" }));
  if (publicKey === undefined) throw damaged(join(folder, FILES.key));
  return {
    id: identity.uuid("id"),
    name: identity.string("name"),
    publicKey,
    // Not by WebCrypto: handing a signature to its threads costs more than the signature.
    sign(type, claims) {
      const input = signingInput(type, claims);
      return compact(input, sign(null, encoder.encode(input), privateKey));
    },
  };
}

/**
 * Reads catalogue and host licence of a folder. Throws BAD_INPUT or SIGNATURE_INVALID for one that does not verify, or is
 * another vendor's or host's: that is an error, not a missing licence.
 */
export async function openGrant(folder: string): Promise<Grant> {
  const paths = { catalogue: join(folder, FILES.catalogue), license: join(folder, FILES.license) };
  const catalogue = await readWith(paths.catalogue, openCatalogue(readText(paths.catalogue)));
  const products = new Map(catalogue.products.map((product) => [product.id, product]));
  if (readIdentity(folder).optional("vendor") !== catalogue.vendor.id) {
    throw foreign(paths.catalogue, `of another vendor (${catalogue.vendor.name})`);
  }
  const licenseToken = readIfThere(paths.license, MOST_FILE)?.trim();
  if (licenseToken === undefined) return { catalogue, products, license: undefined, licenseToken: "" };
  const license = await readWith(paths.license, openHostLicense(licenseToken, catalogue.vendor));
  if (!isOf(license, openIdentity(folder))) throw foreign(paths.license, "for another host");
  return { catalogue, products, license, licenseToken };
}

/** True while a host licence may be used. */
export function isValid(license: HostLicense | undefined, now: number): license is HostLicense {
  return license !== undefined && now >= license.notBefore && now < license.expires;
}

/** The signed request that the vendor turns into a host licence (`muster vendor approve`). */
export function requestLicense(identity: HostIdentity, key: string, now: number): string {
  const { kind, text } = parseKey(key);
  if (kind !== "host") {
    throw problem(
      "KEY_INVALID",
      `The key ending in ${text.slice(-5)} is no host key; a host takes the secret host key of the vendor.`,
    );
  }
  const { id, name, publicKey } = identity;
  return identity.sign(
    "host-request",
    hostRequestClaims({ host: id, name, hostKey: publicKey, key: text, issued: now }),
  );
}

/** Takes in a host licence from the vendor. Throws, and keeps the one there is, when it is not for this host now. */
export async function importLicense(folder: string, token: string, now: number): Promise<HostLicense> {
  const identity = openIdentity(folder);
  const catalogue = await openCatalogue(readText(join(folder, FILES.catalogue)));
  const license = await openHostLicense(token, catalogue.vendor);
  if (!isOf(license, identity)) {
    throw problem(
      "BAD_INPUT",
      "This host licence is for another host; import the one that was made from this host's request.",
    );
  }
  if (now >= license.expires) {
    throw problem(
      "LICENSE_EXPIRED",
      `This host licence ended on ${new Date(license.expires).toISOString().slice(0, 10)}; ask the vendor for a new one.`,
    );
  }
  writeWhole(join(folder, FILES.license), `${token.trim()}\n`);
  return license;
}

/** Takes in a newer catalogue of the same vendor. */
export async function importCatalogue(folder: string, token: string): Promise<Catalogue> {
  const old = await openCatalogue(readText(join(folder, FILES.catalogue)));
  const catalogue = await openCatalogue(token);
  if (catalogue.vendor.key.x !== old.vendor.key.x) {
    throw problem(
      "BAD_INPUT",
      `This catalogue is of another vendor (${catalogue.vendor.name}); a host serves one vendor, so make another host for it.`,
    );
  }
  if (catalogue.issued < old.issued)
    throw problem("BAD_INPUT", "This catalogue is older than the one the host has; import the newest.");
  writeWhole(join(folder, FILES.catalogue), `${token.trim()}\n`);
  return catalogue;
}

function isOf({ host, hostKey }: HostLicense, { id, publicKey }: HostIdentity): boolean {
  return host === id && hostKey.x === publicKey.x;
}

function readIdentity(folder: string): ClaimReader {
  const path = join(folder, FILES.identity);
  const identity = readClaims(readJson(path), path);
  const version = identity.integer("version", 1, 1e9);
  if (version <= VERSION) return identity;
  throw problem(
    "STORE_NEWER",
    `${path} was written by a newer Muster (format ${version}); use that one, or restore a backup.`,
  );
}

/** What a document in a file of the folder holds; a problem with it names the file. */
async function readWith<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw error instanceof Problem ? problem(error.name, `${path}: ${error.message}`) : error;
  }
}

function readPrivateKey(path: string): KeyObject {
  try {
    return createPrivateKey(readText(path));
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw damaged(path);
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readText(path));
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw damaged(path);
  }
}

function readText(path: string): string {
  const text = readIfThere(path, MOST_FILE);
  if (text !== undefined) return text;
  throw problem("BAD_INPUT", `The file ${path} is missing; restore the host's folder from a backup.`);
}

/** Replaces a file of mode 0600 as a whole. Throws ACCESS_DENIED or STORE_UNAVAILABLE. */
export function writeWhole(path: string, text: string): void {
  writeAtomically(path, text, 0o600);
}

function damaged(path: string): Problem {
  return problem("BAD_INPUT", `The file ${path} is damaged; restore the host's folder from a backup.`);
}

function foreign(path: string, whose: string): Problem {
  return problem("BAD_INPUT", `${path} is ${whose}; restore the host's folder from a backup.`);
}
