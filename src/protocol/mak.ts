import { type ClaimReader, readClaims } from "./claims.ts";
import { MAX_DOCUMENT } from "./jws.ts";
import { problem } from "./problems.ts";
import { formatTime, parseTime } from "./time.ts";

/** Where a vendor answers host requests: the body is the request's JWS, the answer `{ "license": "JWS" }`. */
export const HOSTS_PATH = "/v1/hosts";
/** Where a vendor answers MAK requests: the body is a `MakRequest` in JSON, the answer a `MakAnswer`. */
export const MAKS_PATH = "/v1/maks";

/**
 * A machine's request for one activation of a MAK, sent to the vendor or carried there as a file. It is not signed:
 * what it proves is that the sender knows the key, so it is to be handled like the key.
 */
export interface MakRequest {
  readonly version: 1;
  /** The MAK. */
  readonly key: string;
  /** The activation id. */
  readonly product: string;
  readonly cmid: string;
  readonly machine: {
    readonly name: string;
    /** Hex SHA-256 over what identifies the hardware. */
    readonly fingerprint: string;
  };
  /** The machine's clock, RFC 3339. */
  readonly time: string;
  /** 16 random bytes, base64url. */
  readonly nonce: string;
}

/** The answer to a MAK request that was granted. */
export interface MakAnswer {
  /** A vendor lease (see vendor-lease.ts). */
  readonly lease: string;
  /** How many activations of the MAK are used, and how many it has. */
  readonly activations: { readonly used: number; readonly of: number };
}

/** The answer to a host request that was granted. */
export interface HostAnswer {
  /** A host licence (see host-license.ts). */
  readonly license: string;
}

const MOST_ACTIVATIONS = 1e9;
const WHAT = "MAK request";
const FINGERPRINT = /^[0-9a-f]{64}$/i;
const NONCE = /^[A-Za-z0-9_-]{22}$/;

/** Reads a MAK request. Throws BAD_INPUT naming what is missing or wrong; members it does not know are ignored. */
export function parseMakRequest(value: unknown): MakRequest {
  const body = readClaims(value, WHAT);
  const machine = body.object("machine");
  body.integer("version", 1, 1);
  const time = parseTime(body.string("time", 40));
  if (time === undefined) throw wrong("time is not an RFC 3339 timestamp");
  return {
    version: 1,
    key: body.string("key", 64),
    product: body.uuid("product"),
    cmid: body.uuid("cmid"),
    machine: {
      name: machine.string("name", 255),
      fingerprint: matching(machine, "fingerprint", FINGERPRINT).toLowerCase(),
    },
    time: formatTime(time),
    nonce: matching(body, "nonce", NONCE),
  };
}

/** Reads a vendor's answer to a MAK request; the lease in it is still to be verified. Throws NOT_A_VENDOR. */
export function parseMakAnswer(value: unknown): MakAnswer {
  return fromVendor(value, (answer) => {
    const activations = answer.object("activations");
    return {
      lease: answer.string("lease", MAX_DOCUMENT),
      activations: {
        used: activations.integer("used", 0, MOST_ACTIVATIONS),
        of: activations.integer("of", 0, MOST_ACTIVATIONS),
      },
    };
  });
}

/** Reads a vendor's answer to a host request; the licence in it is still to be verified. Throws NOT_A_VENDOR. */
export function parseHostAnswer(value: unknown): HostAnswer {
  return fromVendor(value, (answer) => ({ license: answer.string("license", MAX_DOCUMENT) }));
}

function fromVendor<T>(value: unknown, read: (answer: ClaimReader) => T): T {
  try {
    return read(readClaims(value, "answer"));
  } catch (error) {
    throw problem(
      "NOT_A_VENDOR",
      `What answered is not a vendor's activation server: ${(error as Error).message}`,
    );
  }
}

function matching(claims: ClaimReader, name: string, form: RegExp): string {
  const text = claims.string(name);
  if (form.test(text)) return text;
  throw wrong(`${name} is not of the expected form`);
}

function wrong(reason: string) {
  return problem("BAD_INPUT", `This ${WHAT} cannot be used: ${reason}.`);
}
