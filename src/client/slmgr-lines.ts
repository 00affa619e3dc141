import { extendedPid, hostExtendedPid } from "../protocol/extended-pid.ts";
import { LICENSE_STATUS, type LicenseState, reasonCode } from "../protocol/license-state.ts";
import { DEFAULT_PORT } from "../protocol/messages.ts";
import type { ClientDescription, ProductDescription } from "./description.ts";
import { formatLocalDate } from "./local-date.ts";
import { formatTarget } from "./target.ts";

const INDENT = "    ";
const MINUTES_A_DAY = 24 * 60;

/**
 * The lines of `slmgr /dlv` for one product, below the version of the service: Microsoft's labels in Microsoft's order
 * (slmgr.vbs 10.0), so that what reads the one reads the other. Lines that Windows does not print for a client are not
 * printed here either.
 */
export function detailedLines(
  client: ClientDescription,
  description: ProductDescription,
  now: number,
): string[] {
  const { product } = description;
  return [
    ...nameLines(description),
    `Activation ID: ${product.id}`,
    `Application ID: ${product.application}`,
    ...idLines(client, description),
    ...keyLines(description),
    ...statusLines(description.state),
    `Remaining App rearm count: ${client.rearmsLeft}`,
    `Trusted time: ${formatLocalDate(Math.max(now, client.signed ?? now))}`,
    ...activationLines(client, description),
  ];
}

/** The lines of `slmgr /dli`: the short form of `/dlv`. */
export function shortLines(client: ClientDescription, description: ProductDescription): string[] {
  return [
    ...nameLines(description),
    ...keyLines(description),
    ...statusLines(description.state),
    ...activationLines(client, description),
  ];
}

/** The lines of `slmgr /xpr`: when the status ends. */
export function expiryLines({ product, application, state }: ProductDescription): string[] {
  const end = state.ends === undefined ? "" : formatLocalDate(state.ends);
  return [`${product.name}:`, `${INDENT}${expiry(state, application, end)}`];
}

function expiry({ status }: LicenseState, application: string, end: string): string {
  switch (status) {
    case LICENSE_STATUS.unlicensed:
      return "Unlicensed";
    case LICENSE_STATUS.licensed:
      return end === "" ? "The machine is permanently activated." : `Volume activation will expire ${end}`;
    case LICENSE_STATUS.initialGrace:
      return `Initial grace period ends ${end}`;
    case LICENSE_STATUS.additionalGrace:
      return `Additional grace period ends ${end}`;
    case LICENSE_STATUS.nonGenuineGrace:
      return `Non-genuine grace period ends ${end}`;
    case LICENSE_STATUS.notification:
      return `${application} is in Notification mode`;
    case LICENSE_STATUS.extendedGrace:
      return `Extended grace period ends ${end}`;
  }
}

function nameLines(description: ProductDescription): string[] {
  const { product, stored } = description;
  const channel = stored?.key?.kind === "mak" ? "VOLUME_MAK" : product.channel;
  return [`Name: ${product.name}`, `Description: ${description.application}, ${channel} channel`];
}

function keyLines({ stored }: ProductDescription): string[] {
  return [
    stored?.key === undefined ? "This license is not in use." : `Partial Product Key: ${stored.key.partial}`,
  ];
}

function statusLines(state: LicenseState): string[] {
  const { minutesLeft } = state;
  // Windows 8 and later round days up, Windows 7 rounded them down.
  const left = `${minutesLeft} minute(s) (${Math.ceil(minutesLeft / MINUTES_A_DAY)} day(s))`;
  switch (state.status) {
    case LICENSE_STATUS.unlicensed:
      return ["License Status: Unlicensed"];
    case LICENSE_STATUS.licensed:
      return [
        "License Status: Licensed",
        ...(state.ends === undefined ? [] : [`Volume activation expiration: ${left}`]),
      ];
    case LICENSE_STATUS.initialGrace:
      return ["License Status: Initial grace period", `Time remaining: ${left}`];
    case LICENSE_STATUS.additionalGrace:
      return [
        "License Status: Additional grace period (KMS license expired or hardware out of tolerance)",
        `Time remaining: ${left}`,
      ];
    case LICENSE_STATUS.nonGenuineGrace:
      return ["License Status: Non-genuine grace period.", `Time remaining: ${left}`];
    case LICENSE_STATUS.notification:
      return ["License Status: Notification", `Notification Reason: ${notificationReason(state)}`];
    case LICENSE_STATUS.extendedGrace:
      return ["License Status: Extended grace period", `Time remaining: ${left}`];
  }
}

function notificationReason(state: LicenseState): string {
  return `${reasonCode(state)}${state.reason === "GRACE_EXPIRED" ? " (grace time expired)" : ""}.`;
}

/** A client that is not licensed prints neither its CMID nor its host, as in Windows. */
function activationLines(client: ClientDescription, description: ProductDescription): string[] {
  if (description.stored?.key?.kind !== "setup") return [];
  const type = "Configured Activation Type: KMS";
  if (description.state.status !== LICENSE_STATUS.licensed) {
    return [
      type,
      "Please use muster ato to activate and update KMS client information in order to update values.",
    ];
  }
  const { cmid, settings } = client;
  const { stored, grant, product } = description;
  const { registeredHost, lookupDomain } = settings;
  const block = [
    `Client Machine ID (CMID): ${stored.grant?.cmid ?? cmid}`,
    ...(lookupDomain === undefined ? [] : [`Registered KMS SRV record lookup domain: ${lookupDomain}`]),
    hostLine(client, description),
    `KMS machine IP address: ${stored.host?.address ?? "not available"}`,
    `KMS machine extended PID: ${grant?.license === undefined ? "" : hostExtendedPid(grant.license)}`,
    `Activation interval: ${stored.intervals?.activation ?? product.policy.activationInterval} minutes`,
    `Renewal interval: ${stored.intervals?.renewal ?? product.policy.renewalInterval} minutes`,
    `KMS host caching is ${settings.hostCaching ? "enabled" : "disabled"}`,
    ...(registeredHost === undefined || lookupDomain === undefined
      ? []
      : [
          `Warning: /skms setting overrides the /skms-domain setting. ${formatTarget(registeredHost)} will be used for activation.`,
        ]),
  ];
  return [
    type,
    "",
    "Most recent activation information:",
    "Key Management Service client information",
    ...block.map((line) => `${INDENT}${line}`),
  ];
}

function hostLine({ settings }: ClientDescription, { stored }: ProductDescription): string {
  if (settings.registeredHost !== undefined)
    return `Registered KMS machine name: ${formatTarget(settings.registeredHost)}`;
  if (stored?.host?.source !== "dns") return "DNS auto-discovery: KMS name not available";
  const { host, port } = stored.host.target;
  return `KMS machine name from DNS: ${formatTarget({ host, port: port || DEFAULT_PORT })}`;
}

function keyChannel({ product, stored }: ProductDescription): string {
  if (stored?.key?.kind === "mak") return "Volume:MAK";
  return product.channel === "RETAIL" ? "Retail" : "Volume:GVLK";
}

/** Only hosts are activated by phone, so no client has the digits that follow this label in Windows. */
const NO_INSTALLATION_ID = "Installation ID:";

/** What a key gives a product; without one Windows prints the labels alone. */
function idLines({ vendor }: ClientDescription, description: ProductDescription): string[] {
  const { product, stored } = description;
  if (stored?.key === undefined) return ["Extended PID:", NO_INSTALLATION_ID];
  const { partial, installed } = stored.key;
  return [
    `Extended PID: ${extendedPid([vendor.id, product.id, partial], installed)}`,
    `Product Key Channel: ${keyChannel(description)}`,
    NO_INSTALLATION_ID,
  ];
}
