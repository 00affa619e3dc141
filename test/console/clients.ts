import { basename, join } from "node:path";
import { createClient } from "../../src/client/index.ts";
import type { DeployedProduct } from "../../src/fleet/deployment.ts";
import { makeFolder } from "../folders.ts";
import { muster, type Outcome } from "../muster.ts";

/** How many processes run at a time. */
const AT_ONCE = 3;

/** The folders of machines that have the setup key of a product, and that know their host: `pc-0` and on. */
export async function installClients(
  machines: number,
  { setupKey }: DeployedProduct,
  catalogue: string,
  url: string,
): Promise<string[]> {
  const { hostname: host, port } = new URL(url);
  const folder = makeFolder();
  const names = Array.from({ length: machines }, (_, at) => `pc-${at}`);
  for (const name of names) {
    const client = createClient({ dir: join(folder, name) });
    await client.install(setupKey, catalogue);
    await client.configure({ registeredHost: { host, port: Number(port), secure: false } });
  }
  return names.map((name) => join(folder, name));
}

/** Runs `muster ato` for each of these machines, a process each; gives how each ended, in their order. */
export async function activateClients(folders: readonly string[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const left = folders.entries();
  const work = async () => {
    for (const [at, folder] of left) {
      const name = basename(folder);
      const who = ["--machine-name", `${name}.corp.example`, "--fingerprint", name];
      outcomes[at] = await muster("ato", ...who, "--data", folder);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcomes;
}
