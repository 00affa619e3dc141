import { isUuid } from "./ids.ts";
import type { LicenseStatus } from "./license-state.ts";
import { MAX_INTERVAL, MAX_REQUIRED } from "./policy.ts";
import { PROBLEMS, type Problem, type ProblemBody, problem } from "./problems.ts";
import { parseTime } from "./time.ts";

/** The path of the one call between client and host. */
export const ACTIVATIONS_PATH = "/v1/activations";
/** The largest request, in bytes. */
export const MAX_REQUEST = 4096;
/** The largest answer a client reads, in bytes. */
export const MAX_ANSWER = 64 * 1024;
/** The default port of a host, TCP. */
export const DEFAULT_PORT = 1688;

/** `POST /v1/activations` (DESIGN, section 4). */
export interface ActivationRequest {
  readonly version: 1;
  readonly application: string;
  readonly product: string;
  readonly cmid: string;
  readonly machine: {
    readonly name: string;
    /** Hex SHA-256 over what identifies the hardware. */
    readonly fingerprint: string;
    readonly virtual: boolean;
  };
  /** The license status before the request. */
  readonly status: LicenseStatus;
  /** Minutes left of that status. */
  readonly minutesLeft: number;
  readonly required: number;
  /** The client's clock, RFC 3339. */
  readonly time: string;
  /** 16 random bytes, base64url. */
  readonly nonce: string;
  /** From the last answer; absent in a first request. */
  readonly ticket?: string;
}

/** The answer to a request that was counted. */
export interface ActivationAnswer {
  readonly count: number;
  /** Absent when the count is too small. */
  readonly lease?: string;
  readonly ticket: string;
  /** Minutes. */
  readonly activationInterval: number;
  /** Minutes. */
  readonly renewalInterval: number;
  readonly port: number;
  readonly time: string;
  readonly hostLicense: string;
  readonly code: string;
  /** True when the host asks this machine to take a new CMID and ask again: another machine has the same one. */
  readonly rearm?: boolean;
}

const FINGERPRINT = /^[0-9a-f]{64}$/i;
const NONCE = /^[A-Za-z0-9_-]{22}$/;
const TICKET = /^[A-Za-z0-9_-]{1,128}$/;
/**
 * Names go into events, whose fields are separated by commas and blanks, and before people's eyes, which invisible
 * and direction-changing characters (Cf) would deceive.
 */
const MACHINE_NAME = /^(?!\s)[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp},;]{1,255}(?<!\s)$/u;
const MAX_MINUTES = 0x7fffffff;

/** Reads a request. Throws BAD_REQUEST naming the field that is missing or wrong; members it does not know are ignored. */
export function parseRequest(value: unknown): ActivationRequest {
  const body = members(value, "The body");
  if (body.version !== 1) throw malformed("version must be 1");
  const machine = members(body.machine, "machine");
  const { name, fingerprint, virtual } = machine;
  const { status, minutesLeft, required, time, nonce, ticket } = body;
  if (typeof name !== "string" || !MACHINE_NAME.test(name)) {
    throw malformed(
      "machine.name must have 1 to 255 characters, no comma, semicolon, control or invisible character, and no blank at its ends",
    );
  }
  if (typeof fingerprint !== "string" || !FINGERPRINT.test(fingerprint)) {
    throw malformed("machine.fingerprint must be a SHA-256 in hex");
  }
  if (typeof virtual !== "boolean") throw malformed("machine.virtual must be true or false");
  if (!isInteger(status, 0, 6)) throw malformed("status must be a license status from 0 to 6");
  if (!isInteger(minutesLeft, 0, MAX_MINUTES)) throw malformed("minutesLeft must be a number of minutes");
  if (!isInteger(required, 1, MAX_REQUIRED))
    throw malformed(`required must be a count from 1 to ${MAX_REQUIRED}`);
  if (typeof time !== "string" || parseTime(time) === undefined)
    throw malformed("time must be an RFC 3339 timestamp");
  if (typeof nonce !== "string" || !NONCE.test(nonce)) throw malformed("nonce must be 16 bytes in base64url");
  if (ticket !== undefined && (typeof ticket !== "string" || !TICKET.test(ticket))) {
    throw malformed("ticket must be the ticket of the last answer, or be left out");
  }
  return {
    version: 1,
    application: uuid(body, "application"),
    product: uuid(body, "product"),
    cmid: uuid(body, "cmid"),
    machine: { name, fingerprint: fingerprint.toLowerCase(), virtual },
    status: status as LicenseStatus,
    minutesLeft,
    required,
    time,
    nonce,
    ...(ticket === undefined ? {} : { ticket }),
  };
}

/**
 * Reads an answer, which may come from anything that listens. Throws NOT_A_HOST. An answer without a lease carries
 * no signature, so its intervals are bounded here: nobody may silence a client for longer than a host may.
 */
export function parseAnswer(value: unknown): ActivationAnswer {
  const body = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const { count, lease, ticket, activationInterval, renewalInterval, port, time, hostLicense, code, rearm } =
    body;
  const wrong =
    (!isInteger(count, 0, 1e9) && "count") ||
    (lease !== undefined && typeof lease !== "string" && "lease") ||
    ((typeof ticket !== "string" || !TICKET.test(ticket)) && "ticket") ||
    (!isInteger(activationInterval, 1, MAX_INTERVAL) && "activationInterval") ||
    (!isInteger(renewalInterval, 1, MAX_INTERVAL) && "renewalInterval") ||
    (!isInteger(port, 1, 65535) && "port") ||
    ((typeof time !== "string" || parseTime(time) === undefined) && "time") ||
    (typeof hostLicense !== "string" && "hostLicense") ||
    ((typeof code !== "string" || !/^0x[0-9a-f]{8}$/i.test(code)) && "code");
  if (wrong)
    throw problem("NOT_A_HOST", `What answered is not a Muster host: its ${wrong} is missing or wrong.`);
  return {
    count,
    ...(lease === undefined ? {} : { lease }),
    ticket,
    activationInterval,
    renewalInterval,
    port,
    time,
    hostLicense,
    code,
    ...(rearm === true ? { rearm } : {}),
  } as ActivationAnswer;
}

/** Reads a refusal (RFC 9457), or gives undefined when the body is not one of Muster's. */
export function parseRefusal(value: unknown): Pick<ProblemBody, "code" | "name" | "detail"> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { code, name, detail } = value as Record<string, unknown>;
  if (typeof code !== "string" || !/^0x[0-9a-f]{8}$/i.test(code) || typeof name !== "string")
    return undefined;
  if (!Object.hasOwn(PROBLEMS, name)) return undefined;
  return { code, name, detail: typeof detail === "string" ? printable(detail).slice(0, 1000) : "" };
}

/** Whoever answers chooses the words, and people read them in a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}

function members(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw malformed(`${what} must be a JSON object`);
  }
  return value as Record<string, unknown>;
}

function uuid(body: Record<string, unknown>, name: string): string {
  const id = body[name];
  if (!isUuid(id)) throw malformed(`${name} must be a UUID`);
  return id.toLowerCase();
}

function isInteger(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

function malformed(reason: string): Problem {
  return problem("BAD_REQUEST", `The request is malformed: ${reason}.`);
}
