import { problem } from "../protocol/problems.ts";

const NAME = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,256}$/u;

/** A name as people give it, without blanks around it. Throws BAD_INPUT when it is empty, long or has control characters or invisible ones. */
export function checkName(what: string, name: string): string {
  const text = name.normalize("NFC").trim();
  if (NAME.test(text)) return text;
  throw problem("BAD_INPUT", `${what} must have 1 to 256 characters and no control or invisible characters.`);
}
