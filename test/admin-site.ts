import { Database } from "bun:sqlite";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { importLicense, initHost, requestLicense, storePath } from "../src/host/folder.ts";
import { openHostStore } from "../src/host/folder-store.ts";
import { HOST_STORE } from "../src/host/sqlite/schema.ts";
import { createVendor } from "../src/vendor/create.ts";

const APPLICATION = "Contoso Suite";
const PRODUCT = "Contoso Desktop";

/** What the reader of an administrator's page has from the pages before: `setup-key`, `host-key`, `catalogue.jws`, `vendor`, hosts. */
export async function makeSite(folder: string, hosts: readonly string[]): Promise<void> {
  const now = Date.now();
  const vendor = createVendor(join(folder, "vendor"), "Contoso", now);
  vendor.addProduct({ name: PRODUCT, application: APPLICATION, policy: { required: 2 } }, now);
  const [setupKey = ""] = vendor.setupKey(PRODUCT, now).setupKeys;
  const hostKey = vendor.hostKey({ application: APPLICATION, customer: "Fabrikam" }, now).text;
  for (const each of hosts) {
    const host = join(folder, each);
    const identity = await initHost(host, basename(each), vendor.signedCatalogue());
    const { license } = await vendor.approve(requestLicense(identity, hostKey, now), now);
    await importLicense(host, license, now);
    await (await openHostStore(host)).close();
  }
  copyFileSync(vendor.catalogueFile, join(folder, "catalogue.jws"));
  writeFileSync(join(folder, "setup-key"), setupKey);
  writeFileSync(join(folder, "host-key"), hostKey);
  mkdirSync(join(folder, "backups"));
  vendor.close();
}

/** Gives a host the store of an earlier schema, or says of the one it has that it is of a later one. */
export function changeSchema(host: string, schema: number): void {
  const isEarlier = schema < HOST_STORE.migrations.length;
  if (isEarlier) rmSync(storePath(host));
  using database = new Database(storePath(host), { create: true });
  if (isEarlier) for (const migration of HOST_STORE.migrations.slice(0, schema)) database.run(migration);
  if (schema > 3) database.run(`PRAGMA application_id = ${HOST_STORE.applicationId}`);
  database.run(`PRAGMA user_version = ${schema}`);
}
