import { partialKey } from "../protocol/keys.ts";
import type { MakRequest } from "../protocol/mak.ts";
import { problem } from "../protocol/problems.ts";

/** The limits of a MAK. */
export interface MakLimits {
  readonly text: string;
  /** The activation id it is for. */
  readonly product: string;
  /** How many machines it activates. */
  readonly activations: number;
  /** When it was blocked; undefined when it is not. */
  readonly blocked: number | undefined;
}

/** What the ledger has of a MAK's activations. */
export interface MakUse {
  /** How many machines it has activated. */
  readonly used: number;
  /** Whether one of them has the request's CMID and fingerprint. */
  readonly isKnown: boolean;
}

/**
 * Whether a machine gets a vendor lease. A machine is its CMID and its hardware together: the same ones again use up
 * nothing, so that a lost answer or a restored disk costs no activation; a new CMID or other hardware is another
 * machine. Throws KEY_BLOCKED, KEY_INVALID when the MAK is for another product, ACTIVATION_LIMIT.
 */
export function decideMak(
  request: Pick<MakRequest, "product">,
  mak: MakLimits,
  { used, isKnown }: MakUse,
): "activation" | "repeat" {
  const name = `The MAK ending in ${partialKey(mak.text)}`;
  if (mak.blocked !== undefined) {
    throw problem("KEY_BLOCKED", `${name} is blocked by the vendor; use another one.`);
  }
  if (request.product !== mak.product) {
    throw problem("KEY_INVALID", `${name} is for another product; use the MAK of this one.`);
  }
  if (isKnown) return "repeat";
  if (used < mak.activations) return "activation";
  throw problem(
    "ACTIVATION_LIMIT",
    `${name} has activated ${used} machines and may activate no other; use another MAK.`,
  );
}
