import { resolve } from "node:path";
import { type Command, Option } from "commander";
import type { Logger } from "pino";
import { machineSuffixes } from "../client/suffixes.ts";
import { ADMIN_PORT } from "../host/admin/server.ts";
import { readTsigKeyFile } from "../host/dns/index.ts";
import { openIdentity, tokenPath } from "../host/folder.ts";
import { RATE_LIMIT } from "../host/http.ts";
import { LOG_LEVELS, type LogLevel, openLog } from "../host/log.ts";
import type { Publishing } from "../host/publisher.ts";
import { type HostConfig, type RunningHost, runHost } from "../host/run.ts";
import { type CertificateFiles, namesNotIn, readCertificate } from "../vendor/certificate.ts";
import { certificateFiles } from "./certificate-options.ts";
import { print } from "./output.ts";
import { dataOption, rereadSettings, wholeNumber } from "./settings.ts";
import { interrupted, onHangup } from "./signals.ts";
import { warnOfPassword } from "./store-option.ts";
import { VENDOR_HELP, vendorServer } from "./vendor-server.ts";

interface RunOptions {
  readonly port?: number;
  readonly fronts: number;
  readonly address: string;
  readonly data: string;
  readonly store?: string;
  readonly takeBack?: boolean;
  readonly json?: boolean;
  readonly dns: boolean;
  readonly dnsDomain?: string[];
  readonly dnsServer?: string;
  readonly dnsTarget?: string;
  readonly tsigKey?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly rateLimit: number;
  readonly vendor?: string;
  readonly srvPriority: number;
  readonly srvWeight: number;
  readonly admin: boolean;
  readonly adminAddress: string;
  readonly adminPort?: number;
  readonly logLevel: LogLevel;
}

const CHANGES = `
Changes: counts, leases and events in the store; its SRV record in DNS. Logs go to stderr: JSON, or readable lines on
a terminal. SIGHUP reads licence, catalogue, settings, TSIG key and muster.toml again; a renewed certificate is taken over
without it. SIGTERM ends it after the answers are out.
Undo: when it ends it leaves DNS; leases last until they expire, and what was counted stays counted for 30 days.`;

/** Adds `muster host run`. */
export function addRun(group: Command): void {
  const command = group.command("run");
  command
    .description(
      "Serve: count machines, answer them, publish the host in DNS. Ctrl+C ends it after the answers are out.",
    )
    .option(
      "--store <store>",
      "sqlite, or postgres://user@server/database to share it with other hosts (default: the one it used last)",
    )
    .option("--take-back", "serve again from a store that was handed over, when no other host took it")
    .option("--port <number>", "TCP port for clients; 0 takes a free one", wholeNumber(0, 65_535))
    .option("--address <ip>", "the address to listen on", "0.0.0.0")
    .option(
      "--fronts <number>",
      "threads that serve HTTP beside the one that counts, for machines with many processors",
      wholeNumber(0, 64),
      0,
    )
    .option(
      "--rate-limit <number>",
      "requests a second that one address may make, ten times as many at once; 0 is no limit",
      wholeNumber(0, 1_000_000),
      RATE_LIMIT,
    )
    .option("--tls-cert <file>", "serve clients by HTTPS: the certificate chain (PEM)")
    .option("--tls-key <file>", "serve clients by HTTPS: its private key (PEM)")
    .option(
      "--admin-port <number>",
      `port for administrators (default: ${ADMIN_PORT}, or a free one)`,
      wholeNumber(0, 65_535),
    )
    .option("--admin-address <ip>", "the address administrators reach it at", "127.0.0.1")
    .option("--no-admin", "open no port for administrators")
    .option("--dns-domain <domain...>", "publish the host in these domains (default: this machine's)")
    .option("--dns-server <host[:port]>", "the DNS server to update (default: the zone's primary)")
    .option("--dns-target <name>", "the name clients are sent to (default: this machine's full name)")
    .option("--tsig-key <file>", "the key that signs DNS updates, a file as tsig-keygen writes it")
    .option(
      "--srv-priority <number>",
      "priority of the SRV record; the lowest is tried first",
      wholeNumber(0, 65_535),
      0,
    )
    .option(
      "--srv-weight <number>",
      "weight of the SRV record within its priority",
      wholeNumber(0, 65_535),
      0,
    )
    .option("--no-dns", "do not publish the host in DNS")
    .option("--vendor <url>", `renew the host licence before its end: ${VENDOR_HELP}`)
    .addOption(
      new Option("--log-level <level>", "how much the log says").choices([...LOG_LEVELS]).default("info"),
    )
    .addOption(dataOption("host"))
    .option("--json", "print JSON lines")
    .addHelpText("after", CHANGES)
    .action(async (options: RunOptions) => {
      const log = openLog({
        level: options.logLevel,
        write: (text) => void process.stderr.write(text),
        isReadable: process.stderr.isTTY,
      });
      const running = await runHost(await configOf(options, log));
      // Commander changes the options themselves when they are read again.
      const started = { ...options };
      const stopReloading = onHangup(() => reload(running, started, command, log));
      const ended = interrupted();
      // Said only when signals are heeded: whoever waits for this line may send one at once.
      print(options.json, ...readyLines(running, options));
      await ended;
      stopReloading();
      log.info("The host ends.");
      await running.stop();
    });
}

async function configOf(options: RunOptions, log: Logger): Promise<HostConfig> {
  const { port, address, data, store, takeBack, fronts, rateLimit } = options;
  const certificate = certificateFiles(options);
  const onTrouble = (sentence: string) => log.warn(sentence);
  const publishing = await publishingOf(options, openIdentity(data).name, onTrouble);
  const vendor = options.vendor === undefined ? undefined : vendorServer(options.vendor);
  const edge = { address, port, fronts, rateLimit, certificate };
  if (certificate && publishing) warnOfOtherName(certificate, publishing.target, onTrouble);
  warnOfPassword(store, "host", onTrouble);
  const clocks = { clock: Date.now, monotonic: () => performance.now() };
  const config = { folder: data, store, takeBack, ...edge, publishing, vendor, ...clocks, onTrouble, log };
  if (!options.admin) return config;
  const { adminAddress, adminPort } = options;
  const admin = { address: adminAddress, port: adminPort ?? ADMIN_PORT, isFixed: adminPort !== undefined };
  return { ...config, admin };
}

function warnOfOtherName(
  files: CertificateFiles,
  target: string,
  onTrouble: (sentence: string) => void,
): void {
  if (namesNotIn(readCertificate(files, Date.now()), [target]).length === 0) return;
  onTrouble(
    `The certificate ${files.cert} is not for ${target}, where DNS sends clients, so they will not trust it; get one for that name, or give its name with --dns-target.`,
  );
}

/**
 * What `muster host run` prints when it is ready, as JSON and for people. The token stays in its file, out of journals. A
 * link that a person may open lasts; one that is for a script, whose output others may keep, does not.
 */
function readyLines({ listener, name, admin }: RunningHost, { data, json }: RunOptions): [object, string] {
  const isPerson = process.stdout.isTTY && !json;
  const link = isPerson || json ? admin?.makeLink({ isLasting: isPerson }).url : undefined;
  const value = { ready: true, activation: listener.url, name };
  const text = `The host ${name} answers at ${listener.url}. Ctrl+C ends it.`;
  if (admin === undefined) return [value, text];
  const console =
    link === undefined
      ? `Administrators reach it at ${admin.url}; muster host console prints a link that signs in.`
      : `The link to its console, which works once: ${link}`;
  return [
    { ...value, admin: admin.url, console: link, tokenFile: resolve(tokenPath(data)) },
    `${text}\n${console}`,
  ];
}

async function reload(
  running: RunningHost,
  before: RunOptions,
  command: Command,
  log: Logger,
): Promise<void> {
  try {
    const options = rereadSettings<RunOptions>(command);
    log.level = options.logLevel;
    const onTrouble = (sentence: string) => log.warn(sentence);
    await running.republish(await publishingOf(options, running.name, onTrouble));
    await running.reload();
    const fixed = [
      "port",
      "fronts",
      "address",
      "rateLimit",
      "tlsCert",
      "tlsKey",
      "data",
      "store",
      "vendor",
      "admin",
      "adminAddress",
      "adminPort",
    ] as const;
    for (const name of fixed.filter((each) => options[each] !== before[each])) {
      log.warn(`The option ${name} takes effect when the host is started again.`);
    }
    log.info("The host has read its licence, catalogue and settings again.");
  } catch (error) {
    log.error(`The host keeps what it has: ${error instanceof Error ? error.message : error}`);
  }
}

async function publishingOf(
  options: RunOptions,
  hostName: string,
  onTrouble: (sentence: string) => void,
): Promise<Publishing | undefined> {
  if (!options.dns) return undefined;
  const domains = options.dnsDomain ?? (await machineSuffixes()).slice(0, 1);
  const [domain] = domains;
  if (domain === undefined) {
    onTrouble(
      "This machine has no DNS domain, so the host is not published; name one with --dns-domain, or say --no-dns.",
    );
    return undefined;
  }
  return {
    domains,
    target: options.dnsTarget ?? (hostName.includes(".") ? hostName : `${hostName}.${domain}`),
    server: options.dnsServer,
    tsigKey: options.tsigKey === undefined ? undefined : await readTsigKeyFile(options.tsigKey),
    priority: options.srvPriority,
    weight: options.srvWeight,
  };
}
