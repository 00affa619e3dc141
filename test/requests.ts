import { createHash, randomBytes } from "node:crypto";
import { newId } from "../src/protocol/ids.ts";
import type { ActivationRequest } from "../src/protocol/messages.ts";
import { formatTime } from "../src/protocol/time.ts";

/** The moment tests start at unless they say otherwise. */
export const NOW = Date.parse("2026-11-22T06:44:00Z");

/** A fingerprint for a machine that exists only by name. */
export const fingerprintOf = (name: string): string => createHash("sha256").update(name).digest("hex");

/** A first request of a machine, with whatever a test wants otherwise. */
export function makeRequest(
  product: { application: string; product: string; required?: number },
  overrides: Partial<Omit<ActivationRequest, "machine">> & { name?: string; now?: number } = {},
): ActivationRequest {
  const { name = "pc-1", now = NOW, ...rest } = overrides;
  return {
    version: 1,
    application: product.application,
    product: product.product,
    cmid: newId(),
    machine: { name, fingerprint: fingerprintOf(name), virtual: false },
    status: 2,
    minutesLeft: 43_200,
    required: product.required ?? 25,
    time: formatTime(now),
    nonce: randomBytes(16).toString("base64url"),
    ...rest,
  };
}
