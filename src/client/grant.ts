import type { Catalogue } from "../protocol/catalogue.ts";
import type { HostLicense } from "../protocol/host-license.ts";
import { verifyLease } from "../protocol/lease.ts";
import { Problem } from "../protocol/problems.ts";
import { verifyVendorLease } from "../protocol/vendor-lease.ts";
import type { Grant } from "./state.ts";

/** A stored lease that was verified back to the vendor. */
export interface OpenedGrant {
  /** Without an end where the vendor granted it: a MAK's is permanent. */
  readonly lease: { readonly issued: number; readonly expires: number | undefined };
  /** The licence of the host that granted it; undefined where the vendor did. */
  readonly license: HostLicense | undefined;
}

/** Opens stored grants and remembers them: a signature that held a moment ago holds now. */
export interface GrantReader {
  /** `not-genuine` is a grant that does not verify. */
  read(
    grant: Grant | undefined,
    product: string,
    catalogue: Catalogue,
  ): Promise<OpenedGrant | "not-genuine" | undefined>;
  /** Takes over what was verified when the grant came. */
  remember(grant: Grant, product: string, catalogue: Catalogue, opened: OpenedGrant): void;
}

const MOST_REMEMBERED = 64;

/** Makes a reader that remembers nothing yet. */
export function createGrantReader(): GrantReader {
  const verified = new Map<string, OpenedGrant | "not-genuine">();
  const keep = (key: string, opened: OpenedGrant | "not-genuine") => {
    if (verified.size >= MOST_REMEMBERED) verified.clear();
    verified.set(key, opened);
  };
  return {
    async read(grant, product, catalogue) {
      if (grant === undefined) return undefined;
      const key = keyOf(grant, product, catalogue);
      const known = verified.get(key);
      if (known !== undefined) return known;
      const opened = await open(grant, product, catalogue);
      keep(key, opened);
      return opened;
    },
    remember: (grant, product, catalogue, opened) => keep(keyOf(grant, product, catalogue), opened),
  };
}

/** Everything that the verdict on a grant depends on. */
function keyOf(grant: Grant, product: string, catalogue: Catalogue): string {
  const signer = "hostLicense" in grant ? grant.hostLicense : grant.fingerprint;
  return [catalogue.vendor.key.x, product, grant.cmid, grant.lease, signer].join(" ");
}

async function open(
  grant: Grant,
  product: string,
  catalogue: Catalogue,
): Promise<OpenedGrant | "not-genuine"> {
  const { cmid } = grant;
  try {
    if ("hostLicense" in grant) {
      return await verifyLease(grant.lease, grant.hostLicense, { cmid, product }, catalogue);
    }
    const { fingerprint } = grant;
    const lease = await verifyVendorLease(grant.lease, { cmid, product, fingerprint }, catalogue);
    return { lease: { ...lease, expires: undefined }, license: undefined };
  } catch (error) {
    if (error instanceof Problem) return "not-genuine";
    throw error;
  }
}
