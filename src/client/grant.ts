import type { Catalogue } from "../protocol/catalogue.ts";
import type { HostLicense } from "../protocol/host-license.ts";
import { type Lease, verifyLease } from "../protocol/lease.ts";
import { Problem } from "../protocol/problems.ts";
import type { Grant } from "./state.ts";

/** A stored lease that was verified back to the vendor. */
export interface OpenedGrant {
  readonly lease: Lease;
  readonly license: HostLicense;
}

/** Opens stored grants; `not-genuine` is one that does not verify. */
export type GrantReader = (
  grant: Grant | undefined,
  product: string,
  catalogue: Catalogue,
) => Promise<OpenedGrant | "not-genuine" | undefined>;

const MOST_REMEMBERED = 64;

/** A reader that remembers what it verified: a signature that held a moment ago holds now. */
export function createGrantReader(): GrantReader {
  const verified = new Map<string, OpenedGrant | "not-genuine">();
  return async (grant, product, catalogue) => {
    if (grant === undefined) return undefined;
    const key = [catalogue.vendor.key.x, product, grant.cmid, grant.lease, grant.hostLicense].join(" ");
    const known = verified.get(key);
    if (known !== undefined) return known;
    const opened = await open(grant, product, catalogue);
    if (verified.size >= MOST_REMEMBERED) verified.clear();
    verified.set(key, opened);
    return opened;
  };
}

async function open(
  grant: Grant,
  product: string,
  catalogue: Catalogue,
): Promise<OpenedGrant | "not-genuine"> {
  try {
    return await verifyLease(grant.lease, grant.hostLicense, { cmid: grant.cmid, product }, catalogue);
  } catch (error) {
    if (error instanceof Problem) return "not-genuine";
    throw error;
  }
}
