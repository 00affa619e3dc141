// Written by scripts/causes.ts from the files of this folder; do not edit.
import type { Cause } from "../cause.ts";
import { forcedTunnelling } from "./a01-azure-forced-tunnelling.ts";
import { staleAllowList } from "./a02-azure-stale-allow-list.ts";
import { noOutbound } from "./a03-azure-no-outbound.ts";
import { azureDns } from "./a04-azure-dns.ts";
import { wrongCloud } from "./a05-azure-wrong-cloud.ts";
import { certificateMissing, metadataUnreachable } from "./a06-azure-edition.ts";
import { migratedVm } from "./a08-migrated-vm.ts";
import { azureApplicationRule } from "./a09-azure-firewall-application-rule.ts";
import { natResets } from "./a10-azure-nat-resets.ts";
import { makInstalled, retailKey } from "./c01-no-client-key.ts";
import { noProductKey } from "./c03-no-product-key.ts";
import { keyOfAnotherEdition } from "./c04-key-of-another-edition.ts";
import { consumerEdition, evaluation, multiSession } from "./c05-edition-takes-no-key.ts";
import { avmaKey } from "./c08-avma-key.ts";
import { noOemMarker } from "./c09-no-oem-marker.ts";
import { activationType, directoryActivation } from "./c10-activation-type.ts";
import { clockSkew } from "./c12-clock-skew.ts";
import { wrongTimeZone } from "./c13-wrong-time-zone.ts";
import { rearmExhausted, rearmPending } from "./c14-rearm.ts";
import { eulConsumption, licenseStore } from "./c15-license-store.ts";
import { notElevated, serviceDenied } from "./c16-service-denied.ts";
import { hardwareChanged } from "./c18-hardware-changed.ts";
import { nonGenuine } from "./c19-non-genuine.ts";
import { ticketNoise } from "./c20-genuine-ticket-noise.ts";
import { renewalNoise, renewalsFail } from "./c21-renewal.ts";
import { severalProducts } from "./c23-several-products.ts";
import { unapprovedHost } from "./c24-unapproved-host.ts";
import { newCmid } from "./c25-new-cmid.ts";
import { graceExpired } from "./c28-grace-expired.ts";
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
import { gcpEgress, gcpLicense, gcpPrivateAccess } from "./g01-gcp-network.ts";
import { hostNotActivated, hostOutOfTolerance } from "./h01-host-not-activated.ts";
import { activationLimit, hostKeyRefused, hostOffline } from "./h02-host-key-refused.ts";
import { hostKeyTooOld } from "./h04-host-key-too-old.ts";
import { hostNotUpdated } from "./h05-host-not-updated.ts";
import { clientHostKey } from "./h06-client-host-key.ts";
import { officeHostKey } from "./h07-office-host-key.ts";
import { countNotReached } from "./h08-count-not-reached.ts";
import { countSplit } from "./h09-count-split.ts";
import { duplicateCmid, skipRearm } from "./h10-duplicate-cmid.ts";
import { identityChurn } from "./h12-identity-churn.ts";
import { countDecayed } from "./h13-count-decayed.ts";
import { countCapped } from "./h14-count-capped.ts";
import { hostLogShort } from "./h17-host-log-short.ts";
import { hostRebuilt } from "./h18-host-rebuilt.ts";
import { azureEditionHost } from "./h19-azure-edition-host.ts";
import { hostKeyOnClient } from "./h20-host-key-on-client.ts";
import { hostIdle } from "./h21-host-idle.ts";
import { failedRequests } from "./h22-failed-requests.ts";
import { activeDirectoryActivation } from "./h23-active-directory-activation.ts";
import { rogueHost } from "./m01-rogue-host.ts";
import { oneIdentity } from "./m02-one-identity.ts";
import { storeAway } from "./m03-store-away.ts";
import { hostBusy } from "./m04-host-busy.ts";
import { hostUnasked } from "./m05-host-unasked.ts";
import { hostHandedOver } from "./m06-host-handed-over.ts";
import { hostFirewall } from "./n01-host-firewall.ts";
import { pathFilter } from "./n02-path-filter.ts";
import { middlebox } from "./n03-middlebox.ts";
import { hostPortChanged } from "./n04-host-port-changed.ts";
import { serviceStopped } from "./n05-service-stopped.ts";
import { hostStarved } from "./n06-host-starved.ts";
import { clientOutbound } from "./n07-client-outbound-filter.ts";
import { onlyIpv6 } from "./n08-ipv6.ts";
import { hostRenamed } from "./n09-host-renamed.ts";
import { otherRoute, timedOut } from "./n10-failure-flavours.ts";
import { remoteWorker } from "./n12-remote-worker.ts";
import { serviceStuck } from "./n13-service-stuck.ts";
import { providerKms } from "./r01-provider-kms.ts";
import { awsRoutes } from "./w01-aws-routes.ts";
import { awsAgent, awsByol, awsNoKey } from "./w02-aws-agent.ts";

/** Every cause that the doctor knows, by id. */
export const CAUSES: readonly Cause[] = [
  forcedTunnelling,
  staleAllowList,
  noOutbound,
  azureDns,
  wrongCloud,
  metadataUnreachable,
  certificateMissing,
  migratedVm,
  azureApplicationRule,
  natResets,
  makInstalled,
  retailKey,
  noProductKey,
  keyOfAnotherEdition,
  evaluation,
  consumerEdition,
  multiSession,
  avmaKey,
  noOemMarker,
  activationType,
  directoryActivation,
  clockSkew,
  wrongTimeZone,
  rearmExhausted,
  rearmPending,
  licenseStore,
  eulConsumption,
  serviceDenied,
  notElevated,
  hardwareChanged,
  nonGenuine,
  ticketNoise,
  renewalsFail,
  renewalNoise,
  severalProducts,
  unapprovedHost,
  newCmid,
  graceExpired,
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
  gcpEgress,
  gcpPrivateAccess,
  gcpLicense,
  hostNotActivated,
  hostOutOfTolerance,
  hostKeyRefused,
  activationLimit,
  hostOffline,
  hostKeyTooOld,
  hostNotUpdated,
  clientHostKey,
  officeHostKey,
  countNotReached,
  countSplit,
  duplicateCmid,
  skipRearm,
  identityChurn,
  countDecayed,
  countCapped,
  hostLogShort,
  hostRebuilt,
  azureEditionHost,
  hostKeyOnClient,
  hostIdle,
  failedRequests,
  activeDirectoryActivation,
  rogueHost,
  oneIdentity,
  storeAway,
  hostBusy,
  hostUnasked,
  hostHandedOver,
  hostFirewall,
  pathFilter,
  middlebox,
  hostPortChanged,
  serviceStopped,
  hostStarved,
  clientOutbound,
  onlyIpv6,
  hostRenamed,
  timedOut,
  otherRoute,
  remoteWorker,
  serviceStuck,
  providerKms,
  awsRoutes,
  awsAgent,
  awsByol,
  awsNoKey,
];
