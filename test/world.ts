import { expect } from "bun:test";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deploy } from "../src/fleet/deployment.ts";
import { openHostStore } from "../src/host/folder-store.ts";
import { openVendor } from "../src/vendor/vendor.ts";
import { makeAuthority } from "./certificates.ts";
import { runCommands } from "./refusals.ts";

/** Everything that Muster reads, once for each of two vendors, so that one's files are another's to the other. */
export interface World {
  /** The folder of the other vendor's. */
  readonly others: string;
  /** A copy of ours that a test may spoil; it goes with the world. */
  copy(): string;
  remove(): void;
}

/** Makes both. */
export async function makeWorld(): Promise<World> {
  const root = mkdtempSync(join(tmpdir(), "muster-world-"));
  const [ours, others] = [join(root, "ours"), join(root, "others")];
  for (const vendor of [ours, others]) await makeFiles(vendor);
  return {
    others,
    copy() {
      const folder = join(mkdtempSync(join(root, "copy-")), "world");
      cpSync(ours, folder, { recursive: true });
      return folder;
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

async function makeFiles(folder: string): Promise<void> {
  mkdirSync(folder);
  const at = (name: string) => join(folder, name);
  const now = Date.now();
  const { products, catalogueFile, hostFolder, vendorFolder } = await deploy(folder, {
    hostName: "kms01",
    now,
  });
  await (await openHostStore(hostFolder)).close();
  const vendor = openVendor(vendorFolder);
  const mak = vendor.mak({ product: "Muster Demo Client", activations: 5 }, now).text;
  const key = vendor.hostKey({ application: "Muster Demo" }, now).text;
  vendor.close();
  const [product] = products;
  const host = ["--data", at("host")];
  const made = await runCommands([
    ["host", "init", "--catalogue", catalogueFile, "--data", at("new-host")],
    ["host", "activate", key, "-o", at("host.request"), "--data", at("new-host")],
    ["vendor", "approve", at("host.request"), "-o", at("host.licence"), "--data", vendorFolder],
    ["host", "report", "-o", at("usage.report"), ...host],
    ["host", "backup", at("backup.tar.gz"), ...host],
    ["ipk", product?.setupKey ?? "", "--catalogue", catalogueFile, "--data", at("client")],
    ["ckhc", "--data", at("client")],
    ["ipk", mak, "--catalogue", catalogueFile, "--data", at("mak-client")],
    ["ato", "--request", at("mak.request"), "--data", at("mak-client")],
    ["vendor", "approve", at("mak.request"), "-o", at("mak.answer"), "--data", vendorFolder],
  ]);
  expect(made.filter(({ exit }) => exit !== 0)).toEqual([]);
  rmSync(at("client/license.json.previous"));
  writeFileSync(at("muster.toml"), 'log-level = "error"\n');
  writeFileSync(at("scenario.toml"), 'days = 1\n[[machines]]\nname = "pc"\nnumber = 1\n');
  copyFileSync(catalogueFile, at("catalogue.jws"));
  writeFileSync(
    at("tsig.key"),
    'key "muster" {\n  algorithm hmac-sha256;\n  secret "c2VjcmV0IHNlY3JldCBzZWNyZXQ=";\n};\n',
  );
  makeAuthority(folder).issue("tls", ["DNS:localhost"]);
  writeFileSync(at("setup-key"), product?.setupKey ?? "");
}
