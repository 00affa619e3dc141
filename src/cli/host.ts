import { readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import type { Command } from "commander";
import { machineSuffixes } from "../client/suffixes.ts";
import { readTsigKeyFile } from "../host/dns/index.ts";
import { importCatalogue, importLicense, initHost, openIdentity, requestLicense } from "../host/folder.ts";
import type { Publishing } from "../host/publisher.ts";
import { runHost } from "../host/run.ts";
import { hostStatus } from "../host/status.ts";
import { problem } from "../protocol/problems.ts";
import { fields, print } from "./output.ts";
import { dataOption, wholeNumber } from "./settings.ts";
import { interrupted } from "./signals.ts";

/** The host's group: make one, activate it, run it, look at it. */
export function addTo(program: Command): void {
  const host = program.command("host").description("Run the host that counts and activates machines.");

  host
    .command("init")
    .description("Make a host: a folder with its id, its key pair and the vendor's catalogue.")
    .requiredOption("--catalogue <file>", "the vendor's signed catalogue (catalogue.jws)")
    .option("--name <name>", "the host's machine name", hostname())
    .addOption(dataOption("host"))
    .option("--json", "print JSON")
    .action(async ({ catalogue, name, data, json }) => {
      const { id } = await initHost(data, name, readInput(catalogue));
      print(
        json,
        { host: id, name, data },
        `Made the host ${name} (${id}) in ${data}.\nNext: muster host activate HOST-KEY`,
      );
    });

  host
    .command("activate")
    .description("Ask the vendor for a host licence, or take in the one that came back.")
    .argument("[host-key]", "the secret host key; writes a request file for the vendor")
    .option("-o, --output <file>", "where to write the request", "host-request.jws")
    .option("--license <file>", "the host licence that the vendor made from the request")
    .option("--catalogue <file>", "a newer catalogue of the same vendor")
    .addOption(dataOption("host"))
    .option("--json", "print JSON")
    .action(async (key: string | undefined, options) => {
      if (key === undefined && options.license === undefined && options.catalogue === undefined) {
        throw problem(
          "BAD_INPUT",
          "Give the host key to ask for a licence, or --license FILE to take one in.",
        );
      }
      if (options.catalogue) await takeCatalogue(options);
      if (options.license) await takeLicense(options);
      if (key !== undefined) writeRequest(key, options);
    });

  host
    .command("run")
    .description(
      "Serve: count machines, answer them, publish the host in DNS. Ctrl+C ends it after the answers are out.",
    )
    .option("--port <number>", "TCP port for clients; 0 takes a free one", wholeNumber(0, 65_535))
    .option("--address <ip>", "the address to listen on", "0.0.0.0")
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
    .addOption(dataOption("host"))
    .option("--json", "print JSON lines")
    .action(async (options: RunOptions) => {
      const { port, address, data, json } = options;
      const onTrouble = (sentence: string) => void process.stderr.write(`muster: ${sentence}\n`);
      const publishing = await publishingOf(options, openIdentity(data).name, onTrouble);
      const running = await runHost({ folder: data, address, port, publishing, clock: Date.now, onTrouble });
      const { url } = running.listener;
      print(
        json,
        { ready: true, activation: url, name: running.name },
        `The host ${running.name} answers at ${url}. Ctrl+C ends it.`,
      );
      await interrupted();
      await running.stop();
    });

  host
    .command("status")
    .description(
      "Show whether the host is activated and running, and its counts. Exit code 1 when clients get nothing.",
    )
    .addOption(dataOption("host"))
    .option("--json", "print JSON")
    .action(async ({ data, json }) => {
      const status = await hostStatus(data, Date.now());
      print(json, status, statusText(status));
      if (!status.licensed || !status.running) process.exitCode = 1;
    });
}

interface RunOptions {
  readonly port?: number;
  readonly address: string;
  readonly data: string;
  readonly json?: boolean;
  readonly dns: boolean;
  readonly dnsDomain?: string[];
  readonly dnsServer?: string;
  readonly dnsTarget?: string;
  readonly tsigKey?: string;
  readonly srvPriority: number;
  readonly srvWeight: number;
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

interface ActivateOptions {
  readonly data: string;
  readonly output: string;
  readonly license: string;
  readonly catalogue: string;
  readonly json: boolean;
}

function writeRequest(key: string, { data, output, json }: ActivateOptions): void {
  const identity = openIdentity(data);
  writeFileSync(output, `${requestLicense(identity, key, Date.now())}\n`, { mode: 0o600 });
  print(
    json,
    { host: identity.id, request: output },
    `Wrote the request to ${output}; it holds the host key, so keep it as secret as the key.\nSend it to the vendor (muster vendor approve), then: muster host activate --license FILE`,
  );
}

async function takeLicense({ data, license, json }: ActivateOptions): Promise<void> {
  const { host, products, expires, seats } = await importLicense(data, readInput(license), Date.now());
  const until = new Date(expires).toISOString();
  print(
    json,
    { host, products, expires: until, seats },
    `The host is activated until ${until.slice(0, 10)}, for ${products.length} product(s).`,
  );
}

async function takeCatalogue({ data, catalogue, json }: ActivateOptions): Promise<void> {
  const { vendor, products } = await importCatalogue(data, readInput(catalogue));
  print(
    json,
    { vendor: vendor.name, products: products.length },
    `The host has the catalogue of ${vendor.name} with ${products.length} product(s).`,
  );
}

function statusText(status: Awaited<ReturnType<typeof hostStatus>>): string {
  const counts = status.applications.map(
    ({ name, current, unique, required }) =>
      [name, `count ${current} (${unique} unique machines; products require ${required.join(", ")})`] as [
        string,
        string,
      ],
  );
  return fields([
    ["Host", `${status.name} (${status.host})`],
    ["Running", status.running ? "yes" : "no; start it with muster host run"],
    ["Licensed", status.licensed ? `yes, ${status.daysLeft} days left` : `no; ${status.reason}`],
    ["Seats", `${status.leased} leased of ${status.seats ?? "unlimited"}`],
    ...counts,
  ]);
}

function readInput(path: string): string {
  try {
    return readFileSync(path === "-" ? 0 : path, "utf8");
  } catch (error) {
    throw problem(
      "BAD_INPUT",
      `The file ${path} cannot be read; check its name and that this account may read it.`,
      { cause: error },
    );
  }
}
