import { type Command, InvalidArgumentError } from "commander";
import { type Client, createClient } from "../client/index.ts";
import { checkAuthorities, MOST_PEM } from "../vendor/certificate.ts";
import { readBounded } from "../vendor/files.ts";
import { refuseOther } from "./one-role.ts";
import { dataOption, wholeNumber } from "./settings.ts";
import { VENDOR_HELP, warnOfReadable } from "./vendor-server.ts";

/** What every command of the client takes. */
export interface ClientFlags {
  readonly data: string;
  readonly json?: boolean;
}

/** What the commands that look for a host take beside. */
export interface NetworkFlags extends ClientFlags {
  readonly machineName?: string;
  readonly fingerprint?: string;
  readonly dnsServer?: string[];
  readonly dnsSuffix?: string[];
  readonly timeout: number;
  readonly tls?: boolean;
  readonly tlsCa?: string;
  readonly vendor?: string;
}

/** Adds `--data` and `--json`. */
export function withClientFlags(command: Command): Command {
  return command.addOption(dataOption("client")).option("--json", "print JSON");
}

/** Adds the flags of commands that look for a host. */
export function withNetworkFlags(command: Command): Command {
  return withClientFlags(command)
    .option("--machine-name <name>", "the name hosts are told (default: this machine's)")
    .option(
      "--fingerprint <text>",
      "what hosts tell machines apart by (default: from this machine's hardware)",
    )
    .option(
      "--dns-server <addresses>",
      "DNS servers to ask, ADDRESS or ADDRESS:PORT, separated by commas",
      list,
    )
    .option(
      "--dns-suffix <domains>",
      "domains to look for a host in (default: this machine's DNS suffixes)",
      list,
    )
    .option(
      "--tls",
      "speak HTTPS with every host, those that DNS names too (default: where skms has https://)",
    )
    .option("--tls-ca <file>", "the certificates of the authorities to trust for hosts (PEM)")
    .option("--vendor <url>", `for a MAK: ${VENDOR_HELP}`)
    .option("--timeout <seconds>", "how long one host may take to answer", wholeNumber(1, 300), 5);
}

/** The client in a folder, for commands that ask no host. Throws BAD_INPUT for the folder of a host or vendor. */
export function openClient({ data }: ClientFlags): Client {
  refuseOther("client", data);
  return createClient({ dir: data });
}

/** The client in a folder, for commands that do. Throws BAD_INPUT for the folder of a host or vendor. */
export function openNetworkClient(flags: NetworkFlags): Client {
  refuseOther("client", flags.data);
  if (flags.vendor !== undefined) warnOfReadable(flags.vendor);
  return createClient({
    dir: flags.data,
    machine: { name: flags.machineName, fingerprint: flags.fingerprint },
    timeout: flags.timeout * 1000,
    tls: { isRequired: flags.tls ?? false, ...authorities(flags.tlsCa) },
    ...(flags.vendor === undefined ? {} : { vendor: flags.vendor }),
    ...(flags.dnsServer === undefined ? {} : { dns: flags.dnsServer }),
    ...(flags.dnsSuffix === undefined ? {} : { suffixes: flags.dnsSuffix }),
  });
}

function authorities(path: string | undefined): { authorities?: string } {
  if (path === undefined) return {};
  const pem = readBounded(path, MOST_PEM);
  checkAuthorities(pem, path);
  return { authorities: pem };
}

function list(text: string): string[] {
  const items = text.split(/[\s,]+/).filter((item) => item !== "");
  if (items.length === 0) throw new InvalidArgumentError("It must name at least one.");
  return items;
}
