/**
 * The one table of problems. Thrown errors, HTTP bodies, exit codes, docs/errors.md and translations come from
 * it. A name is never reused for another meaning; `code` is the HRESULT that administrators know from Microsoft's
 * documents where one fits. `status` is the HTTP status when a host answers with it, `exit` the exit code of a
 * command that ends with it.
 */
export const PROBLEMS = {
  // What a host says of a request (DESIGN, section 4).
  COUNT_INSUFFICIENT: row(
    "0xC004F038",
    200,
    1,
    "The count of machines is below the number this product needs.",
  ),
  HOST_NOT_ACTIVATED: row("0xC004F041", 503, 1, "The host has no valid host licence."),
  HOST_CANNOT_BE_USED: row("0xC004F042", 403, 1, "The host's licence does not cover this product."),
  CLOCK_SKEW: row("0xC004F06C", 403, 1, "The clocks of client and host differ by more than allowed."),
  BAD_REQUEST: row("0x80070057", 400, 2, "The request is malformed."),
  TOO_LARGE: row("0x800700DF", 413, 2, "The request is larger than 4 KiB."),
  SLOW_DOWN: row("0x800704D5", 429, 1, "Too many requests from this address."),
  HOST_BUSY: row("0x800700AA", 503, 1, "The host has more requests than it can answer."),
  NOT_FOUND: row("0x80070490", 404, 2, "There is nothing at this path."),
  METHOD_NOT_ALLOWED: row("0x80070001", 405, 2, "This path takes another method."),
  UNAUTHORIZED: row("0x8007052E", 401, 2, "The token is missing or wrong."),
  MISDIRECTED: row("0x800704BE", 421, 2, "The request names a host that this listener is not."),

  // What a client finds while looking for a host.
  NO_HOST_CONTACTED: row("0xC004F074", 502, 1, "Every host failed."),
  DNS_NAME_NOT_FOUND: row("0x8007232B", 502, 1, "There is no SRV record of a host in DNS."),
  DNS_NO_RECORDS: row("0x8007251D", 502, 1, "The DNS name exists but has no SRV record."),
  DNS_SERVER_FAILURE: row("0x8007232A", 502, 1, "The DNS server failed or did not answer."),
  NO_DNS_SERVER: row("0x8007267C", 502, 1, "No DNS server is configured."),
  NO_DNS_SUFFIX: row("0x8007007B", 502, 1, "This machine has no DNS suffix to look in."),
  HOST_NAME_NOT_RESOLVED: row("0x80072AF9", 502, 1, "The host's name has no address."),
  CONNECTION_REFUSED: row("0x8007274D", 502, 1, "Nothing listens at the host's address and port."),
  CONNECTION_TIMED_OUT: row("0x8007274C", 502, 1, "The host did not answer in time."),
  HOST_UNREACHABLE: row("0x80072751", 502, 1, "There is no route to the host."),
  CONNECTION_LOST: row("0x80072746", 502, 1, "The connection ended before the answer came."),
  NOT_A_HOST: row("0xC004F039", 502, 1, "What answered is not a Muster host."),
  HOST_NOT_TRUSTED: row("0x800B0109", 502, 1, "The host's licence does not chain to the vendor's key."),

  // What a host, or a client with a MAK, finds while asking the vendor (WinINet's codes).
  NOT_A_VENDOR: row("0x80072F78", 502, 1, "What answered is not a vendor's activation server."),
  VENDOR_NOT_TRUSTED: row("0x80072F0D", 502, 1, "The TLS certificate of the vendor's server is not trusted."),

  // What a host finds while publishing itself in DNS (RFC 2136 and RFC 8945 response codes).
  DNS_FORMAT_ERROR: row("0x80072329", 502, 1, "The DNS server could not read the update."),
  DNS_NOT_IMPLEMENTED: row("0x8007232C", 502, 1, "The DNS server does not take updates."),
  DNS_REFUSED: row("0x8007232D", 502, 1, "The DNS server refuses updates from this host."),
  DNS_NOT_AUTHORITATIVE: row("0x80072331", 502, 1, "The DNS server is not authoritative for this domain."),
  DNS_NOT_ZONE: row("0x80072332", 502, 1, "The name is not in the zone of the update."),
  DNS_BAD_SIGNATURE: row("0x80072338", 502, 1, "The DNS server does not accept the signature of the update."),
  DNS_BAD_KEY: row("0x80072339", 502, 1, "The DNS server does not know the key of the update."),
  DNS_BAD_TIME: row("0x8007233A", 502, 1, "The DNS server's clock and this host's differ too much."),
  DNS_TIMED_OUT: row("0x800705B4", 502, 1, "The DNS server did not answer in time."),

  // Keys, licences and the state of a machine.
  KEY_INVALID: row("0xC004F050", 403, 2, "This is not a key of this catalogue."),
  KEY_BLOCKED: row("0xC004F051", 403, 1, "This key is blocked."),
  KEY_MISSING: row("0xC004F014", 409, 1, "No product key is installed."),
  ACTIVATION_LIMIT: row("0xC004C008", 403, 1, "The key has been used as often as it allows."),
  SEATS_EXHAUSTED: row("0xC004C020", 403, 1, "All seats of the host licence are taken."),
  GRACE_EXPIRED: row("0xC004F009", 409, 1, "The grace period is over."),
  HARDWARE_CHANGED: row("0xC004F00F", 409, 1, "The hardware differs too much from that of the activation."),
  REARM_LIMIT: row("0xC004D307", 409, 1, "This machine has been rearmed as often as it may be."),
  SIGNATURE_INVALID: row("0x80090006", 400, 2, "The signature does not hold."),
  LICENSE_EXPIRED: row("0x800B0101", 400, 2, "The licence is not valid at this time."),
  MICROSOFT_PRODUCT: row("0xC004F066", 400, 2, "Muster does not activate Microsoft's products."),

  // Commands.
  BAD_INPUT: row("0x8007000D", 400, 2, "The input cannot be used."),
  NOT_INITIALIZED: row("0x80070002", 409, 2, "The folder does not hold what the command needs."),
  ALREADY_EXISTS: row("0x80070050", 409, 2, "It exists already."),
  IN_USE: row("0x80070020", 409, 2, "Another process is using it."),
  PORT_IN_USE: row("0x80072740", 409, 2, "The port is taken."),
  ACCESS_DENIED: row("0x80070005", 403, 2, "This account may not do that."),
  STORE_NEWER: row("0x8007051A", 409, 2, "The store was written by a newer Muster."),
  HANDED_OVER: row("0x80071397", 503, 1, "The host has handed its machines over to another one."),
  STORE_UNAVAILABLE: row("0x8007139F", 503, 1, "The host cannot write to its store."),
  DEFECT: row("0x8000FFFF", 500, 70, "This is a defect in Muster."),
} as const satisfies Record<string, ProblemRow>;

interface ProblemRow {
  readonly code: string;
  readonly status: number;
  readonly exit: number;
  readonly title: string;
}

/** The name of a row of the table. */
export type ProblemName = keyof typeof PROBLEMS;

/** The code of success: what a request that went well carries in its `code`. */
export const SUCCESS = "0x00000000";

/**
 * Sentences quote what others wrote, and people read them in a terminal: what ends a line, steers the terminal or turns
 * the direction of writing is left out.
 */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** A problem of the table with a sentence of its own that says what to do. */
export class Problem extends Error {
  override readonly name: ProblemName;
  /** Seconds after which asking again makes sense (HTTP `Retry-After`). */
  readonly retryAfter: number | undefined;

  constructor(name: ProblemName, detail: string, options: { retryAfter?: number; cause?: unknown } = {}) {
    super(detail.replace(UNPRINTABLE, " "), { cause: options.cause });
    this.name = name;
    this.retryAfter = options.retryAfter;
  }

  get code(): string {
    return PROBLEMS[this.name].code;
  }

  get status(): number {
    return PROBLEMS[this.name].status;
  }

  get exit(): number {
    return PROBLEMS[this.name].exit;
  }

  /** The body of an HTTP refusal: RFC 9457 problem details with `code` and `name`. */
  toJSON(): ProblemBody {
    const { code, status, title } = PROBLEMS[this.name];
    return { type: "about:blank", title, status, detail: this.message, code, name: this.name };
  }
}

/** RFC 9457 problem details as Muster sends them (`application/problem+json`). */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  name: string;
}

/** A problem to throw: its name in the table and one sentence that says what to do. */
export function problem(
  name: ProblemName,
  detail: string,
  options: { retryAfter?: number; cause?: unknown } = {},
): Problem {
  return new Problem(name, detail, options);
}

/** The name of the problem that has this HRESULT, for reading codes out of answers, events and stores. */
export function problemNamed(code: string): ProblemName | undefined {
  const wanted = code.toLowerCase();
  return NAMES.find((name) => PROBLEMS[name].code.toLowerCase() === wanted);
}

const NAMES = Object.keys(PROBLEMS) as ProblemName[];

function row(code: string, status: number, exit: number, title: string): ProblemRow {
  return { code, status, exit, title };
}
