import { blocksText, SERVICE_VERSION } from "../client/slmgr-blocks.ts";
import { describeHost } from "../host/describe.ts";
import {
  detailedHostLines,
  type HostDescription,
  hostExpiryLines,
  shortHostLines,
} from "../host/slmgr-lines.ts";
import { LICENSE_STATUS, statusName } from "../protocol/license-state.ts";
import { problem } from "../protocol/problems.ts";
import { print } from "./output.ts";

interface ShowOptions {
  readonly json?: boolean | undefined;
}

/** `muster dlv` on a host: slmgr's detailed lines. */
export async function hostDlv(
  folder: string,
  which: string | undefined,
  { json }: ShowOptions,
): Promise<void> {
  const now = Date.now();
  const hosts = await chosen(folder, which, now);
  const blocks = hosts.map((host) => detailedHostLines(host, now));
  print(json, hostJson(hosts, now), blocksText([SERVICE_VERSION, ...blocks]));
}

/** `muster dli` on a host: slmgr's short lines. */
export async function hostDli(
  folder: string,
  which: string | undefined,
  { json }: ShowOptions,
): Promise<void> {
  const now = Date.now();
  const hosts = await chosen(folder, which, now);
  print(json, hostJson(hosts, now), blocksText(hosts.map((host) => shortHostLines(host, now))));
}

/** `muster xpr` on a host: when the host licence ends. */
export async function hostXpr(
  folder: string,
  which: string | undefined,
  { json }: ShowOptions,
): Promise<void> {
  const now = Date.now();
  const hosts = await chosen(folder, which, now);
  print(json, hostJson(hosts, now), blocksText(hosts.map((host) => hostExpiryLines(host, now))));
}

/** The applications that are meant: all without an id, else the one with this application or activation id. */
async function chosen(folder: string, which: string | undefined, now: number): Promise<HostDescription[]> {
  const hosts = await describeHost(folder, now);
  if (which === undefined || which.toLowerCase() === "all") return hosts;
  const found = hosts.filter(({ host, application }) => [host, application.id].includes(which.toLowerCase()));
  if (found.length > 0) return found;
  throw problem(
    "BAD_INPUT",
    `This host has no application with the id ${which}; muster dlv shows those it has.`,
  );
}

function hostJson(hosts: readonly HostDescription[], now: number): object {
  const [first] = hosts;
  const license = first?.license;
  return {
    role: "host",
    host: first?.host,
    partialKey: license?.partialKey,
    installationId: first?.installationId,
    licenseStatus: licenseStatus(first, now),
    licenseExpires: license === undefined ? undefined : new Date(license.expires).toISOString(),
    port: first?.port,
    dnsPublishing: first?.isPublished,
    priority: first?.settings.priority,
    applications: hosts.map(({ application, figures }) => ({ ...application, ...figuresJson(figures) })),
  };
}

function licenseStatus(host: HostDescription | undefined, now: number): string {
  if (host?.license === undefined) return statusName(LICENSE_STATUS.unlicensed);
  const isLicensed = now >= host.license.notBefore && now < host.license.expires;
  return statusName(isLicensed ? LICENSE_STATUS.licensed : LICENSE_STATUS.notification);
}

function figuresJson({ current, unique, largestRequired, requests }: HostDescription["figures"]): object {
  const { total, failed, byStatus } = requests;
  return { count: current, unique, largestRequired, requests: { total, failed, byStatus } };
}
