import { type Command, Option } from "commander";
import type { Catalogue, Channel, Product } from "../../protocol/catalogue.ts";
import type { Policy } from "../../protocol/policy.ts";
import { problem } from "../../protocol/problems.ts";
import type { Vendor } from "../../vendor/vendor.ts";
import { fields, print, table } from "../output.ts";
import { wholeNumber } from "../settings.ts";
import { type Common, verb, withVendor } from "./verb.ts";

const DAY = 24 * 60;
const CHANNELS = { volume: "VOLUME_KMSCLIENT", retail: "RETAIL" } as const satisfies Record<string, Channel>;

interface ProductOptions extends Common {
  readonly application?: string;
  readonly applicationId?: string;
  readonly change?: true;
  readonly rename?: string;
  readonly channel?: keyof typeof CHANNELS;
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

/** Adds `muster vendor product`. */
export function addProduct(group: Command): void {
  verb(
    group,
    "product [name]",
    "add a product to the catalogue, change one, or list them (without a name)",
    "with a name, the ledger and catalogue.jws; ship the new catalogue with the product. Hosts and clients keep to the catalogue they have until they get it.\nUndo: the same command with the earlier values; a product that was made stays.",
  )
    .option(
      "--application <name|id>",
      "the application it belongs to: one pool of machines; a new name makes one",
    )
    .option("--application-id <id>", "the id of an application that is to be made (default: a random one)")
    .option("--change", "change the product of this name or id: only what the options name")
    .option("--rename <name>", "its new name (with --change)")
    .addOption(
      new Option(
        "--channel <channel>",
        "volume: hosts activate it; retail: none does (default: volume)",
      ).choices(Object.keys(CHANNELS)),
    )
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
  return vendor.addProduct(
    { name, application, applicationId, channel: channelOf(options), policy: policyOf(options) },
    Date.now(),
  );
}

function change(vendor: Vendor, name: string, options: ProductOptions): Product {
  if (options.application !== undefined || options.applicationId !== undefined) {
    throw problem("BAD_INPUT", "A product stays in its application; add it there as a new product instead.");
  }
  return vendor.changeProduct(
    name,
    { name: options.rename, channel: channelOf(options), policy: policyOf(options) },
    Date.now(),
  );
}

function channelOf({ channel }: ProductOptions): Channel | undefined {
  return channel && CHANNELS[channel];
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
  const rows = products.map(({ name, application, channel, policy, setupKeys, id }) => [
    name,
    applications.find((pool) => pool.id === application)?.name ?? application,
    String(policy.required),
    inDays(policy.lease),
    channel,
    String(setupKeys.length),
    id,
  ]);
  const text =
    rows.length === 0
      ? "There are no products yet; add one with muster vendor product NAME --application NAME."
      : table(
          ["Product", "Application", "Required", "Lease", "Channel", "Setup keys", "Activation id"],
          rows,
        );
  print(json, { applications, products, catalogue: vendor.catalogueFile }, text);
}

function describe(product: Product, { applications }: Catalogue): string {
  const { name, id, application, number, channel, policy } = product;
  return fields([
    ["Product", name],
    ["Activation id", id],
    ["Application", applications.find((pool) => pool.id === application)?.name],
    ["Application id", application],
    ["Number in keys", number],
    ["Channel", channel],
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
