import { type ClaimReader, readClaims } from "../protocol/claims.ts";
import { isUuid } from "../protocol/ids.ts";
import { PROBLEMS, type ProblemName, problem } from "../protocol/problems.ts";
import { NO_TIME, type SeenTime } from "./clock.ts";
import type { AnsweringHost, Attempt, ClientState, Grant, InstalledKey, ProductState, Try } from "./state.ts";
import { isHostName, isPort, type Target } from "./target.ts";

/** The format this version writes; a larger number is a newer Muster's. */
const VERSION = 1;
const WHAT = "licence file";
const LATEST = 8.64e15;
const MOST_PRODUCTS = 10_000;
const MOST_FACTS = 256;
const LONGEST_FACT = 256;

/** The state as the text of `license.json`. */
export function writeState(state: ClientState): string {
  return `${JSON.stringify({ version: VERSION, ...state }, null, 2)}\n`;
}

/** The state in the text of `license.json`. Throws BAD_INPUT when it is damaged, STORE_NEWER. */
export function readState(text: string): ClientState {
  const claims = readClaims(parseJson(text), WHAT);
  const version = claims.integer("version", 1, 1e9);
  if (version > VERSION) {
    throw problem(
      "STORE_NEWER",
      `The licence file was written by a newer Muster (format ${version}); update this one.`,
    );
  }
  const settings = claims.object("settings");
  return {
    cmid: maybe(claims, "cmid", () => claims.uuid("cmid")),
    rearms: claims.integer("rearms", 0, 1e9),
    settings: {
      registeredHost: maybeObject(settings, "registeredHost", readTarget),
      lookupDomain: maybe(settings, "lookupDomain", () => settings.string("lookupDomain")),
      hostCaching: flag(settings, "hostCaching"),
    },
    cachedHost: maybeObject(claims, "cachedHost", readTarget),
    ticket: maybe(claims, "ticket", () => claims.string("ticket")),
    clock: maybeObject(claims, "clock", readClock) ?? NO_TIME,
    products: readProducts(claims.object("products"), claims.optional("products") as object),
  };
}

function readProducts(reader: ClaimReader, products: object): Record<string, ProductState> {
  const ids = Object.keys(products);
  if (ids.length > MOST_PRODUCTS || !ids.every(isUuid)) throw unreadable("products");
  return Object.fromEntries(ids.map((id) => [id, readProduct(reader.object(id))]));
}

function readProduct(claims: ClaimReader): ProductState {
  return {
    key: maybeObject(claims, "key", readKey),
    firstSeen: moment(claims, "firstSeen"),
    grant: maybeObject(claims, "grant", readGrant),
    hardwareChanged: maybeMoment(claims, "hardwareChanged"),
    intervals: maybeObject(claims, "intervals", (intervals) => ({
      activation: intervals.integer("activation", 1, 0x7fffffff),
      renewal: intervals.integer("renewal", 1, 0x7fffffff),
    })),
    host: maybeObject(claims, "host", readHost),
    lastAttempt: maybeObject(claims, "lastAttempt", readAttempt),
    lastSuccess: maybeMoment(claims, "lastSuccess"),
    nextAttempt: maybeMoment(claims, "nextAttempt"),
  };
}

function readKey(claims: ClaimReader): InstalledKey {
  const kind = claims.string("kind");
  if (kind !== "setup" && kind !== "mak") throw unreadable("kind");
  return {
    kind,
    partial: claims.string("partial", 5),
    text: maybe(claims, "text", () => claims.string("text", 29)),
    installed: moment(claims, "installed"),
  };
}

function readGrant(claims: ClaimReader): Grant {
  const common = {
    lease: claims.string("lease", 1 << 20),
    cmid: claims.uuid("cmid"),
    hardware: maybe(claims, "hardware", () => claims.list("hardware", MOST_FACTS, fact)),
  };
  return claims.optional("fingerprint") === undefined
    ? { ...common, hostLicense: claims.string("hostLicense", 1 << 22) }
    : { ...common, fingerprint: claims.string("fingerprint", 64) };
}

function readClock(claims: ClaimReader): SeenTime {
  return { signed: maybeMoment(claims, "signed"), local: maybeMoment(claims, "local") };
}

function fact(item: unknown): string {
  if (typeof item !== "string" || item.length > LONGEST_FACT) throw unreadable("hardware");
  return item;
}

function readHost(claims: ClaimReader): AnsweringHost {
  const source = claims.string("source");
  if (source !== "registered" && source !== "dns") throw unreadable("source");
  return {
    target: readTarget(claims.object("target")),
    address: maybe(claims, "address", () => claims.string("address")),
    source,
  };
}

function readAttempt(claims: ClaimReader): Attempt {
  const name = claims.string("name");
  return {
    time: moment(claims, "time"),
    code: claims.string("code", 10),
    name: name === "SUCCESS" ? name : problemName(name),
    message: claims.string("message", 1 << 16),
    count: maybe(claims, "count", () => claims.integer("count", 0, 1e9)),
    tries: claims.list("tries", 10_000, (item) => readTry(readClaims(item, WHAT))),
  };
}

function readTry(claims: ClaimReader): Try {
  return {
    host: claims.string("host", 300),
    address: maybe(claims, "address", () => claims.string("address")),
    code: claims.string("code", 10),
    name: problemName(claims.string("name")),
    reason: claims.string("reason", 1 << 16),
  };
}

function readTarget(claims: ClaimReader): Target {
  const target = {
    host: claims.string("host"),
    port: claims.integer("port", 1, 65535),
    secure: flag(claims, "secure"),
  };
  if (!isHostName(target.host) || !isPort(target.port)) throw unreadable("host");
  return target;
}

/** A member that may be left out. */
function maybe<T>(claims: ClaimReader, name: string, read: () => T): T | undefined {
  return claims.optional(name) === undefined ? undefined : read();
}

/** An object that may be left out. */
function maybeObject<T>(claims: ClaimReader, name: string, read: (inner: ClaimReader) => T): T | undefined {
  return maybe(claims, name, () => read(claims.object(name)));
}

function moment(claims: ClaimReader, name: string): number {
  return claims.integer(name, 0, LATEST);
}

function maybeMoment(claims: ClaimReader, name: string): number | undefined {
  return maybe(claims, name, () => moment(claims, name));
}

function flag(claims: ClaimReader, name: string): boolean {
  const value = claims.optional(name);
  if (typeof value !== "boolean") throw unreadable(name);
  return value;
}

function problemName(name: string): ProblemName {
  if (!Object.hasOwn(PROBLEMS, name)) throw unreadable("name");
  return name as ProblemName;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable("its JSON");
  }
}

function unreadable(name: string) {
  return problem(
    "BAD_INPUT",
    `This ${WHAT} cannot be used: ${name} is missing or not of the expected form; restore it from a backup, or install the product key again.`,
  );
}
