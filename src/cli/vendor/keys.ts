import { type Command, Option } from "commander";
import type { Catalogue } from "../../protocol/catalogue.ts";
import type { Overage } from "../../protocol/host-license.ts";
import { type HostKey, MOST } from "../../vendor/host-keys.ts";
import { MOST_MAK_ACTIVATIONS } from "../../vendor/maks.ts";
import { fields, print } from "../output.ts";
import { wholeNumber } from "../settings.ts";
import { type Common, verb, withVendor } from "./verb.ts";

/** Adds `muster vendor setup-key`. */
export function addSetupKey(group: Command): void {
  verb(
    group,
    "setup-key <product>",
    "show a product's setup key, which makes a machine its client; make it when there is none",
    "when a key is made, the ledger and catalogue.jws. Setup keys are public.\nUndo: muster vendor revoke KEY.",
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
        print(
          options.json,
          { ...value, catalogue: vendor.catalogueFile },
          (options.new ? setupKeys.slice(-1) : setupKeys).join("\n"),
        );
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

/** Adds `muster vendor host-key`. */
export function addHostKey(group: Command): void {
  verb(
    group,
    "host-key",
    "make a secret host key, with which a customer activates hosts",
    "the ledger. Give the key to the customer only; muster vendor ledger --show-keys shows it again.\nUndo: muster vendor revoke KEY.",
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

interface MakOptions extends Common {
  readonly activations: number;
  readonly customer?: string;
}

/** Adds `muster vendor mak`. */
export function addMak(group: Command): void {
  verb(
    group,
    "mak <product>",
    "make a MAK: a secret key that activates so many machines, each once, against the vendor",
    "the ledger. Give the key to the customer only; muster vendor ledger --show-keys shows it again.\nUndo: muster vendor revoke KEY.",
  )
    .requiredOption(
      "--activations <count>",
      "how many machines it activates",
      wholeNumber(1, MOST_MAK_ACTIVATIONS),
    )
    .option("--customer <name>", "who gets it")
    .action((product: string, { activations, customer, data, json }: MakOptions) =>
      withVendor(data, (vendor) => {
        const { text: mak, product: id } = vendor.mak({ product, activations, customer }, Date.now());
        const name = vendor.catalogue().products.find((each) => each.id === id)?.name;
        const text = fields([
          ["MAK", mak],
          ["Customer", customer],
          ["Product", name],
          ["Activations", activations],
        ]);
        print(json, { mak, product: id, name, activations, customer }, text);
      }),
    );
}
