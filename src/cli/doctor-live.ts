import { getServers } from "node:dns";
import { type Command, Option } from "commander";
import { machineName, machineSuffixes } from "../client/suffixes.ts";
import type { GatherOptions } from "../doctor/evidence/gather.ts";
import type { Resolver } from "../doctor/live/ask-dns.ts";
import { type LiveOptions, lookLive } from "../doctor/live/live.ts";
import { problem } from "../protocol/problems.ts";
import { ownDomains } from "./own-domains.ts";
import type { PlaceOptions } from "./role.ts";
import { wholeNumber } from "./settings.ts";

/** Options of the look at the network as it is now. */
export interface LiveFlags {
  /** True for all hosts that DNS names, else one of them: `NAME[:PORT]`. */
  readonly live?: true | string;
  readonly system?: "kms" | "muster";
  readonly dnsServer?: string[];
  readonly domain?: string[];
  readonly timeout: number;
}

const DNS_PORT = 53;

/** Adds those options. */
export function addLive(command: Command): void {
  const several = (value: string, before: string[] = []) => [
    ...before,
    ...value.split(",").map((each) => each.trim()),
  ];
  command
    .option(
      "--live [host]",
      "look at the network from here too: DNS, then each host's port; or one host, NAME[:PORT]",
    )
    .addOption(
      new Option(
        "--system <system>",
        "whose hosts to look for with --live (default: what the evidence is of)",
      ).choices(["kms", "muster"]),
    )
    .option(
      "--dns-server <address>",
      "a name server to ask, ADDRESS[:PORT] (default: this machine's); may be repeated",
      several,
    )
    .option(
      "--domain <name>",
      "a domain to look for hosts in, beside those of the host's or client's settings (default: this machine's suffixes); may be repeated",
      several,
    )
    .option("--timeout <seconds>", "how long each question may take", wholeNumber(1, 60), 5);
}

/** What to look at, for `gather`; nothing when it was not asked for. `isOwn`: of a machine that has a role of Muster. */
export async function liveLook(
  flags: LiveFlags & PlaceOptions,
  isOwn: boolean,
  onStep: (what: string) => void,
): Promise<Pick<GatherOptions, "look">> {
  const { live, dnsServer, domain, timeout } = flags;
  if (live === undefined) return {};
  const options: Omit<LiveOptions, "system"> = {
    isOwn,
    resolvers: (dnsServer ?? getServers()).map(resolverOf),
    suffixes: isOwn ? await suffixesOf(flags) : (domain ?? (await machineSuffixes())),
    host: live === true ? undefined : hostOf(live),
    names: [machineName()],
    timeout: timeout * 1000,
    now: Date.now,
    onStep,
  };
  if (options.host === undefined && options.suffixes.length === 0) {
    throw problem(
      "BAD_INPUT",
      "This machine has no DNS suffix to look in; give one with --domain, or a host with --live NAME.",
    );
  }
  return {
    look: (collector) => {
      const isMuster = isOwn || collector.readings.some(({ origin }) => origin.system === "muster");
      return lookLive({ ...options, system: flags.system ?? (isMuster ? "muster" : "kms") }, collector);
    },
  };
}

/** Where a host updates a server of its own, that one is asked beside this look, unless the look is told whom to ask. */
async function suffixesOf({
  domain,
  dnsServer,
  ...options
}: LiveFlags & PlaceOptions): Promise<readonly string[]> {
  const { suffixes, served } = await ownDomains(options, domain);
  return dnsServer === undefined ? suffixes : [...suffixes, ...served.map((each) => each.domain)];
}

function resolverOf(text: string): Resolver {
  const { name, port } = hostOf(text);
  return { address: name, port: port || DNS_PORT };
}

/** `name`, `name:1688`, `10.0.0.1:53`, `[fd00::1]:53` or `fd00::1`. */
function hostOf(text: string): { name: string; port: number } {
  const [, bracketed, plain = text, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const number = Number(port ?? 0);
  if (number > 65_535) throw problem("BAD_INPUT", `${text} has no valid port; give NAME or NAME:PORT.`);
  return { name: bracketed ?? plain, port: number };
}
