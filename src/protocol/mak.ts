import { type ClaimReader, readClaims } from "./claims.ts";
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

function matching(claims: ClaimReader, name: string, form: RegExp): string {
  const text = claims.string(name);
  if (form.test(text)) return text;
  throw wrong(`${name} is not of the expected form`);
}

function wrong(reason: string) {
  return problem("BAD_INPUT", `This ${WHAT} cannot be used: ${reason}.`);
}
