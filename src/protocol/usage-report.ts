import { type ClaimReader, readClaims } from "./claims.ts";
import { MAX_DOCUMENT, type PublicJwk, peekClaims, verifyJws } from "./jws.ts";
import { problem } from "./problems.ts";
import { formatTime, parseTime } from "./time.ts";

/**
 * What a host tells its vendor of how it was used: numbers, signed by the host's key, and no machine's name unless the
 * customer put them in. Times are milliseconds since the epoch; documents carry whole seconds.
 */
export interface UsageReport {
  readonly host: string;
  /** The last five characters of the host key that the host's licence was granted for. */
  readonly partialKey: string;
  readonly issued: number;
  readonly from: number;
  readonly to: number;
  /** How many machines hold a lease at the end of the period. */
  readonly leased: number;
  /** The most that did at once, as far as the host has noted it. */
  readonly peak: number;
  /** Distinct machines that asked in the period. */
  readonly machines: number;
  /** Of the host licence; undefined is no limit. */
  readonly seats: number | undefined;
  /** On how many days (UTC) of the period more machines held a lease than there were seats. */
  readonly overageDays: number;
  readonly products: readonly ProductUsage[];
  /** Machine by machine, where the customer wants the vendor to see them. */
  readonly list: readonly ReportedMachine[] | undefined;
}

/** The figures of one product. */
export interface ProductUsage {
  readonly product: string;
  /** Machines that asked for it last, in the period. */
  readonly machines: number;
  /** Those of them that hold a lease. */
  readonly leased: number;
}

/** One machine, by name. */
export interface ReportedMachine {
  readonly name: string;
  readonly cmid: string;
  readonly product: string;
  readonly lastSeen: number;
}

const WHAT = "usage report";
const TYPE = "usage-report";
const MOST = 1e9;
const MOST_PRODUCTS = 10_000;
const MOST_MACHINES = 1e6;

/** The claims of a usage report's JWS. Throws BAD_INPUT when the list of machines makes it larger than is read. */
export function usageReportClaims(report: UsageReport): object {
  const { host, partialKey, issued, from, to, leased, peak, machines, seats, overageDays, products, list } =
    report;
  const muster = {
    partialKey,
    from: formatTime(from),
    to: formatTime(to),
    leased,
    peak,
    machines,
    ...(seats === undefined ? {} : { seats }),
    overageDays,
    products,
    ...(list === undefined
      ? {}
      : { list: list.map((one) => ({ ...one, lastSeen: formatTime(one.lastSeen) })) }),
  };
  // Base64 makes four characters of three.
  if (JSON.stringify(muster).length > (MAX_DOCUMENT / 4) * 3 - 1024) {
    throw problem("BAD_INPUT", "The list of machines is too long for a report; leave it out.");
  }
  return { iss: host, iat: Math.floor(issued / 1000), muster };
}

/** Which host a report says it is from, before its signature is checked: to find the key to check it with. */
export function peekUsageReport(token: string): { readonly host: string; readonly partialKey: string } {
  const claims = readClaims(peekClaims(token, TYPE), WHAT);
  return { host: claims.uuid("iss"), partialKey: claims.object("muster").string("partialKey", 5) };
}

/** Reads a usage report and checks that the host of this key signed it. Throws SIGNATURE_INVALID, BAD_INPUT. */
export async function openUsageReport(token: string, hostKey: PublicJwk): Promise<UsageReport> {
  const claims = readClaims(await verifyJws(token, TYPE, hostKey), WHAT);
  const muster = claims.object("muster");
  const count = (name: string) => muster.integer(name, 0, MOST);
  return {
    host: claims.uuid("iss"),
    partialKey: muster.string("partialKey", 5),
    issued: claims.time("iat"),
    from: moment(muster, "from"),
    to: moment(muster, "to"),
    leased: count("leased"),
    peak: count("peak"),
    machines: count("machines"),
    seats: muster.optional("seats") === undefined ? undefined : count("seats"),
    overageDays: count("overageDays"),
    products: muster.list("products", MOST_PRODUCTS, (item) => readProduct(readClaims(item, WHAT))),
    list:
      muster.optional("list") === undefined
        ? undefined
        : muster.list("list", MOST_MACHINES, (item) => readMachine(readClaims(item, WHAT))),
  };
}

function readProduct(claims: ClaimReader): ProductUsage {
  return {
    product: claims.uuid("product"),
    machines: claims.integer("machines", 0, MOST),
    leased: claims.integer("leased", 0, MOST),
  };
}

function readMachine(claims: ClaimReader): ReportedMachine {
  return {
    name: claims.string("name", 512),
    cmid: claims.uuid("cmid"),
    product: claims.uuid("product"),
    lastSeen: moment(claims, "lastSeen"),
  };
}

function moment(claims: ClaimReader, name: string): number {
  const time = parseTime(claims.string(name, 32));
  if (time !== undefined) return time;
  throw problem("BAD_INPUT", `This ${WHAT} cannot be used: ${name} is missing or not of the expected form.`);
}
