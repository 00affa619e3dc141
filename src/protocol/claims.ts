import { isUuid } from "./ids.ts";
import { asPublicJwk, type PublicJwk } from "./jws.ts";
import { problem } from "./problems.ts";

/**
 * Reads claims of a signed document one by one. A document of the right signature can still be one from another
 * version: each getter throws BAD_INPUT naming the claim it could not read.
 */
export interface ClaimReader {
  string(name: string, most?: number): string;
  uuid(name: string): string;
  /** A time claim (RFC 7519 NumericDate, seconds) as milliseconds. */
  time(name: string): number;
  integer(name: string, least: number, most: number): number;
  list<T>(name: string, most: number, read: (item: unknown, name: string) => T): T[];
  object(name: string): ClaimReader;
  publicKey(name: string): PublicJwk;
  optional(name: string): unknown;
}

/** A reader over a JSON object; `what` names the document in error messages. */
export function readClaims(value: unknown, what: string): ClaimReader {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw unreadable(what, "its content");
  const claims = value as Record<string, unknown>;
  const reader: ClaimReader = {
    string(name, most = 256) {
      const text = claims[name];
      if (typeof text !== "string" || text.length === 0 || text.length > most) throw unreadable(what, name);
      return text;
    },
    uuid(name) {
      const id = claims[name];
      if (!isUuid(id)) throw unreadable(what, name);
      return id.toLowerCase();
    },
    time(name) {
      return reader.integer(name, 0, 253402300799) * 1000;
    },
    integer(name, least, most) {
      const number = claims[name];
      if (typeof number !== "number" || !Number.isInteger(number) || number < least || number > most) {
        throw unreadable(what, name);
      }
      return number;
    },
    list(name, most, read) {
      const items = claims[name];
      if (!Array.isArray(items) || items.length > most) throw unreadable(what, name);
      return items.map((item) => read(item, name));
    },
    object(name) {
      const value = claims[name];
      if (typeof value !== "object" || value === null || Array.isArray(value)) throw unreadable(what, name);
      return readClaims(value, what);
    },
    publicKey(name) {
      const key = asPublicJwk(claims[name]);
      if (key === undefined) throw unreadable(what, name);
      return key;
    },
    optional(name) {
      return claims[name];
    },
  };
  return reader;
}

/** An item of a list that must be a UUID. */
export function uuidItem(what: string): (item: unknown, name: string) => string {
  return (item, name) => {
    if (!isUuid(item)) throw unreadable(what, name);
    return item.toLowerCase();
  };
}

function unreadable(what: string, name: string) {
  return problem(
    "BAD_INPUT",
    `This ${what} cannot be used: ${name} is missing or not of the expected form; get it again from where it came from.`,
  );
}
