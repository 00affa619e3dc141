import { newId } from "../protocol/ids.ts";
import { partialKey } from "../protocol/keys.ts";
import type { MakRequest } from "../protocol/mak.ts";
import { problem } from "../protocol/problems.ts";
import { DAY } from "../protocol/time.ts";
import { vendorLeaseClaims } from "../protocol/vendor-lease.ts";
import { addEntry } from "./entries.ts";
import { decideMak } from "./mak-approval.ts";
import { findMak, makIn, noteUse, useOf } from "./maks.ts";
import { checkName } from "./names.ts";
import type { Office } from "./office.ts";
import { findProductNamed } from "./products.ts";

/** What a MAK request gave. */
export interface ActivatedMak {
  /** A repeat is a machine that the MAK had activated before: it uses up nothing. */
  readonly kind: "activation" | "repeat";
  /** The vendor lease: a compact JWS. */
  readonly lease: string;
  readonly cmid: string;
  /** The machine's name. */
  readonly name: string;
  readonly product: string;
  readonly customer: string | undefined;
  readonly partialKey: string;
  /** How many activations of the MAK are used, and how many it has. */
  readonly activations: { readonly used: number; readonly of: number };
}

/**
 * Decides a MAK request and, where it is granted, notes the use and signs the lease; to be called inside a
 * transaction. Throws KEY_INVALID, KEY_BLOCKED, ACTIVATION_LIMIT, BAD_INPUT for a name that cannot be used.
 */
export function activateMak(office: Office, request: MakRequest, now: number): ActivatedMak {
  const { database } = office;
  const { text } = makIn(request);
  const name = checkName("The machine's name in the request", request.machine.name);
  const mak = findMak(database, text);
  if (mak === undefined) {
    throw problem(
      "KEY_INVALID",
      `The MAK ending in ${partialKey(text)} is not one of ${office.name}'s; check it against the original.`,
    );
  }
  const use = useOf(database, mak.row, request);
  const kind = decideMak(request, mak, use);
  const used = use.used + (kind === "activation" ? 1 : 0);
  noteUse(database, mak.row, request, now);
  const { cmid, product } = request;
  if (kind === "activation") {
    const count = { activation: used, activations: mak.activations };
    addEntry(database, mak.row, { action: "vendor-lease", product, cmid, name, ...count }, now);
  }
  return {
    kind,
    lease: signLease(office, request, text, now),
    cmid,
    name,
    product,
    customer: mak.customer,
    partialKey: partialKey(text),
    activations: { used, of: mak.activations },
  };
}

function signLease(office: Office, request: MakRequest, mak: string, now: number): string {
  const { product, cmid, machine, nonce } = request;
  const claims = vendorLeaseClaims({
    id: newId(),
    vendor: office.id,
    cmid,
    product,
    application: findProductNamed(office.database, product).application,
    fingerprint: machine.fingerprint,
    issued: now,
    // Like a host licence, so that a machine whose clock is a little behind can use it at once.
    notBefore: now - DAY,
    nonce,
    partialKey: partialKey(mak),
  });
  return office.signingKey.sign("vendor-lease", claims);
}
