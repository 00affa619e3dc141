import { expect, test } from "bun:test";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { deploy } from "../src/fleet/deployment.ts";
import { makeDatabase } from "./postgres.ts";
import { makeRequest } from "./requests.ts";
import { post, startHost, stopHost } from "./system.ts";
import { walk } from "./walk.ts";

const MAIN = join(import.meta.dir, "..", "src", "cli", "main.ts");

test("docs/moving-house.md does what it says, for 30 machines", async () => {
  // The page's database server is one of this machine.
  const databases = { muster: await makeDatabase(), site: await makeDatabase() };
  const real = Object.entries(databases).map(
    ([name, url]) => `s#postgres://muster@db.corp.example/${name}$#${url}#`,
  );
  const muster = `for each; do shift; set -- "$@" "$(printf %s "$each" | sed -e '${real.join(";")}')"; done
exec "${process.execPath}" "${MAIN}" "$@"`;
  expect(await walk("docs/moving-house.md", { prepare: makeHosts, programs: { muster } })).toBe(11);
}, 300_000);

/** Four hosts of one customer, the first of which has counted 30 machines. */
async function makeHosts(folder: string): Promise<void> {
  const names = { hostName: "kms01", others: ["kms02", "kms03", "kms04"] };
  const deployment = await deploy(join(folder, "deployed"), { ...names, now: Date.now() });
  const [product] = deployment.products;
  if (!product) throw new Error("a deployment has products");
  const host = await startHost(deployment);
  for (let at = 0; at < 30; at++) {
    await post(host.listener.url, makeRequest(product, { name: `pc-${at}`, now: Date.now() }));
  }
  await stopHost(host);
  for (const [at, path] of deployment.hostFolders.entries()) renameSync(path, join(folder, `kms0${at + 1}`));
}
