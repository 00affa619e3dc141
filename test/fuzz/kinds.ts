import { CLAIMS, FORGERS, GENUINE, signed } from "./documents.ts";
import { askListener, closeListeners, isUnharmed, wireRequests } from "./listener.ts";
import { bytes } from "./mutate-bytes.ts";
import { json } from "./mutate-json.ts";
import { token } from "./mutate-token.ts";
import { type Broken, type Input, onJson, onText, sameAgain, type Target, textOf } from "./target.ts";

/** Rows of the table that are alike. */

/** A reader of JSON, which reads what it gave as the same again. */
export function message<T>(name: string, valid: readonly Input[], read: (value: unknown) => T): Target {
  return { name, valid: () => valid, mutate: json, read: onJson(read), law: sameAgain(read) };
}

/** A listener, asked by bytes on the wire; it takes long, because what is no whole request is waited out. */
export function listener(
  name: string,
  door: "clients" | "admin" | "vendor",
  path: string,
  bodies: readonly object[],
): Target {
  return {
    name,
    valid: () => bodies.flatMap((body) => wireRequests(path, JSON.stringify(body))),
    mutate: bytes,
    read: askListener(door),
    law: isUnharmed,
    share: 0.002,
    close: closeListeners,
  };
}

type DocumentName = keyof typeof GENUINE;

/** A reader of one kind of signed document: whatever is forged, it accepts the genuine one alone. */
function forged(name: DocumentName, open: (token: string) => unknown): Target {
  const genuine = GENUINE[name];
  return {
    name: `${name}-forged`,
    valid: () => [genuine],
    foreign: FORGERS.filter((document) => document !== genuine),
    mutate: token,
    read: onText(open),
    law: onlyGenuine(genuine),
  };
}

/** The same reader, given odd claims under a signature that holds: it writes what it accepts as it was. */
function claimed<T>(
  name: DocumentName,
  open: (token: string) => Promise<T>,
  claims: (value: T) => object,
): Target {
  return {
    name: `${name}-claims`,
    valid: () => [CLAIMS[name]],
    mutate: json,
    read: onText((text) => open(signed(name, text))),
    law: sameAgain((value: T) => open(signed(name, claims(value)))),
  };
}

/** Both. */
export function document<T>(
  name: DocumentName,
  open: (token: string) => Promise<T>,
  claims: (value: T) => object,
): Target[] {
  return [forged(name, open), claimed(name, open, claims)];
}

/** The law of what is signed: nothing is accepted but the one genuine document. */
export function onlyGenuine(genuine: string) {
  return (_: unknown, input: Uint8Array): Broken =>
    textOf(input).trim() !== genuine && "What nobody signed is accepted.";
}
