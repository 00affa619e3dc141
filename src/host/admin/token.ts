import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { problem } from "../../protocol/problems.ts";
import { readIfThere } from "../../vendor/files.ts";
import { tokenPath, writeWhole } from "../folder.ts";

const MOST_FILE = 1024;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** The token of a host's admin listener: 32 random bytes in base64url, made at first run, in a file of mode 0600. */
export function openToken(folder: string): string {
  const path = tokenPath(folder);
  const kept = readIfThere(path, MOST_FILE)?.trim();
  const token = kept ?? randomBytes(32).toString("base64url");
  if (kept === undefined) writeWhole(path, `${token}\n`);
  if (TOKEN.test(token)) return token;
  throw problem(
    "BAD_INPUT",
    `The token in ${path} is not one that Muster made; remove the file, and the host makes a new one.`,
  );
}

/** Whether this is the token, in a time that says nothing of how much of it was right. */
export function isToken(token: string, given: string): boolean {
  // Digests have one length, whatever was given; the strings may not.
  return timingSafeEqual(digest(given), digest(token));
}

/** Whether the request bears the token: Authorization: Bearer TOKEN. */
export function bearsToken(token: string, request: Request): boolean {
  const [, given = ""] = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  return isToken(token, given);
}

/** Throws UNAUTHORIZED unless the request bears the token. */
export function requireToken(token: string, request: Request): void {
  if (!bearsToken(token, request)) refuseStranger();
}

/** Throws UNAUTHORIZED. */
export function refuseStranger(): never {
  throw problem(
    "UNAUTHORIZED",
    "Send the token of this host as Authorization: Bearer TOKEN; it is in the file admin-token of the host's folder.",
  );
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
