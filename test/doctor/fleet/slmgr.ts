import { OFFICE_HOSTS } from "./editions.ts";
import type { Language } from "./languages.ts";
import { countOf } from "./live.ts";
import {
  hex,
  type Licence,
  MINUTE,
  VALIDITY,
  type World,
  type WorldClient,
  type WorldHost,
} from "./world.ts";

const WINDOWS = "55c92734-d682-4d71-983e-d6ec3f16059f";
const OFFICE = "0ff1ce15-a989-479d-af46-f275c6370663";
const BANNER =
  "Microsoft (R) Windows Script Host Version 5.812\nCopyright (C) Microsoft Corporation. All rights reserved.\n";

/** What is to be printed of a product. */
export interface Shown {
  readonly channel?: string;
  readonly keyChannel?: string;
  readonly lastFive?: string;
  readonly product?: string;
  readonly name?: string;
  readonly status?: 0 | 1 | 2 | 5;
  readonly reason?: string;
  readonly minutesLeft?: number;
  readonly activationType?: 0 | 1 | 2 | 3;
  /** `DNS auto-discovery: KMS name not available`. */
  readonly isUndiscovered?: boolean;
  readonly rearms?: number;
  readonly evaluationEnd?: number;
}

/** `slmgr /dlv` of a client. */
export function clientText(
  world: World,
  client: WorldClient,
  licence: Licence,
  words: Language,
  shown: Shown = {},
): string {
  const { now, random } = world;
  const clock = now + client.ahead;
  const { edition, cached } = licence;
  const channel = shown.channel ?? "VOLUME_KMSCLIENT";
  const isClient = channel === "VOLUME_KMSCLIENT";
  const status = shown.status ?? statusAt(licence, now);
  const minutes = shown.minutesLeft ?? Math.floor(VALIDITY - (now - licence.lastSuccess) / MINUTE);
  const isOffice = edition.pool !== "Windows";
  const lines = [
    `${words.version}: ${client.licences[0]?.edition.build}`,
    "",
    `${words.name}: ${shown.name ?? edition.name}`,
    `${words.description}: ${isOffice ? edition.name.split(",")[0] : "Windows(R) Operating System"}, ${channel} channel`,
    `${words.activationId}: ${shown.product ?? edition.product}`,
    `${words.applicationId}: ${isOffice ? OFFICE : WINDOWS}`,
    `${words.extendedPid}: 03612-03319-000-000000-03-${words.lcid}-26100.0000-0402024`,
    `${words.keyChannel}: ${shown.keyChannel ?? "Volume:GVLK"}`,
    `${words.installationId}: ${random.digits(63)}`,
    `${words.partialKey}: ${shown.lastFive ?? edition.lastFive}`,
    `${words.status}: ${words.statuses[status]}`,
    ...(status === 1 && isClient ? [words.expiration(minutes)] : []),
    ...(status === 2 ? [words.remaining(minutes)] : []),
    ...(status === 5 ? [words.reason(shown.reason ?? "0xC004F056")] : []),
    ...(shown.evaluationEnd === undefined ? [] : [`${words.evaluation}: ${words.time(shown.evaluationEnd)}`]),
    `${words.windowsRearms}: ${shown.rearms ?? client.rearms}`,
    `${words.skuRearms}: 1001`,
    `${words.trusted}: ${words.time(clock + world.offset * MINUTE)}`,
    ...(isClient ? [`${words.activationType}: ${words.types[shown.activationType ?? 0]}`] : []),
  ];
  if (isClient && status !== 1) lines.push(words.toActivate);
  else if (isClient) {
    const host = cached as WorldHost;
    const pin =
      client.pin === undefined ? undefined : client.pin.includes(":") ? client.pin : `${client.pin}:1688`;
    lines.push(
      "",
      words.recent,
      words.clientBlock,
      `    ${words.cmid}: ${client.cmid}`,
      pin === undefined
        ? shown.isUndiscovered
          ? `    ${words.undiscovered}`
          : `    ${words.discovered}: ${host.name}:${host.port}`
        : `    ${words.registered}: ${pin}`,
      `    ${words.hostAddress}: ${host.address}`,
      `    ${words.hostPid}: ${host.pid}`,
      `    ${words.activationInterval(120)}`,
      `    ${words.renewalInterval(10_080)}`,
      `    ${words.caching}`,
    );
  }
  return `${BANNER}\n${lines.join("\n")}\n`;
}

/** License status now. */
function statusAt({ status, lastSuccess }: Licence, now: number): 0 | 1 | 2 | 5 {
  if (status === 1 && now > lastSuccess + VALIDITY * MINUTE) return 5;
  return status as 0 | 1 | 2 | 5;
}

/** How a host's report may differ from what it is. */
export interface ShownHost {
  readonly status?: 1 | 5;
  readonly reason?: string;
  readonly name?: string;
  readonly build?: string;
}

/** `slmgr /dlv` of a host. */
export function hostText(world: World, host: WorldHost, words: Language, shown: ShownHost = {}): string {
  const count = host.isActivated
    ? countOf(host, { edition: { pool: "Windows", required: 5 } as Licence["edition"] }, world.now)
    : -1;
  const status = shown.status ?? (host.isActivated ? 1 : 5);
  const lines = [
    `${words.version}: ${shown.build ?? host.build}`,
    "",
    `${words.name}: ${shown.name ?? `Windows(R), ${host.edition} edition`}`,
    `${words.description}: Windows(R) Operating System, ${host.channel} channel`,
    `${words.activationId}: ${host.product}`,
    `${words.applicationId}: ${WINDOWS}`,
    `${words.extendedPid}: ${host.pid}`,
    `${words.keyChannel}: Volume:CSVLK`,
    `${words.installationId}: ${world.random.digits(63)}`,
    `${words.partialKey}: ${host.lastFive}`,
    `${words.status}: ${words.statuses[status]}`,
    ...(status === 5 ? [words.reason(shown.reason ?? "0xC004F009")] : []),
    `${words.windowsRearms}: 1000`,
    `${words.skuRearms}: 1001`,
    `${words.trusted}: ${words.time(world.now + world.offset * MINUTE)}`,
    "",
    ...figures(host, words, count),
  ];
  const offices = [...host.offices].flatMap((pool) => ["", ...officeBlock(world, host, pool, words)]);
  return `${BANNER}\n${[...lines, ...offices].join("\n")}\n`;
}

function officeBlock(world: World, host: WorldHost, pool: string, words: Language): string[] {
  const seen = [...(host.seen.get(pool)?.values() ?? [])].filter(
    (last) => last > world.now - 30 * 24 * 60 * MINUTE,
  );
  return [
    `${words.name}: ${pool.replace("Office ", "Office ")}, KMSHost edition`,
    `${words.description}: ${pool}, VOLUME_KMS channel`,
    `${words.activationId}: ${OFFICE_HOSTS[pool]}`,
    `${words.applicationId}: ${OFFICE}`,
    `${words.extendedPid}: ${host.pid}`,
    `${words.keyChannel}: Volume:CSVLK`,
    `${words.installationId}: ${world.random.digits(63)}`,
    `${words.partialKey}: 7GHJK`,
    `${words.status}: ${words.statuses[1]}`,
    `${words.windowsRearms}: 1000`,
    `${words.skuRearms}: 1001`,
    `${words.trusted}: ${words.time(world.now + world.offset * MINUTE)}`,
    "",
    ...figures({ ...host, total: Math.floor(host.total / 3), failed: 0 }, words, Math.min(10, seen.length)),
  ];
}

function figures(host: WorldHost, words: Language, count: number): string[] {
  const { byStatus, total, failed } = host;
  const licensed = Math.max(0, total - failed - (byStatus[0] ?? 0) - (byStatus[2] ?? 0) - (byStatus[5] ?? 0));
  const figure = [byStatus[0] ?? 0, licensed, byStatus[2] ?? 0, 0, 0, byStatus[5] ?? 0];
  return [
    words.isHost,
    `    ${words.count}: ${count}`,
    `    ${words.port}: ${host.port}`,
    `    ${words.publishing(host.isPublishing)}`,
    `    ${words.priority}`,
    "",
    words.cumulative,
    `    ${words.total}: ${total}`,
    `    ${words.failed}: ${failed}`,
    ...words.requestsWith.map((label, at) => `    ${label}: ${figure[at]}`),
  ];
}

/** `slmgr /ato` of a client: what came of its last try. */
export function atoText(licence: Licence, words: Language): string {
  const { edition, lastFailure, status } = licence;
  const head = words.activating(edition.name.replace(/ edition$/, " edition"), edition.product);
  const code = status === 1 || lastFailure === undefined ? 0 : lastFailure.code;
  return `${BANNER}\n${head}\n${code === 0 ? words.activated : words.error(hex(code))}\n`;
}

/** `ospp.vbs /dstatus` of an Office. */
export function osppText(world: World, client: WorldClient, licence: Licence): string {
  const { edition, lastSuccess, status, cached } = licence;
  const minutes = Math.floor(VALIDITY - (world.now - lastSuccess) / MINUTE);
  const state =
    status === 1
      ? [
          "LICENSE STATUS:  ---LICENSED--- ",
          `REMAINING GRACE: ${Math.ceil(minutes / 1440)} days  (${minutes} minute(s) before expiring)`,
        ]
      : [
          "LICENSE STATUS:  ---NOTIFICATIONS--- ",
          `ERROR CODE: ${hex(licence.lastFailure?.code ?? 0xc004f009)}`,
        ];
  return `---Processing--------------------------
---------------------------------------
PRODUCT ID: 00339-10000-00000-AA${world.random.digits(3)}
SKU ID: ${edition.product}
LICENSE NAME: ${edition.name}
LICENSE DESCRIPTION: ${edition.name.split(",")[0]}, VOLUME_KMSCLIENT channel
BETA EXPIRATION: 01/01/1601
${state.join("\n")}
Last 5 characters of installed product key: ${edition.lastFive}
Activation Type Configuration: ALL
${status === 1 ? `\tKMS machine name from DNS: ${cached?.name}:1688\n` : "\tDNS auto-discovery: KMS name not available\n"}\tActivation Interval: 120 minutes
\tRenewal Interval: 10080 minutes
\tKMS host caching: Enabled
---------------------------------------
---------------------------------------
---Exiting-----------------------------
`.replace("$MACHINE", client.name);
}
