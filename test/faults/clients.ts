import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type AttemptResult, createClient } from "../../src/client/index.ts";
import { fingerprintOf } from "../requests.ts";

/**
 * The clients of one machine of a network, run in its namespace: `bun clients.ts ORDER`, then an order a line on
 * standard input. Each is answered by one line.
 */

/** What clients are made with. */
export interface Equipment {
  /** Each client keeps its files in a folder of its name in this one. */
  readonly folder: string;
  readonly domain: string;
  readonly catalogueFile: string;
  readonly setupKey: string;
}

/** Lets clients, by name, try to activate all at once, each so often at most until it has a lease. */
export interface Order {
  readonly names: readonly string[];
  readonly tries: number;
  /** How long they wait for a host, milliseconds. */
  readonly timeout: number;
}

/** What came of one client. */
export interface Told {
  readonly name: string;
  readonly result: AttemptResult;
}

async function obey({ names, ...order }: Order, equipment: Equipment): Promise<Told[]> {
  return Promise.all(names.map((name) => activate(name, order, equipment)));
}

async function activate(
  name: string,
  { tries: most, timeout }: Omit<Order, "names">,
  { folder, domain, catalogueFile, setupKey }: Equipment,
): Promise<Told> {
  const client = createClient({
    dir: join(folder, name),
    suffixes: [domain],
    timeout,
    machine: { name: `${name}.${domain}`, fingerprint: fingerprintOf(name), virtual: false },
  });
  await client.install(setupKey, readFileSync(catalogueFile, "utf8"));
  for (let tries = 1; ; tries++) {
    const result = await client.activate();
    if (result.activated || tries >= most) return { name, result };
  }
}

if (import.meta.main) {
  const equipment = JSON.parse(process.argv[2] ?? "") as Equipment;
  for await (const line of console) {
    console.log(JSON.stringify(await obey(JSON.parse(line) as Order, equipment)));
  }
}
