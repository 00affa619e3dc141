import { formatLocalDate } from "../client/local-date.ts";
import { hostExtendedPid } from "../protocol/extended-pid.ts";
import type { HostLicense } from "../protocol/host-license.ts";
import { LICENSE_STATUS, type LicenseStatus } from "../protocol/license-state.ts";
import { PROBLEMS } from "../protocol/problems.ts";
import { minutesUntil } from "../protocol/time.ts";
import { isValid } from "./folder.ts";
import type { HostSettings } from "./settings.ts";
import type { ApplicationFigures } from "./store.ts";

/** What a host shows of itself for one application. */
export interface HostDescription {
  readonly host: string;
  readonly application: { readonly id: string; readonly name: string };
  readonly license: HostLicense | undefined;
  /** What to read to the vendor by phone; undefined while the host has no host key. */
  readonly installationId: string | undefined;
  readonly figures: ApplicationFigures;
  readonly settings: HostSettings;
  /** The port it listens on, or would. */
  readonly port: number;
  /** Whether it publishes itself in DNS, or would: by its setting, unless it runs without DNS. */
  readonly isPublished: boolean;
}

const INDENT = "    ";
const MINUTES_A_DAY = 24 * 60;

/** The labels of the cumulative requests, in Microsoft's order; status 6 has none. */
const REQUESTS: readonly [label: string, status: LicenseStatus][] = [
  ["Unlicensed", LICENSE_STATUS.unlicensed],
  ["Licensed", LICENSE_STATUS.licensed],
  ["Initial grace period", LICENSE_STATUS.initialGrace],
  ["License expired or Hardware out of tolerance", LICENSE_STATUS.additionalGrace],
  ["Non-genuine grace period", LICENSE_STATUS.nonGenuineGrace],
  ["Notification", LICENSE_STATUS.notification],
];

/** The lines of `slmgr /dlv` on a KMS host, for one application: Microsoft's labels in Microsoft's order. */
export function detailedHostLines(description: HostDescription, now: number): string[] {
  const { host, application, license, installationId } = description;
  return [
    ...nameLines(description),
    `Activation ID: ${host}`,
    `Application ID: ${application.id}`,
    ...(license === undefined
      ? ["Extended PID:"]
      : [`Extended PID: ${hostExtendedPid(license)}`, "Product Key Channel: Volume:CSVLK"]),
    `Installation ID: ${installationId ?? ""}`.trimEnd(),
    ...keyLines(description, now),
    `Trusted time: ${formatLocalDate(now)}`,
    ...hostBlock(description),
  ];
}

/** The lines of `slmgr /dli` on a KMS host. */
export function shortHostLines(description: HostDescription, now: number): string[] {
  return [...nameLines(description), ...keyLines(description, now), ...hostBlock(description)];
}

/** The lines of `slmgr /xpr` on a KMS host, whose licence ends where Microsoft's does not. */
export function hostExpiryLines({ application, license }: HostDescription, now: number): string[] {
  const line = isValid(license, now)
    ? `Volume activation will expire ${formatLocalDate(license.expires)}`
    : "Unlicensed";
  return [`${application.name}:`, `${INDENT}${line}`];
}

function nameLines({ application }: HostDescription): string[] {
  return [`Name: ${application.name}, host`, `Description: ${application.name}, VOLUME_KMS channel`];
}

function keyLines({ license }: HostDescription, now: number): string[] {
  if (license === undefined) return ["This license is not in use.", "License Status: Unlicensed"];
  const key = `Partial Product Key: ${license.partialKey}`;
  if (!isValid(license, now)) {
    return [key, "License Status: Notification", `Notification Reason: ${PROBLEMS.LICENSE_EXPIRED.code}.`];
  }
  const minutes = minutesUntil(license.expires, now);
  const left = `${minutes} minute(s) (${Math.ceil(minutes / MINUTES_A_DAY)} day(s))`;
  return [key, "License Status: Licensed", `Volume activation expiration: ${left}`];
}

function hostBlock({ figures, settings, port, isPublished }: HostDescription): string[] {
  const { current, requests } = figures;
  const byStatus = REQUESTS.map(
    ([label, status]) => `Requests with License Status ${label}: ${requests.byStatus[status]}`,
  );
  return [
    "",
    "Key Management Service is enabled on this machine",
    ...indent([
      `Current count: ${current}`,
      `Listening on Port: ${port}`,
      `DNS publishing ${isPublished ? "enabled" : "disabled"}`,
      `KMS priority: ${settings.priority === "low" ? "Low" : "Normal"}`,
    ]),
    "",
    "Key Management Service cumulative requests received from clients",
    ...indent([
      `Total requests received: ${requests.total}`,
      `Failed requests received: ${requests.failed}`,
      ...byStatus,
    ]),
  ];
}

function indent(lines: string[]): string[] {
  return lines.map((line) => INDENT + line);
}
