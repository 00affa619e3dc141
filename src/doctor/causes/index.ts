// Written by scripts/causes.ts from the files of this folder; do not edit.
import type { Cause } from "../cause.ts";
import { makInstalled, retailKey } from "./c01-no-client-key.ts";
import { clockSkew } from "./c12-clock-skew.ts";
import { renewalNoise, renewalsFail } from "./c21-renewal.ts";
import { srvMissing } from "./d01-srv-missing.ts";
import { srvStale } from "./d02-srv-stale.ts";
import { zoneMismatch } from "./d03-zone-mismatch.ts";
import { noSuffix } from "./d04-no-dns-suffix.ts";
import { noDnsServer } from "./d05-no-dns-server.ts";
import { hostAddress } from "./d06-host-address.ts";
import { srvPort } from "./d07-srv-port.ts";
import { unintendedHost } from "./d08-unintended-host.ts";
import { updateRefused } from "./d09-srv-update-refused.ts";
import { publishingDisabled } from "./d10-publishing-disabled.ts";
import { ownDomainOnly } from "./d11-own-domain-only.ts";
import { clientPinned } from "./d12-client-pinned.ts";
import { lookupDomain } from "./d13-lookup-domain.ts";
import { cachedDeadHost } from "./d14-cached-dead-host.ts";
import { priorityAndCaching } from "./d15-priority-and-caching.ts";
import { srvScavenged } from "./d16-srv-scavenged.ts";
import { splitHorizon } from "./d17-split-horizon.ts";
import { nslookupOnly } from "./d18-nslookup-only.ts";
import { countNotReached } from "./h08-count-not-reached.ts";
import { countSplit } from "./h09-count-split.ts";
import { duplicateCmid, skipRearm } from "./h10-duplicate-cmid.ts";

/** Every cause that the doctor knows, by id. */
export const CAUSES: readonly Cause[] = [
  makInstalled,
  retailKey,
  clockSkew,
  renewalsFail,
  renewalNoise,
  srvMissing,
  srvStale,
  zoneMismatch,
  noSuffix,
  noDnsServer,
  hostAddress,
  srvPort,
  unintendedHost,
  updateRefused,
  publishingDisabled,
  ownDomainOnly,
  clientPinned,
  lookupDomain,
  cachedDeadHost,
  priorityAndCaching,
  srvScavenged,
  splitHorizon,
  nslookupOnly,
  countNotReached,
  countSplit,
  duplicateCmid,
  skipRearm,
];
