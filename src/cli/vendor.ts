import type { Command } from "commander";
import { Option } from "commander";
import type { Catalogue, Product } from "../protocol/catalogue.ts";
import type { Overage } from "../protocol/host-license.ts";
import type { Policy } from "../protocol/policy.ts";
import { problem } from "../protocol/problems.ts";
import { formatTime } from "../protocol/time.ts";
import { createVendor } from "../vendor/create.ts";
import { readBounded, writeAtomically } from "../vendor/files.ts";
import { type HostKey, MOST } from "../vendor/host-keys.ts";
import { type Approved, openVendor, type Vendor } from "../vendor/vendor.ts";
import { fields, print, table } from "./output.ts";
import { dataOption, wholeNumber } from "./settings.ts";
import { addLedger } from "./vendor-ledger.ts";

interface Common {
  readonly data: string;
  readonly json?: true;
}

/** The largest request file that is read, in bytes. */
const MOST_REQUEST = 64 * 1024;
const DAY = 24 * 60;

/** Adds `muster vendor …`: what a software vendor does to ship products and activate customers' hosts. */
export function addTo(program: Command): void {
  const group = program
    .command("vendor")
    .description("make the catalogue, the keys and the host licences of a software vendor");
  addInit(group);
  addProduct(group);
  addSetupKey(group);
  addHostKey(group);
  addApprove(group);
  addLedger(group);
}

/** A verb of the group with the options that all of them take; `changes` ends its help. */
export function verb(group: Command, usage: string, description: string, changes: string): Command {
  return group
    .command(usage)
    .description(description)
    .addOption(dataOption("vendor"))
    .option("--json", "print one line of JSON")
    .addHelpText("after", `\nChanges: ${changes}`);
}

/** Opens the vendor for one piece of work. */
export async function withVendor<T>(folder: string, work: (vendor: Vendor) => T | Promise<T>): Promise<T> {
  const vendor = openVendor(folder);
  try {
    return await work(vendor);
  } finally {
    vendor.close();
  }
}

function addInit(group: Command): void {
  verb(
    group,
    "init",
    "make a vendor: its id, its signing key and an empty ledger",
    "makes the folder with vendor.key (secret: keep a backup offline), ledger.sqlite and catalogue.jws; never overwrites.",
  )
    .requiredOption("--name <name>", "the vendor's name, as customers know it")
    .action((options: Common & { name: string }) => {
      const vendor = createVendor(options.data, options.name, Date.now());
      const { id, name, folder, catalogueFile: catalogue } = vendor;
      vendor.close();
      const text = fields([
        ["Vendor", name],
        ["Vendor id", id],
        ["Folder", folder],
        ["Catalogue", catalogue],
      ]);
      const advice =
        "Keep a backup of the folder: without vendor.key and ledger.sqlite nothing can be issued again.";
      print(options.json, { vendor: id, name, folder, catalogue }, `${text}\n\n${advice}`);
    });
}

interface ProductOptions extends Common {
  readonly application?: string;
  readonly applicationId?: string;
  readonly change?: true;
  readonly rename?: string;
  readonly required?: number;
  readonly activationInterval?: number;
  readonly renewalInterval?: number;
  readonly leaseDays?: number;
  readonly initialGraceDays?: number;
  readonly additionalGraceDays?: number;
  readonly countDays?: number;
  readonly clockTolerance?: number;
  readonly rearms?: number;
}

function addProduct(group: Command): void {
  verb(
    group,
    "product [name]",
    "add a product to the catalogue, change one, or list them (without a name)",
    "with a name, the ledger and catalogue.jws; ship the new catalogue with the product. Hosts and clients keep to the catalogue they have until they get it.",
  )
    .option(
      "--application <name|id>",
      "the application it belongs to: one pool of machines; a new name makes one",
    )
    .option("--application-id <id>", "the id of an application that is to be made (default: a random one)")
    .option("--change", "change the product of this name or id: only what the options name")
    .option("--rename <name>", "its new name (with --change)")
    .option("--required <count>", "how many machines a host must count (default: 25)", wholeNumber(1, 10_000))
    .option("--lease-days <days>", "how long a lease is valid (default: 180)", wholeNumber(1, 3650))
    .option(
      "--activation-interval <minutes>",
      "how often a client that is not activated asks (default: 120)",
      wholeNumber(15, 43_200),
    )
    .option(
      "--renewal-interval <minutes>",
      "how often an activated client renews (default: 10080)",
      wholeNumber(15, 43_200),
    )
    .option(
      "--initial-grace-days <days>",
      "how long a machine runs before its first activation (default: 30)",
      wholeNumber(0, 3650),
    )
    .option(
      "--additional-grace-days <days>",
      "how long a machine runs on after its lease has ended (default: 30)",
      wholeNumber(0, 3650),
    )
    .option(
      "--count-days <days>",
      "how long a machine counts after its last request (default: 30)",
      wholeNumber(1, 3650),
    )
    .option(
      "--clock-tolerance <minutes>",
      "how far the clocks of client and host may differ (default: 240)",
      wholeNumber(1, 43_200),
    )
    .option(
      "--rearms <count>",
      "how often a machine may be rearmed (default: 1000)",
      wholeNumber(0, 1_000_000),
    )
    .action((name: string | undefined, options: ProductOptions) =>
      withVendor(options.data, (vendor) => {
        if (name === undefined) return listProducts(vendor, options);
        const product = options.change ? change(vendor, name, options) : add(vendor, name, options);
        const { catalogueFile: catalogue } = vendor;
        print(
          options.json,
          { ...product, catalogue },
          `${describe(product, vendor.catalogue())}\n\nWritten to ${catalogue}`,
        );
      }),
    );
}

function add(vendor: Vendor, name: string, options: ProductOptions): Product {
  const { application, applicationId, rename } = options;
  if (rename !== undefined)
    throw problem("BAD_INPUT", "--rename goes with --change; leave it out to add a product.");
  if (application === undefined) {
    throw problem("BAD_INPUT", "A new product belongs to an application; name it with --application.");
  }
  return vendor.addProduct({ name, application, applicationId, policy: policyOf(options) }, Date.now());
}

function change(vendor: Vendor, name: string, options: ProductOptions): Product {
  if (options.application !== undefined || options.applicationId !== undefined) {
    throw problem("BAD_INPUT", "A product stays in its application; add it there as a new product instead.");
  }
  return vendor.changeProduct(name, { name: options.rename, policy: policyOf(options) }, Date.now());
}

/** The figures that the options name, in minutes. */
function policyOf(options: ProductOptions): Partial<Policy> {
  const days = (count: number | undefined) => (count === undefined ? undefined : count * DAY);
  const given: Record<keyof Policy, number | undefined> = {
    required: options.required,
    activationInterval: options.activationInterval,
    renewalInterval: options.renewalInterval,
    lease: days(options.leaseDays),
    initialGrace: days(options.initialGraceDays),
    additionalGrace: days(options.additionalGraceDays),
    countWindow: days(options.countDays),
    clockTolerance: options.clockTolerance,
    rearms: options.rearms,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function listProducts(vendor: Vendor, { json }: Common): void {
  const { applications, products } = vendor.catalogue();
  const rows = products.map(({ name, application, policy, setupKeys, id }) => [
    name,
    applications.find((pool) => pool.id === application)?.name ?? application,
    String(policy.required),
    inDays(policy.lease),
    String(setupKeys.length),
    id,
  ]);
  const text =
    rows.length === 0
      ? "There are no products yet; add one with muster vendor product NAME --application NAME."
      : table(["Product", "Application", "Required", "Lease", "Setup keys", "Activation id"], rows);
  print(json, { applications, products, catalogue: vendor.catalogueFile }, text);
}

function describe({ name, id, application, number, policy }: Product, { applications }: Catalogue): string {
  return fields([
    ["Product", name],
    ["Activation id", id],
    ["Application", applications.find((pool) => pool.id === application)?.name],
    ["Application id", application],
    ["Number in keys", number],
    ["Required count", policy.required],
    ["Lease", inDays(policy.lease)],
    ["Activation interval", `${policy.activationInterval} minutes`],
    ["Renewal interval", `${policy.renewalInterval} minutes`],
    ["Initial grace", inDays(policy.initialGrace)],
    ["Additional grace", inDays(policy.additionalGrace)],
    ["A machine counts for", inDays(policy.countWindow)],
    ["Clock tolerance", `${policy.clockTolerance} minutes`],
    ["Rearms", policy.rearms],
  ]);
}

function inDays(minutes: number): string {
  return minutes % DAY === 0 ? `${minutes / DAY} days` : `${minutes} minutes`;
}

function addSetupKey(group: Command): void {
  verb(
    group,
    "setup-key <product>",
    "show a product's setup key, which makes a machine its client; make it when there is none",
    "when a key is made, the ledger and catalogue.jws. Setup keys are public.",
  )
    .option("--new", "make another one; the ones before it stay good")
    .action((name: string, options: Common & { new?: true }) =>
      withVendor(options.data, (vendor) => {
        const {
          id,
          name: product,
          setupKeys,
        } = vendor.setupKey(name, Date.now(), { another: options.new === true });
        const value = { product: id, name: product, setupKey: setupKeys.at(-1), setupKeys };
        print(options.json, { ...value, catalogue: vendor.catalogueFile }, setupKeys.join("\n"));
      }),
    );
}

interface HostKeyOptions extends Common {
  readonly product?: string[];
  readonly application?: string;
  readonly customer?: string;
  readonly seats?: number;
  readonly overage: Overage;
  readonly days: number;
  readonly hosts: number;
  readonly activations: number;
}

function addHostKey(group: Command): void {
  verb(
    group,
    "host-key",
    "make a secret host key, with which a customer activates hosts",
    "the ledger. Give the key to the customer only; muster vendor ledger --show-keys shows it again.",
  )
    .option("--product <name|id...>", "the products it covers")
    .option("--application <name|id>", "instead: every product of this application, those to come too")
    .option("--customer <name>", "who gets it")
    .option(
      "--seats <count>",
      "how many machines may hold a lease at once (default: no limit)",
      wholeNumber(1, MOST.seats),
    )
    .addOption(
      new Option("--overage <rule>", "beyond the seats: lease and report, or refuse")
        .choices(["allow", "deny"])
        .default("allow"),
    )
    .option("--days <days>", "how long each licence is valid", wholeNumber(1, MOST.days), 365)
    .option("--hosts <count>", "how many hosts it activates", wholeNumber(1, MOST.hosts), 6)
    .option(
      "--activations <count>",
      "how often it activates each of them",
      wholeNumber(1, MOST.activations),
      10,
    )
    .action((options: HostKeyOptions) =>
      withVendor(options.data, (vendor) => {
        const {
          product: products,
          application,
          customer,
          seats,
          overage,
          days,
          hosts,
          activations,
        } = options;
        const wanted = { products, application, customer, seats, overage, days, hosts, activations };
        const key = vendor.hostKey(wanted, Date.now());
        print(options.json, hostKeyValue(key), describeHostKey(key, vendor.catalogue()));
      }),
    );
}

function hostKeyValue({
  text,
  customer,
  application,
  products,
  seats,
  overage,
  days,
  hosts,
  activations,
}: HostKey) {
  return { hostKey: text, customer, application, products, seats, overage, days, hosts, activations };
}

function describeHostKey(key: HostKey, { applications, products }: Catalogue): string {
  const names = products.filter(({ id }) => key.products.includes(id)).map(({ name }) => name);
  const pool = applications.find(({ id }) => id === key.application);
  return fields([
    ["Host key", key.text],
    ["Customer", key.customer],
    ["Products", pool ? `all of ${pool.name} (now ${names.join(", ")})` : names.join(", ")],
    ["Seats", key.seats === undefined ? "no limit" : `${key.seats}, overage: ${key.overage}`],
    ["Hosts", `${key.hosts}, ${key.activations} activations each`],
    ["Licence", `${key.days} days`],
  ]);
}

function addApprove(group: Command): void {
  verb(
    group,
    "approve <request-file>",
    "answer a host's request with a host licence ('-' reads the request from standard input)",
    "the ledger, and the licence file. The same request again gives the same licence; a host that renews while its licence is valid uses up no activation.",
  )
    .option("-o, --output <file>", "where the licence goes (default: standard output)")
    .action((file: string, options: Common & { output?: string }) =>
      withVendor(options.data, async (vendor) => {
        const approved = await vendor.approve(readBounded(file, MOST_REQUEST), Date.now());
        report(approved, options);
      }),
    );
}

function report(approved: Approved, { json, output }: Common & { output?: string }): void {
  if (output !== undefined) writeAtomically(output, `${approved.license}\n`, 0o644);
  const { expires, ...rest } = approved;
  const value = { ...rest, expires: formatTime(expires), ...(output !== undefined && { output }) };
  const text = describeApproval(approved, output);
  if (json || output !== undefined) return print(json, value, text);
  process.stderr.write(`${text}\n`);
  print(false, value, approved.license);
}

function describeApproval(
  { kind, name, host, customer, expires, partialKey, hosts, activations }: Approved,
  output?: string,
) {
  const KINDS = {
    activation: "activated",
    renewal: "renewed (no activation used)",
    repeat: "the same request again, so the same licence",
  };
  return fields([
    ["Host", `${name} (${host})`],
    ["Customer", customer],
    ["Result", KINDS[kind]],
    ["Host key", `…${partialKey}`],
    ["Hosts used", `${hosts.used} of ${hosts.of}`],
    ["Activations of this host", `${activations.used} of ${activations.of}`],
    ["Licence ends", formatTime(expires)],
    ["Licence file", output],
  ]);
}
