import { createInterface } from "node:readline";
import type { Command } from "commander";
import {
  acceptConfirmation,
  acceptLicense,
  activateOnline,
  renewalKey,
  requestByFile,
  requestByPhone,
} from "../host/activation.ts";
import { importCatalogue, openIdentity } from "../host/folder.ts";
import type { HostLicense } from "../protocol/host-license.ts";
import { MAX_DOCUMENT } from "../protocol/jws.ts";
import { problem } from "../protocol/problems.ts";
import { readBounded, writeAtomically } from "../vendor/files.ts";
import { digitLines } from "./digit-lines.ts";
import { print } from "./output.ts";
import { dataOption } from "./settings.ts";
import { VENDOR_HELP, vendorServer } from "./vendor-server.ts";

interface ActivateOptions {
  readonly data: string;
  readonly json?: boolean;
  readonly output?: string;
  readonly online?: string | true;
  readonly vendor?: string;
  readonly byPhone?: true;
  readonly renew?: true;
  readonly license?: string;
  readonly confirmation?: string[] | true;
  readonly catalogue?: string;
}

const REQUEST_FILE = "host-request.jws";
const MOST_DIGITS = 64 * 1024;
const HELP = `
Changes: the host licence in the host's folder, and host-keys.txt beside it (mode 0600): the host keeps its host key, so
that it can renew its licence. The vendor counts each activation of a key; a renewal before the licence ends is free.
Exit code: 0 when it is done, 1 when the vendor refuses or cannot be reached, 2 for a key, file or digits that are wrong.
Undo: an activation cannot be given back. To keep no key on the host, remove host-keys.txt; renewals then ask for it.`;

/** Adds `muster host activate`. */
export function addActivate(host: Command): void {
  host
    .command("activate")
    .description("Get a host licence from the vendor: by file (the default), online, or by phone.")
    .argument("[host-key]", "the secret host key")
    .option("--renew", "with the host key that this host keeps, so that nobody types it again")
    .option("-o, --output <file>", `by file: where the request goes (default: ${REQUEST_FILE})`)
    .option("--license <file>", "by file: the host licence that came back ('-': standard input)")
    .option("--online [url]", "online: ask the vendor's activation server (default: that of --vendor)")
    .option("--vendor <url>", VENDOR_HELP)
    .option("--by-phone", "by phone: print the installation id, to be read to the vendor")
    .option(
      "--confirmation [digits...]",
      "by phone: the confirmation id that was read back (without digits: it is asked for)",
    )
    .option("--catalogue <file>", "take in a newer catalogue of the same vendor first")
    .addOption(dataOption("host"))
    .option("--json", "print JSON")
    .addHelpText("after", HELP)
    .action(activate);
}

async function activate(given: string | undefined, options: ActivateOptions): Promise<void> {
  refuseMixture(given, options);
  const { data, license, confirmation } = options;
  if (options.catalogue !== undefined) await takeCatalogue(options.catalogue, options);
  if (license !== undefined) {
    return tellLicensed(await acceptLicense(data, readBounded(license, MAX_DOCUMENT), Date.now()), options);
  }
  if (confirmation !== undefined) {
    openIdentity(data);
    const digits = confirmation === true ? await askDigits() : confirmation.join(" ");
    return tellLicensed(await acceptConfirmation(data, digits, given, Date.now()), options);
  }
  const key = options.renew ? await renewalKey(data) : given;
  if (key === undefined) return;
  if (options.online !== undefined) return online(key, options);
  return options.byPhone ? byPhone(key, options) : byFile(key, options);
}

/** Throws BAD_INPUT when the options say two different things, or nothing to do. */
function refuseMixture(key: string | undefined, options: ActivateOptions): void {
  const { renew, output, online: atUrl, byPhone: isPhone, license, confirmation, catalogue } = options;
  const ways = {
    "--online": atUrl,
    "--by-phone": isPhone,
    "--license": license,
    "--confirmation": confirmation,
  };
  const chosen = Object.entries({ "-o": output, ...ways }).filter(([, value]) => value !== undefined);
  if (chosen.length > 1) {
    const names = chosen.map(([name]) => name).join(" and ");
    throw problem("BAD_INPUT", `${names} are different ways; give one of them.`);
  }
  if (key !== undefined && renew) throw problem("BAD_INPUT", "Give the host key or --renew, not both.");
  const isTaking = license !== undefined || confirmation !== undefined;
  if (renew && isTaking)
    throw problem("BAD_INPUT", "--renew asks for a licence; leave it out to take one in.");
  if (key !== undefined || renew || isTaking || (catalogue !== undefined && chosen.length === 0)) return;
  throw problem(
    "BAD_INPUT",
    "Give the host key (or --renew) to ask for a licence, or --license FILE or --confirmation DIGITS to take one in.",
  );
}

function byFile(key: string, { data, output = REQUEST_FILE, json }: ActivateOptions): void {
  const request = requestByFile(data, key, Date.now());
  writeAtomically(output, `${request}\n`, 0o600);
  print(
    json,
    { host: openIdentity(data).id, request: output },
    `Wrote the request to ${output}; it holds the host key, so keep it as secret as the key.\nSend it to the vendor (muster vendor approve), then: muster host activate --license FILE`,
  );
}

async function online(key: string, options: ActivateOptions): Promise<void> {
  const url = options.online === true ? options.vendor : options.online;
  tellLicensed(await activateOnline(options.data, key, vendorServer(url), Date.now()), options);
}

async function byPhone(key: string, { data, json }: ActivateOptions): Promise<void> {
  const installationId = await requestByPhone(data, key);
  const { id, name } = openIdentity(data);
  print(
    json,
    { host: id, installationId },
    `Installation id of ${name}, to be read to the vendor group by group (muster vendor confirm):\n\n${digitLines(installationId)}\n\nThen type in what is read back: muster host activate --confirmation DIGITS`,
  );
}

function tellLicensed(license: HostLicense, { json }: ActivateOptions): void {
  const { host, products, expires, seats } = license;
  const until = new Date(expires).toISOString();
  print(
    json,
    { host, products, expires: until, seats },
    `The host is activated until ${until.slice(0, 10)}, for ${products.length} product(s).`,
  );
}

async function takeCatalogue(file: string, { data, json }: ActivateOptions): Promise<void> {
  const { vendor, products } = await importCatalogue(data, readBounded(file, MAX_DOCUMENT));
  print(
    json,
    { vendor: vendor.name, products: products.length },
    `The host has the catalogue of ${vendor.name} with ${products.length} product(s).`,
  );
}

/** The digits from standard input; a person at a terminal ends them with an empty line. */
async function askDigits(): Promise<string> {
  if (!process.stdin.isTTY) return readBounded("-", MOST_DIGITS);
  process.stderr.write("Type the confirmation id as it is read to you, in as many lines as you like;\n");
  process.stderr.write("an empty line ends it.\n");
  const lines: string[] = [];
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === "") break;
    lines.push(line);
  }
  return lines.join(" ");
}
