import type { Command } from "commander";
import { formatTarget, parseDomain, parseTarget } from "../client/target.ts";
import type { Product } from "../protocol/catalogue.ts";
import { MAX_DOCUMENT } from "../protocol/jws.ts";
import { parseKey, partialKey } from "../protocol/keys.ts";
import { readBounded } from "../vendor/files.ts";
import { addAto } from "./client-ato.ts";
import { type ClientFlags, openClient, withClientFlags } from "./client-options.ts";
import { print } from "./output.ts";
import { asRole } from "./settings.ts";

const PRODUCT = "[activation-id]";

/** What each verb changes, and how that is undone. */
const HELP: Readonly<Record<string, string>> = {
  ipk: `Changes: the product key in this machine's folder, and with --catalogue the catalogue there. Another key takes the place
of the one before, and its lease; the same key again changes nothing that is activated. Nothing is activated yet.
Undo: muster upk ACTIVATION-ID, which the command prints; muster ipk with the earlier key.
Example: muster ipk XXXXX-XXXXX-XXXXX-XXXXX-XXXXX --catalogue catalogue.jws`,
  upk: `Changes: removes the product key and its lease from this machine's folder; the product is no longer activated. The host
counts this machine until 30 days after its last request.
Undo: muster ipk KEY, then muster ato. A MAK is activated again by the vendor, which uses up nothing for the same machine.`,
  cpky: `Changes: removes the text of the product keys from this machine's folder, so that nobody reads them there; what is
activated stays so and is renewed.
Undo: muster ipk KEY.`,
  rearm: `Changes: the CMID (the next attempt takes a new one), the leases, which are dropped, and the grace periods, which start
anew. Keys and settings stay. It can be done as often as muster dlv says: Remaining App rearm count.
Undo: it cannot be undone; muster ato activates again.`,
  skms: `Changes: the host in this machine's settings, which is asked at the next attempt; DNS is no longer asked.
Undo: muster ckms.
Example: muster skms kms01.corp.example:1688`,
  ckms: `Changes: removes the host from this machine's settings; DNS is asked at the next attempt.
Undo: muster skms HOST.`,
  "skms-domain": `Changes: the domain in this machine's settings whose SRV records are looked up before those of its DNS suffixes. A host that
skms has set goes before both.
Undo: muster ckms-domain.`,
  "ckms-domain": `Changes: removes the domain from this machine's settings; hosts are looked for in its DNS suffixes only.
Undo: muster skms-domain DOMAIN.`,
  skhc: `Changes: host caching in this machine's settings, to on.
Undo: muster ckhc.`,
  ckhc: `Changes: host caching in this machine's settings, to off: every attempt asks DNS.
Undo: muster skhc.`,
};

/** The verbs of slmgr that make and keep a client. */
export function addClientVerbs(program: Command): void {
  const verb = (name: string, description: string) =>
    withClientFlags(asRole("client", program.command(name).description(description))).addHelpText(
      "after",
      `\n${HELP[name] ?? ""}`,
    );

  verb(
    "ipk",
    "Install a product key: the setup key of a product, or a MAK. One takes the place of the other.",
  )
    .argument("<key>", "the key, XXXXX-XXXXX-XXXXX-XXXXX-XXXXX")
    .option("--catalogue <file>", "the vendor's signed catalogue, with the first key of this vendor")
    .action(installKey);
  verb("upk", "Remove product keys and their leases from this machine.")
    .argument(PRODUCT, "the product (default: all)")
    .action(uninstallKey);
  verb("cpky", "Remove the text of the product keys; what is activated stays so.").action(clearKeys);
  verb(
    "rearm",
    "Start anew: another CMID, no lease, new grace periods. For images, before they are sealed.",
  ).action(rearm);

  addAto(program);

  verb("skms", "Set the host of this machine by name; DNS is no longer asked.")
    .argument("<host>", "NAME, NAME:PORT or [IPV6]:PORT; https:// before it for TLS")
    .action(async (host: string, flags: ClientFlags) => {
      const registeredHost = parseTarget(host);
      await openClient(flags).configure({ registeredHost });
      const place = formatTarget(registeredHost);
      done(flags, { registeredHost }, `The host is now ${place}; DNS is no longer asked. Undo: muster ckms`);
    });
  verb("ckms", "Clear the host set by skms; DNS is asked again.").action(async (flags: ClientFlags) => {
    await openClient(flags).configure({ registeredHost: undefined });
    done(flags, { registeredHost: null }, "The host is looked for in DNS again. Undo: muster skms HOST");
  });
  verb("skms-domain", "Set the DNS domain that is looked in first for a host.")
    .argument("<domain>", "such as corp.example")
    .action(async (domain: string, flags: ClientFlags) => {
      const lookupDomain = parseDomain(domain);
      const { registeredHost } = await openClient(flags).configure({ lookupDomain });
      const overridden =
        registeredHost === undefined
          ? ""
          : `\nWarning: /skms setting overrides the /skms-domain setting. ${formatTarget(registeredHost)} will be used for activation.`;
      done(
        flags,
        { lookupDomain },
        `A host is now looked for in ${lookupDomain} first. Undo: muster ckms-domain${overridden}`,
      );
    });
  verb("ckms-domain", "Clear the DNS domain set by skms-domain.").action(async (flags: ClientFlags) => {
    await openClient(flags).configure({ lookupDomain: undefined });
    done(
      flags,
      { lookupDomain: null },
      "A host is looked for in this machine's DNS suffixes only. Undo: muster skms-domain DOMAIN",
    );
  });
  verb(
    "skhc",
    "Keep the host that activated this machine, and ask it first the next time (the default).",
  ).action(async (flags: ClientFlags) => {
    await openClient(flags).configure({ hostCaching: true });
    done(flags, { hostCaching: true }, "KMS host caching is enabled. Undo: muster ckhc");
  });
  verb("ckhc", "Ask DNS for a host every time.").action(async (flags: ClientFlags) => {
    await openClient(flags).configure({ hostCaching: false });
    done(
      flags,
      { hostCaching: false },
      "KMS host caching is disabled; every attempt asks DNS. Undo: muster skhc",
    );
  });
}

async function installKey(key: string, flags: ClientFlags & { catalogue?: string }): Promise<void> {
  const catalogue = flags.catalogue === undefined ? undefined : readBounded(flags.catalogue, MAX_DOCUMENT);
  const product = await openClient(flags).install(key, catalogue);
  const { kind, text } = parseKey(key);
  const partial = partialKey(text);
  const next =
    kind === "mak"
      ? "muster ato --vendor URL, or by file: muster ato --request FILE."
      : "muster ato, or muster client run to keep it activated.";
  done(
    flags,
    { product: product.id, name: product.name, partialKey: partial },
    `Installed the product key ending in ${partial} successfully: ${product.name}.\nNext: ${next} Undo: muster upk ${product.id}`,
  );
}

async function uninstallKey(id: string | undefined, flags: ClientFlags): Promise<void> {
  const products = await openClient(flags).uninstall(id);
  done(
    flags,
    { products: ids(products) },
    `Uninstalled the product key of ${names(products)} successfully. Undo: muster ipk KEY`,
  );
}

async function clearKeys(flags: ClientFlags): Promise<void> {
  const products = await openClient(flags).clearKeys();
  done(
    flags,
    { products: ids(products) },
    `The text of the product key of ${names(products)} is no longer stored; activation goes on. Undo: muster ipk KEY`,
  );
}

async function rearm(flags: ClientFlags): Promise<void> {
  const client = openClient(flags);
  const left = await client.rearm();
  const { products } = await client.describe();
  const maks = products.some(({ stored }) => stored?.key?.kind === "mak")
    ? "\nA MAK is to be activated again, which uses up another of its activations."
    : "";
  done(
    flags,
    { rearmsLeft: left },
    `Rearmed: the next attempt takes a new CMID, and the grace periods start anew. This cannot be undone; it can be done ${left} more times.\nAn image is to be sealed now, before muster client run or muster ato make the new CMID.${maks}`,
  );
}

function done({ json }: ClientFlags, value: object, text: string): void {
  print(json, value, text);
}

function ids(products: readonly Product[]): string[] {
  return products.map(({ id }) => id);
}

function names(products: readonly Product[]): string {
  return products.map(({ name }) => name).join(", ");
}
