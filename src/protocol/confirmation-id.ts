import { decodeBase64url } from "./base64url.ts";
import { BitReader, bitsOf, bytesOf, gammaOf } from "./bits.ts";
import { type Catalogue, findProduct } from "./catalogue.ts";
import { readDigits, spellDigits } from "./digit-groups.ts";
import { type HostLicense, type HostRequest, hostLicenseClaims } from "./host-license.ts";
import { compact, signingInput, verifyJws } from "./jws.ts";
import { parseKey, partialKey } from "./keys.ts";
import { Problem, problem } from "./problems.ts";
import { DAY } from "./time.ts";

const WHAT = "confirmation id";
const VERSION = 1;
const VERSION_BITS = 4;
const DATE_BITS = 16;
const DAYS_BITS = 12;
const SIGNATURE_BYTES = 64;

/** What of a licence has to be said; the rest the host knows. */
export type SpokenGrant = Pick<HostLicense, "issued" | "expires" | "products" | "seats" | "overage">;

/** The dates of a licence as they can be said: whole days in UTC, valid from the day before it is issued. */
export function spokenDates({ issued, expires }: Pick<HostLicense, "issued" | "expires">) {
  const day = Math.floor(issued / DAY) * DAY;
  return { issued: day, notBefore: day - DAY, expires: Math.floor(expires / DAY) * DAY };
}

/**
 * The confirmation id of a host licence: the vendor's signature and those claims that the host cannot know, in groups
 * of seven digits (29 for a key of two products). The host makes the licence from it, byte for byte.
 */
export function confirmationId(grant: SpokenGrant, signature: Uint8Array, catalogue: Catalogue): string {
  const numbers = grant.products.map((id) => findProduct(catalogue, id)?.number ?? 0);
  let last = 0;
  let listed = "";
  for (const number of numbers) {
    if (number <= last) throw problem("DEFECT", "A licence to be said lists its products out of order.");
    listed += gammaOf(number - last);
    last = number;
  }
  return spellDigits(
    bitsOf(VERSION, VERSION_BITS) +
      bitsOf(grant.issued / DAY, DATE_BITS) +
      bitsOf((grant.expires - grant.issued) / DAY, DAYS_BITS) +
      (grant.overage === "deny" ? "1" : "0") +
      (grant.seats === undefined ? "0" : `1${gammaOf(grant.seats)}`) +
      gammaOf(numbers.length) +
      listed +
      bitsOf(signature, SIGNATURE_BYTES * 8),
  );
}

/**
 * The host licence that a confirmation id stands for: what was said together with what the host knows, under the
 * vendor's signature. Throws BAD_INPUT naming a group that is wrong, SIGNATURE_INVALID when the confirmation id is
 * whole but belongs to another host, host key or catalogue.
 */
export async function licenseOfConfirmation(
  input: string,
  { host, hostKey, key }: Pick<HostRequest, "host" | "hostKey" | "key">,
  catalogue: Catalogue,
): Promise<string> {
  const { grant, signature } = read(readDigits(input, WHAT), catalogue);
  const license: HostLicense = {
    vendor: catalogue.vendor.id,
    host,
    hostKey,
    notBefore: grant.issued - DAY,
    partialKey: partialKey(parseKey(key).text),
    ...grant,
  };
  const token = compact(signingInput("host-licence", hostLicenseClaims(license)), signature);
  try {
    await verifyJws(token, "host-licence", catalogue.vendor.key);
    return token;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw problem(
      "SIGNATURE_INVALID",
      `The ${WHAT} is not the answer to this host's installation id; have the vendor confirm that one.`,
    );
  }
}

function read(bits: string, catalogue: Catalogue): { grant: SpokenGrant; signature: Uint8Array } {
  const reader = new BitReader(bits);
  const version = Number(reader.take(VERSION_BITS));
  const issued = Number(reader.take(DATE_BITS)) * DAY;
  const expires = issued + Number(reader.take(DAYS_BITS)) * DAY;
  const overage = reader.take(1) === 1n ? "deny" : "allow";
  const seats = reader.take(1) === 1n ? reader.takeGamma() : undefined;
  const count = reader.takeGamma();
  const numbers: number[] = [];
  for (let last = 0; numbers.length < count && reader.left > SIGNATURE_BYTES * 8; numbers.push(last)) {
    last += reader.takeGamma();
  }
  if (version !== VERSION || reader.left !== SIGNATURE_BYTES * 8) {
    throw problem("BAD_INPUT", `This is not a ${WHAT}; have the vendor read it again from the first group.`);
  }
  const signature = bytesOf(reader.take(SIGNATURE_BYTES * 8), SIGNATURE_BYTES);
  const products = numbers.map((number) => productNumbered(catalogue, number));
  return { grant: { issued, expires, products, seats, overage }, signature };
}

function productNumbered(catalogue: Catalogue, number: number): string {
  const product = catalogue.products.find((each) => each.number === number);
  if (product) return product.id;
  throw problem(
    "BAD_INPUT",
    `The ${WHAT} covers a product that this host's catalogue lacks; give the host ${catalogue.vendor.name}'s newest catalogue first.`,
  );
}

/** The signature at the end of a compact JWS. */
export function signatureOf(token: string): Uint8Array {
  return decodeBase64url(token.slice(token.lastIndexOf(".") + 1)) ?? new Uint8Array();
}
