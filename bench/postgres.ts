/**
 * Measures a PostgreSQL store with many machines beside a small one: its size, how long a host takes to start on it, a
 * batch of renewals, a batch of new machines, and what administrators ask.
 *
 *   bun bench/postgres.ts [--machines 1000000] [--store postgres://user@server/empty-database]
 *
 * Without --store it starts a server of its own, which writes to the disk what it says it has written.
 */
import { parseArgs } from "node:util";
import { SQL } from "bun";
import { table } from "../src/cli/output.ts";
import type { DeployedProduct } from "../src/fleet/deployment.ts";
import { fillDatabase } from "../src/fleet/fill.ts";
import type { Arrival } from "../src/host/decide.ts";
import { openPostgresStore } from "../src/host/postgres/store.ts";
import type { Store } from "../src/host/store.ts";
import { newId } from "../src/protocol/ids.ts";
import { DAY, MINUTE } from "../src/protocol/time.ts";
import { APPLICATION, admit, arrivalOf, WINDOW } from "../test/arrivals.ts";
import { startPostgres } from "../test/postgres.ts";

const { values } = parseArgs({
  options: { machines: { type: "string", default: "1000000" }, store: { type: "string" } },
});
const MANY = Number(values.machines);
const FEW = 1024;
const BATCH = 64;
const BATCHES = 500;
const INTERVALS = { usual: (7 * DAY) / MINUTE, others: new Map<string, number>(), unlicensed: 120 };

const server = values.store === undefined ? await startPostgres({ settings: ["fsync=on"] }) : undefined;
const rows: string[][] = [];
try {
  for (const machines of values.store === undefined ? [FEW, MANY] : [MANY]) {
    const url = values.store ?? (await server?.makeDatabase()) ?? "";
    rows.push(...(await measure(url, machines)).map((row) => [machines.toLocaleString("en"), ...row]));
  }
} finally {
  await server?.stop();
}
console.log(table(["Machines", "What", "Takes"], rows));

async function measure(url: string, machines: number): Promise<[what: string, takes: string][]> {
  const product: DeployedProduct = {
    application: APPLICATION,
    product: newId(),
    name: "bench",
    required: 25,
    setupKey: "",
  };
  const now = Date.now();
  const done: [string, string][] = [];
  const note = (what: string, takes: string) => {
    done.push([what, takes]);
    console.error(`${machines} machines: ${what} ${takes}`);
  };
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    note(what, `${(performance.now() - start).toFixed(1)} ms`);
    return result;
  };
  const cmids = await timed("fill", () => fillDatabase(url, product, machines, now));
  note("size, filled", await sizeOf(url));
  const store = await timed("start: open and count", async () => {
    const opened = await openPostgresStore({ url, machine: "bench" });
    await opened.register({ id: APPLICATION, countWindow: WINDOW });
    return opened;
  });
  const random = () => Math.floor(Math.random() * cmids.length);
  const renewal = () => renewalOf(cmids, random());
  await commitAll("renewals", store, renewal, now, note);
  await commitAll("new machines", store, () => arrivalOf(newId()), now, note);
  note("size, after them", await sizeOf(url));
  const query = { sort: "name", order: "asc", limit: 50, now } as const;
  await timed("figures", () => store.figures(APPLICATION, now));
  await timed("newest 50", () => store.machines(50));
  const page = await timed("list, by name", () => store.listMachines(query));
  await timed("list, next page", () =>
    store.listMachines({ ...query, ...(page.next && { after: page.next }) }),
  );
  await timed("list, last seen", () => store.listMachines({ ...query, sort: "lastSeen", order: "desc" }));
  const byRenewal = { ...query, sort: "nextRenewal", renewal: { intervals: INTERVALS } } as const;
  await timed("list, next renewal", () => store.listMachines(byRenewal));
  await timed("search", () => store.listMachines({ ...query, search: "pc-99" }));
  await timed("events of one", () => store.events({ cmid: cmids[random()] ?? "", limit: 100 }));
  await timed("renewal states", () => store.renewals(INTERVALS, now));
  await timed("usage", () => store.usage(now - 30 * DAY, now));
  await timed("forget unseen (none)", () => store.forgetUnseen(now - 365 * DAY, () => [], now));
  await timed("keep events within", () => store.keepEventsWithin(20_000_000));
  await store.close();
  return done;
}

/** A machine as `fillDatabase` has made it, so that nothing of it but its times changes. */
function renewalOf(cmids: readonly string[], at: number): Arrival {
  const { request, ticket } = arrivalOf(cmids[at] ?? "");
  const [name, fingerprint] = [`pc-${at + 1}`, (at + 1).toString(16).padStart(64, "0")];
  const machine = { name, fingerprint, virtual: false };
  return { request: { ...request, machine }, address: "127.0.0.1", ticket };
}

async function commitAll(
  what: string,
  store: Store,
  arrival: () => Arrival,
  now: number,
  note: (what: string, takes: string) => void,
): Promise<void> {
  const times: number[] = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    const arrivals = Array.from({ length: BATCH }, arrival);
    const start = performance.now();
    await store.commit(arrivals, admit(now), now);
    times.push(performance.now() - start);
  }
  times.sort((one, two) => one - two);
  const at = (share: number) => (times[Math.floor(share * times.length)] ?? 0).toFixed(1);
  note(`${BATCH} ${what}`, `p10 ${at(0.1)} ms, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
}

async function sizeOf(url: string): Promise<string> {
  await using sql = new SQL(url, { max: 1 });
  const tables = await sql.unsafe<{ name: string; bytes: string }[]>(
    `SELECT relname AS name, pg_total_relation_size(oid) AS bytes FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC LIMIT 4`,
  );
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const parts = tables.map(({ name, bytes }) => `${name} ${megabytes(Number(bytes))}`);
  const all = tables.reduce((sum, { bytes }) => sum + Number(bytes), 0);
  return `${megabytes(all)} (${parts.join(", ")})`;
}
