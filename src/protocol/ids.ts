import { problem } from "./problems.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Application ids that belong to Microsoft (Windows, Office 2013 and later, Office 2010). Muster is for
 * anybody's own products: no catalogue may name one of these.
 */
const MICROSOFT_APPLICATIONS: readonly string[] = [
  "55c92734-d682-4d71-983e-d6ec3f16059f",
  "0ff1ce15-a989-479d-af46-f275c6370663",
  "59a52881-a989-479d-af46-f275c6370663",
];

/** True for the 8-4-4-4-12 text form of a UUID, in either case. */
export function isUuid(value: unknown): value is string {
  return typeof value === "string" && value.length === 36 && UUID.test(value);
}

/** A new random id in lower case (UUID version 4, RFC 9562): a CMID, a host id, an activation id. */
export function newId(): string {
  return crypto.randomUUID();
}

/**
 * Ids that are unique and need not be random, one after the other: a random beginning of 72 bits and a count. For what
 * is made thousands of times a second.
 */
export function idSeries(): () => string {
  const beginning = newId().slice(0, -COUNT);
  let made = 0;
  return () => beginning + (made++).toString(16).padStart(COUNT, "0");
}

/** Digits of the last group of a UUID. */
const COUNT = 12;

/** Throws MICROSOFT_PRODUCT when the application id is one of Microsoft's. */
export function refuseMicrosoft(application: string): void {
  if (MICROSOFT_APPLICATIONS.includes(application.toLowerCase())) {
    throw problem(
      "MICROSOFT_PRODUCT",
      `The application id ${application} belongs to Microsoft; Muster activates your own products only, so leave the id out and let Muster make one.`,
    );
  }
}
