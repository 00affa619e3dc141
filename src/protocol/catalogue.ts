import { type ClaimReader, readClaims, uuidItem } from "./claims.ts";
import { refuseMicrosoft } from "./ids.ts";
import { type PublicJwk, peekClaims, verifyJws } from "./jws.ts";
import { type Key, parseKey } from "./keys.ts";
import { makePolicy, type Policy } from "./policy.ts";
import { problem } from "./problems.ts";

/** What is counted together: one pool of machines. */
export interface Application {
  readonly id: string;
  readonly name: string;
}

/** How a product is activated: by a customer's hosts, or by none. Microsoft's words, as in a product's description. */
export type Channel = "VOLUME_KMSCLIENT" | "RETAIL";

/** The channel of a product that names none. */
export const DEFAULT_CHANNEL: Channel = "VOLUME_KMSCLIENT";

/** One edition of an application. */
export interface Product {
  /** The activation id (SKU). */
  readonly id: string;
  readonly application: string;
  readonly name: string;
  /** The number inside this product's setup keys and MAKs. */
  readonly number: number;
  readonly channel: Channel;
  readonly policy: Policy;
  /** Public keys that make a machine a client of this product. */
  readonly setupKeys: readonly string[];
}

/** A vendor's products, as shipped with them. It holds the vendor's key and so is the root of all trust. */
export interface Catalogue {
  readonly vendor: { readonly id: string; readonly name: string; readonly key: PublicJwk };
  readonly issued: number;
  readonly applications: readonly Application[];
  readonly products: readonly Product[];
}

const MOST_PRODUCTS = 10_000;

/** The claims of a catalogue's JWS: `iss` vendor id, `iat`, `cnf.jwk` vendor key, `muster` the rest. */
export function catalogueClaims(catalogue: Catalogue): object {
  const { vendor, issued, applications, products } = catalogue;
  return {
    iss: vendor.id,
    iat: Math.floor(issued / 1000),
    cnf: { jwk: vendor.key },
    muster: { vendor: vendor.name, applications, products },
  };
}

/**
 * Reads and verifies a catalogue. It is signed by the key it carries: that proves it whole, not whose it is; the
 * client trusts it because it was shipped with the product. Throws SIGNATURE_INVALID, BAD_INPUT, MICROSOFT_PRODUCT.
 */
export async function openCatalogue(token: string): Promise<Catalogue> {
  const key = readClaims(peekClaims(token, "catalogue"), "catalogue").object("cnf").publicKey("jwk");
  const claims = readClaims(await verifyJws(token, "catalogue", key), "catalogue");
  const muster = claims.object("muster");
  const catalogue: Catalogue = {
    vendor: { id: claims.uuid("iss"), name: muster.string("vendor"), key },
    issued: claims.time("iat"),
    applications: muster.list("applications", MOST_PRODUCTS, (item) =>
      readApplication(readClaims(item, "catalogue")),
    ),
    products: muster.list("products", MOST_PRODUCTS, (item) => readProduct(readClaims(item, "catalogue"))),
  };
  checkCatalogue(catalogue);
  return catalogue;
}

/** Throws BAD_INPUT when two entries clash or one refers to nothing, MICROSOFT_PRODUCT for Microsoft's ids. */
export function checkCatalogue({ applications, products }: Catalogue): void {
  for (const { id } of applications) refuseMicrosoft(id);
  const ids = [...applications, ...products].map(({ id }) => id);
  const numbers = products.map(({ number }) => number);
  if (new Set(ids).size < ids.length || new Set(numbers).size < numbers.length) {
    throw problem(
      "BAD_INPUT",
      "This catalogue cannot be used: two of its entries have the same id or number.",
    );
  }
  const known = new Set(applications.map(({ id }) => id));
  const lost = products.find(({ application }) => !known.has(application));
  if (lost)
    throw problem("BAD_INPUT", `This catalogue cannot be used: ${lost.name} names an application it lacks.`);
}

/** The product with this activation id, if the catalogue has it. */
export function findProduct(catalogue: Catalogue, id: string): Product | undefined {
  return catalogue.products.find((product) => product.id === id);
}

/** The product that a setup key or a MAK is for. Throws KEY_INVALID when it is for none of this catalogue. */
export function productOfKey(catalogue: Catalogue, input: string): { product: Product; key: Key } {
  const key = parseKey(input);
  if (key.kind === "host") {
    throw problem(
      "KEY_INVALID",
      "This is a host key; it activates a host (muster host activate), and a client takes the product's setup key.",
    );
  }
  const product = catalogue.products.find(({ number }) => number === key.number);
  if (product === undefined || (key.kind === "setup" && !product.setupKeys.includes(key.text))) {
    throw problem(
      "KEY_INVALID",
      `The key ending in ${key.text.slice(-5)} is not a key of ${catalogue.vendor.name}'s catalogue; use the setup key that came with the product.`,
    );
  }
  return { product, key };
}

function readApplication(claims: ClaimReader): Application {
  return { id: claims.uuid("id"), name: claims.string("name") };
}

function readProduct(claims: ClaimReader): Product {
  const number = claims.integer("number", 1, 0xffff);
  return {
    id: claims.uuid("id"),
    application: claims.uuid("application"),
    name: claims.string("name"),
    number,
    channel: readChannel(claims),
    policy: readPolicy(claims),
    setupKeys: claims.list("setupKeys", 1000, (item) => readSetupKey(item, number)),
  };
}

function readChannel(claims: ClaimReader): Channel {
  const channel = claims.optional("channel") ?? DEFAULT_CHANNEL;
  if (channel === "VOLUME_KMSCLIENT" || channel === "RETAIL") return channel;
  throw problem(
    "BAD_INPUT",
    `This catalogue cannot be used: it names a channel that is neither VOLUME_KMSCLIENT nor RETAIL.`,
  );
}

function readPolicy(claims: ClaimReader): Policy {
  const policy = claims.optional("policy");
  if (policy === undefined) return makePolicy({});
  claims.object("policy");
  return makePolicy(policy as Partial<Policy>);
}

function readSetupKey(item: unknown, number: number): string {
  const key = typeof item === "string" ? keyOrNothing(item) : undefined;
  if (key?.kind === "setup" && key.number === number) return key.text;
  throw problem(
    "BAD_INPUT",
    `This catalogue cannot be used: product ${number} lists something that is not its setup key.`,
  );
}

function keyOrNothing(text: string): Key | undefined {
  try {
    return parseKey(text);
  } catch {
    return undefined;
  }
}

/** Reads a list of activation ids. */
export const readProductIds = (claims: ClaimReader, what: string): string[] =>
  claims.list("products", MOST_PRODUCTS, uuidItem(what));
