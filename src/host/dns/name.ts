import { isIP } from "node:net";
import { problem } from "../../protocol/problems.ts";

const LABEL = /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;
const LONGEST_NAME = 255;
const POINTER = 0xc0;

/**
 * A domain name a person typed, without a closing dot and in lower case. `what` says what it is for in the error.
 * Throws BAD_INPUT when it is not the name of a domain or host.
 */
export function checkName(input: string, what: string): string {
  const name = input.trim().replace(/\.$/, "").toLowerCase();
  const fits = name.length <= LONGEST_NAME - 2 && name.split(".").every((label) => LABEL.test(label));
  if (fits && isIP(name) === 0) return name;
  throw problem(
    "BAD_INPUT",
    `${what} must be a name such as host.corp.example, not "${input.slice(0, 80)}".`,
  );
}

/** True when two names are the same to DNS, which ignores case (RFC 4343). */
export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** True when `name` is `parent` or lies below it. */
export function isWithin(name: string, parent: string): boolean {
  return parent === "." || `.${name}`.toLowerCase().endsWith(`.${parent}`.toLowerCase());
}

/** A name on the wire, uncompressed (RFC 1035, section 3.1); `.` is the root. The name must be a checked one. */
export function encodeName(name: string): Uint8Array {
  const labels = name === "." ? [] : name.split(".").map((label) => Buffer.from(label, "latin1"));
  return Buffer.concat([...labels.flatMap((label) => [Buffer.of(label.length), label]), Buffer.of(0)]);
}

/**
 * The name at an offset and the offset after it, compression followed (RFC 1035, section 4.1.4). Throws RangeError
 * when there is none, or when a label holds what cannot be told from the dots of its text form.
 */
export function decodeName(bytes: Uint8Array, start: number): { name: string; next: number } {
  const labels: string[] = [];
  let length = 1;
  let at = start;
  let next: number | undefined;
  for (;;) {
    const head = byteAt(bytes, at);
    if (head === 0) break;
    if (head >= POINTER) {
      const target = ((head - POINTER) << 8) | byteAt(bytes, at + 1);
      // A pointer must lead back, or a message could send its reader round in circles.
      if (target >= at) throw new RangeError("pointer");
      next ??= at + 2;
      at = target;
      continue;
    }
    length += head + 1;
    if (head > 63 || length > LONGEST_NAME || at + 1 + head > bytes.length) throw new RangeError("label");
    labels.push(labelText(bytes.subarray(at + 1, at + 1 + head)));
    at += head + 1;
  }
  return { name: labels.length === 0 ? "." : labels.join("."), next: next ?? at + 1 };
}

function labelText(label: Uint8Array): string {
  const text = Buffer.from(label).toString("latin1");
  if (!/^[!-~]+$/.test(text) || /[.\\]/.test(text)) throw new RangeError("label");
  return text;
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new RangeError("end");
  return byte;
}
