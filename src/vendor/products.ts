import type { Database } from "bun:sqlite";
import {
  type Application,
  type Catalogue,
  type Channel,
  DEFAULT_CHANNEL,
  type Product,
} from "../protocol/catalogue.ts";
import { isUuid, newId, refuseMicrosoft } from "../protocol/ids.ts";
import type { PublicJwk } from "../protocol/jws.ts";
import { MAX_KEY_NUMBER } from "../protocol/keys.ts";
import { makePolicy, type Policy } from "../protocol/policy.ts";
import { problem } from "../protocol/problems.ts";
import { checkName } from "./names.ts";

/** A product to be added. */
export interface NewProduct {
  readonly name: string;
  /** The application's name or id; an application of a new name is made. */
  readonly application: string;
  /** The id of an application that is to be made; random without it. */
  readonly applicationId?: string | undefined;
  /** VOLUME_KMSCLIENT without it. */
  readonly channel?: Channel | undefined;
  readonly policy?: Partial<Policy>;
}

/** What may change of a product later: clients learn it from the next catalogue they are given. */
export interface ProductChange {
  readonly name?: string | undefined;
  readonly channel?: Channel | undefined;
  readonly policy?: Partial<Policy>;
}

interface ProductRow {
  readonly number: number;
  readonly id: string;
  readonly application: string;
  readonly name: string;
  readonly channel: Channel;
  readonly policy: string;
}

const PRODUCT_COLUMNS = "number, id, application, name, channel, policy";

/** Adds a product, and its application when that is new. Throws BAD_INPUT, ALREADY_EXISTS, MICROSOFT_PRODUCT. */
export function addProduct(database: Database, wanted: NewProduct, now: number): Product {
  const name = checkName("The product's name", wanted.name);
  const policy = makePolicy(wanted.policy ?? {});
  const application = findOrAddApplication(database, wanted, now);
  refuseSameName(database, application, name);
  const row = database
    .query<ProductRow, [string, string, string, Channel, string]>(
      `INSERT INTO product (id, application, name, channel, policy) VALUES (?, ?, ?, ?, ?) RETURNING ${PRODUCT_COLUMNS}`,
    )
    .get(newId(), application.id, name, wanted.channel ?? DEFAULT_CHANNEL, JSON.stringify(policy));
  if (row === null) throw problem("DEFECT", "The product that was stored did not come back.");
  if (row.number > MAX_KEY_NUMBER) {
    throw problem("BAD_INPUT", `A vendor can have ${MAX_KEY_NUMBER} products; use another vendor for more.`);
  }
  return toProduct(row, []);
}

/** Changes a product's name, channel or policy; what the change does not name stays. Throws BAD_INPUT, ALREADY_EXISTS. */
export function changeProduct(database: Database, nameOrId: string, change: ProductChange): Product {
  const product = findProductNamed(database, nameOrId);
  const name = change.name === undefined ? product.name : checkName("The product's name", change.name);
  const application = applicationNamed(database, product.application);
  if (name !== product.name && application) refuseSameName(database, application, name);
  const policy = makePolicy({ ...product.policy, ...change.policy });
  const channel = change.channel ?? product.channel;
  database
    .query<null, [string, Channel, string, number]>(
      "UPDATE product SET name = ?, channel = ?, policy = ? WHERE number = ?",
    )
    .run(name, channel, JSON.stringify(policy), product.number);
  return { ...product, name, channel, policy };
}

/** Every application, in the order they were made. */
export function listApplications(database: Database): Application[] {
  return database
    .query<Application, []>("SELECT id, name FROM application ORDER BY created, rowid")
    .all()
    .map(({ id, name }) => ({ id, name }));
}

/** Every product with its setup keys, by number. */
export function listProducts(database: Database): Product[] {
  const keys = Map.groupBy(
    database
      .query<{ number: number; text: string }, []>(
        "SELECT number, text FROM key WHERE kind = 'setup' AND blocked IS NULL ORDER BY row",
      )
      .all(),
    ({ number }) => number,
  );
  return database
    .query<ProductRow, []>(`SELECT ${PRODUCT_COLUMNS} FROM product ORDER BY number`)
    .all()
    .map((row) => toProduct(row, keys.get(row.number)?.map(({ text }) => text) ?? []));
}

/** The product of this name or activation id. Throws BAD_INPUT when there is none, or several of the name. */
export function findProductNamed(database: Database, nameOrId: string): Product {
  const found = listProducts(database).filter(
    ({ id, name }) => id === nameOrId.toLowerCase() || name === nameOrId,
  );
  const [product, ...others] = found;
  if (product && others.length === 0) return product;
  throw problem(
    "BAD_INPUT",
    product
      ? `There are ${found.length} products named ${nameOrId}; name one by its id (muster vendor product lists them).`
      : `There is no product ${nameOrId}; muster vendor product lists what there is.`,
  );
}

/** The application of this name or id. Throws BAD_INPUT when there is none. */
export function findApplicationNamed(database: Database, nameOrId: string): Application {
  const application = applicationNamed(database, nameOrId);
  if (application) return application;
  throw problem(
    "BAD_INPUT",
    `There is no application ${nameOrId}; muster vendor product lists what there is.`,
  );
}

/** The catalogue as the ledger has it now. */
export function readCatalogue(database: Database, now: number): Catalogue {
  const vendor = database
    .query<{ id: string; name: string; public_key: string }, []>("SELECT id, name, public_key FROM vendor")
    .get();
  if (vendor === null) throw problem("BAD_INPUT", "The ledger names no vendor; restore it from your backup.");
  const key: PublicJwk = { kty: "OKP", crv: "Ed25519", x: vendor.public_key };
  return {
    vendor: { id: vendor.id, name: vendor.name, key },
    issued: now,
    applications: listApplications(database),
    products: listProducts(database),
  };
}

function findOrAddApplication(database: Database, wanted: NewProduct, now: number): Application {
  const { application, applicationId } = wanted;
  for (const id of [application, applicationId ?? ""]) refuseMicrosoft(id);
  if (applicationId !== undefined && !isUuid(applicationId)) {
    throw problem(
      "BAD_INPUT",
      `The application id '${applicationId}' is not a UUID; leave it out to have one made.`,
    );
  }
  const known = applicationNamed(database, application);
  if (known && (applicationId === undefined || known.id === applicationId.toLowerCase())) return known;
  if (known) {
    throw problem(
      "ALREADY_EXISTS",
      `The application ${known.name} has the id ${known.id}; leave --application-id out.`,
    );
  }
  if (isUuid(application)) {
    throw problem(
      "BAD_INPUT",
      `There is no application with the id ${application}; to make it, give its name with --application and this id with --application-id.`,
    );
  }
  const name = checkName("The application's name", application);
  const id = (applicationId ?? newId()).toLowerCase();
  const owner = applicationNamed(database, id);
  if (owner)
    throw problem("ALREADY_EXISTS", `The application id ${id} belongs to ${owner.name}; take another one.`);
  database
    .query<null, [string, string, number]>("INSERT INTO application (id, name, created) VALUES (?, ?, ?)")
    .run(id, name, now);
  return { id, name };
}

function applicationNamed(database: Database, nameOrId: string): Application | undefined {
  return listApplications(database).find(
    ({ id, name }) => id === nameOrId.toLowerCase() || name === nameOrId,
  );
}

function refuseSameName(database: Database, application: Application, name: string): void {
  if (
    listProducts(database).some((product) => product.application === application.id && product.name === name)
  ) {
    throw problem(
      "ALREADY_EXISTS",
      `${application.name} has a product ${name} already; change it with --change, or take another name.`,
    );
  }
}

function toProduct(row: ProductRow, setupKeys: readonly string[]): Product {
  const { id, application, name, number, channel } = row;
  return { id, application, name, number, channel, policy: makePolicy(JSON.parse(row.policy)), setupKeys };
}
