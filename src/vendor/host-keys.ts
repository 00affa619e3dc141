import type { Database } from "bun:sqlite";
import type { Product } from "../protocol/catalogue.ts";
import type { Overage } from "../protocol/host-license.ts";
import { MAX_KEY_NUMBER } from "../protocol/keys.ts";
import { problem } from "../protocol/problems.ts";
import type { KeyLimits } from "./approval.ts";
import { addKey, type IssuedKey, KEY_COLUMNS, type KeyRow, toKey } from "./keys.ts";
import { findApplicationNamed, findProductNamed, listProducts } from "./products.ts";

/** A host key with what it grants. */
export interface HostKey extends IssuedKey, KeyLimits {
  /** The application all of whose products it covers, those to come too; undefined when it names products. */
  readonly application: string | undefined;
  /** The activation ids it covers now, in the order of the products' numbers. */
  readonly products: readonly string[];
  /** How many machines may hold a lease at once; undefined is no limit. */
  readonly seats: number | undefined;
  readonly overage: Overage;
}

/** What a new host key is to grant: products or one application, by name or id. */
export interface NewHostKey {
  readonly products?: readonly string[] | undefined;
  readonly application?: string | undefined;
  readonly customer?: string | undefined;
  /** No limit without it. */
  readonly seats?: number | undefined;
  /** `allow` without it. */
  readonly overage?: Overage | undefined;
  /** For how many days each licence is valid; 365 without it. */
  readonly days?: number | undefined;
  /** How many hosts; 6 without it. */
  readonly hosts?: number | undefined;
  /** How often each host; 10 without it. */
  readonly activations?: number | undefined;
}

interface HostKeyRow extends KeyRow {
  readonly application: string | null;
  readonly products: string;
  readonly seats: number | null;
  readonly overage: Overage;
  readonly days: number;
  readonly hosts: number;
  readonly activations: number;
}

type PutHostKey = [
  key: number,
  application: string | null,
  products: string,
  seats: number | null,
  overage: Overage,
  days: number,
  hosts: number,
  activations: number,
];

/** The largest figures a host key may grant. */
export const MOST = { seats: 1e9, days: 3650, hosts: 10_000, activations: 10_000 } as const;

/** Makes a host key. Throws BAD_INPUT when what it is to grant does not exist or is out of bounds. */
export function addHostKey(database: Database, wanted: NewHostKey, now: number): HostKey {
  const covers = coverage(database, wanted);
  const figures = {
    seats: wanted.seats === undefined ? null : bounded("seats", wanted.seats),
    days: bounded("days", wanted.days ?? 365),
    hosts: bounded("hosts", wanted.hosts ?? 6),
    activations: bounded("activations", wanted.activations ?? 10),
  };
  const key = addKey(database, "host", nextNumber(database), wanted.customer, now);
  database
    .query<null, PutHostKey>(
      `INSERT INTO host_key (key, application, products, seats, overage, days, hosts, activations)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      key.row,
      covers.application,
      JSON.stringify(covers.products),
      figures.seats,
      wanted.overage ?? "allow",
      figures.days,
      figures.hosts,
      figures.activations,
    );
  const stored = findHostKey(database, key.text);
  if (stored === undefined) throw problem("DEFECT", "The host key that was stored did not come back.");
  return stored;
}

/** The texts of the host keys that have this number; seldom more than one. */
export function hostKeysNumbered(database: Database, number: number): string[] {
  return database
    .query<{ text: string }, [number]>("SELECT text FROM key WHERE kind = 'host' AND number = ? ORDER BY row")
    .all(number)
    .map(({ text }) => text);
}

/** The host key of this text, if the ledger has it. */
export function findHostKey(database: Database, text: string): HostKey | undefined {
  const row = database
    .query<HostKeyRow, [string]>(
      `SELECT ${KEY_COLUMNS}, application, products, seats, overage, days, hosts, activations
       FROM key JOIN host_key ON host_key.key = key.row WHERE text = ?`,
    )
    .get(text);
  if (row === null) return undefined;
  const { application, seats, overage, days, hosts, activations } = row;
  const named: readonly string[] = JSON.parse(row.products);
  const products = volumeProducts(database)
    .filter((product) =>
      application === null ? named.includes(product.id) : product.application === application,
    )
    .map(({ id }) => id);
  return {
    ...toKey(row),
    application: application ?? undefined,
    products,
    seats: seats ?? undefined,
    overage,
    days,
    hosts,
    activations,
  };
}

function coverage(
  database: Database,
  { products = [], application }: NewHostKey,
): { application: string | null; products: string[] } {
  if (products.length > 0 && application === undefined) {
    const named = products.map((product) => findProductNamed(database, product));
    refuseRetail(named);
    const ids = new Set(named.map(({ id }) => id));
    const inOrder = listProducts(database).filter(({ id }) => ids.has(id));
    return { application: null, products: inOrder.map(({ id }) => id) };
  }
  if (products.length > 0 || application === undefined) {
    throw problem(
      "BAD_INPUT",
      "A host key is for products or for one application; give --product or --application, one of the two.",
    );
  }
  const { id, name } = findApplicationNamed(database, application);
  const inside = ({ application: owner }: Product) => owner === id;
  if (volumeProducts(database).some(inside)) return { application: id, products: [] };
  refuseRetail(listProducts(database).filter(inside));
  throw problem(
    "BAD_INPUT",
    `The application ${name} has no products yet; add one with muster vendor product.`,
  );
}

/** The products that hosts activate. */
function volumeProducts(database: Database): Product[] {
  return listProducts(database).filter(({ channel }) => channel === "VOLUME_KMSCLIENT");
}

function refuseRetail(products: readonly Product[]): void {
  const retail = products.find(({ channel }) => channel === "RETAIL");
  if (retail === undefined) return;
  throw problem(
    "BAD_INPUT",
    `${retail.name} is of the RETAIL channel, which hosts do not activate; leave it out, or change it first: muster vendor product "${retail.name}" --change --channel volume.`,
  );
}

/** Numbers go round after the largest: a host key is found by its text, the number only tells keys apart. */
function nextNumber(database: Database): number {
  const row = database.query<{ made: number }, []>("SELECT count(*) AS made FROM host_key").get();
  return ((row?.made ?? 0) % MAX_KEY_NUMBER) + 1;
}

function bounded(name: keyof typeof MOST, value: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= MOST[name]) return value;
  throw problem(
    "BAD_INPUT",
    `A host key's ${name} must be a whole number from 1 to ${MOST[name]}, not ${value}.`,
  );
}
