import type { Product } from "../protocol/catalogue.ts";
import { type LicenseState, licenseState } from "../protocol/license-state.ts";
import { PROBLEMS } from "../protocol/problems.ts";
import type { OpenedGrant } from "./grant.ts";
import type { ProductState } from "./state.ts";

/**
 * The license state of a product on this machine; `stored` is undefined where it was never installed, `latestSigned`
 * where no time of a host was kept.
 */
export function standing(
  product: Product,
  stored: ProductState | undefined,
  grant: OpenedGrant | "not-genuine" | undefined,
  now: number,
  latestSigned?: number,
): LicenseState {
  const lease = grant === undefined || grant === "not-genuine" ? grant : grant.lease;
  return licenseState(
    {
      key: stored?.key !== undefined,
      firstSeen: stored?.firstSeen ?? now,
      lease,
      hardwareChanged: stored?.hardwareChanged,
      latestSigned: latestSigned ?? (lease === "not-genuine" ? undefined : lease?.issued),
      policy: product.policy,
    },
    now,
  );
}

/** The reason of a state in a sentence. */
export function reasonSentence({ reason }: Pick<LicenseState, "reason">): string | undefined {
  switch (reason) {
    case undefined:
      return undefined;
    case "CLOCK_SKEW":
      return "The clock of this machine is behind the time that its host signed; set it right.";
    case "HARDWARE_CHANGED":
      return "The hardware differs too much from that of the lease; activate again: muster ato.";
    default:
      return PROBLEMS[reason].title;
  }
}
