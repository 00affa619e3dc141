/**
 * What happens when the power comes back: 100,000 clients that start within five minutes, hosts and databases that come
 * up late, and a host that is offered more than it can do. Writes what it measured into docs/capacity.md.
 *
 *   bun bench/storm.ts [--machines 100000] [--minutes 5] [--speed 10] [--only NAME] [--overload-seconds 10] [--rounds 3]
 *                      [--results FILE] [--json] [--no-docs]
 *
 * Progress and pictures go to stderr, with --json the figures to stdout.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SQL } from "bun";
import { version } from "../package.json";
import { deploy } from "../src/fleet/deployment.ts";
import { plotLine } from "../src/fleet/simulator/plot.ts";
import { drawBars, waitBars } from "../src/fleet/storm/histogram.ts";
import { startHostProcess } from "../src/fleet/storm/host-process.ts";
import { offer, type Taken } from "../src/fleet/storm/overload.ts";
import { type PlayReport, playStorm } from "../src/fleet/storm/play.ts";
import { startPostgres } from "../test/postgres.ts";
import { replaceSection } from "./capacity-page.ts";
import {
  type OverloadFigures,
  type StormFigures,
  type StormResults,
  stormSection,
  type Variant,
} from "./storm-page.ts";

const { values } = parseArgs({
  options: {
    machines: { type: "string", default: "100000" },
    minutes: { type: "string", default: "5" },
    speed: { type: "string", default: "10" },
    only: { type: "string" },
    "overload-seconds": { type: "string", default: "10" },
    rounds: { type: "string", default: "3" },
    results: { type: "string" },
    json: { type: "boolean", default: false },
    "no-docs": { type: "boolean", default: false },
  },
});
const machines = Number(values.machines);
const startWithin = Number(values.minutes) * 60_000;
const say = (what: string) => console.error(what);

const VARIANTS: readonly Variant[] = [
  { name: "sqlite-known-late", hosts: 1, postgres: false, known: true, late: true },
  { name: "sqlite-new", hosts: 1, postgres: false, known: false, late: false },
  { name: "postgres-new-late", hosts: 2, postgres: true, known: false, late: true },
  { name: "postgres-known", hosts: 2, postgres: true, known: true, late: false },
];

/** A commit on this database takes so many seconds: what it can do is bounded by it, not by the processors. */
const SLOW_COMMIT = 0.1;

/** Earlier results of other variants are kept, so that a storm can be run again alone. */
const results: StormResults =
  values.results !== undefined && existsSync(values.results)
    ? JSON.parse(readFileSync(values.results, "utf8"))
    : { machine: "", versions: "", storms: {}, overloads: {} };
results.machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown processor"}, ${process.platform} ${process.arch}`;
results.versions = `Muster ${version}, Bun ${Bun.version}`;
const isWanted = (name: string) => values.only === undefined || values.only.split(",").includes(name);

for (const variant of VARIANTS.filter(({ name }) => isWanted(name))) {
  say(`storm ${variant.name}: ${machines} machines within ${values.minutes} minutes`);
  results.storms[variant.name] = await storm(variant);
  save();
}
for (const name of ["overload-sqlite", "overload-slow-postgres"].filter(isWanted)) {
  say(name);
  results.overloads[name] = await overload(name);
  save();
}
if (!values["no-docs"]) {
  await replaceSection("storm", stormSection(results));
  say("wrote docs/capacity.md");
}
if (values.json) console.log(JSON.stringify(results));

function save(): void {
  if (values.results !== undefined) writeFileSync(values.results, JSON.stringify(results));
}

async function storm(variant: Variant): Promise<StormFigures> {
  const folder = mkdtempSync(join(tmpdir(), "muster-storm-"));
  const server = variant.postgres ? await startPostgres({ settings: ["fsync=on"] }) : undefined;
  const url = await server?.makeDatabase();
  try {
    const report = await playStorm({
      folder,
      hosts: variant.hosts,
      database: server && url !== undefined ? { url, kill: server.kill, start: server.start } : undefined,
      number: machines,
      known: variant.known,
      startWithin,
      speed: Number(values.speed),
      late: variant.late ? { silent: startWithin / 5, refusing: startWithin / 10 } : undefined,
      onProgress({ started, activated, time }) {
        if (process.stderr.isTTY)
          process.stderr.write(`\r${started} started, ${activated} activated, ${Math.round(time / 1000)} s `);
      },
    });
    say(`\n${picture(report)}`);
    return figuresOf(variant, report);
  } finally {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function figuresOf(variant: Variant, { storm, memory, leased }: PlayReport): StormFigures {
  const { waits, perSecond, seconds: _, ...rest } = storm;
  return {
    ...variant,
    ...rest,
    leased,
    waits: waitBars(waits),
    perSecond,
    peakMemory: memory.map(({ peak }) => Math.round(peak)),
  };
}

function picture({ storm, memory, leased }: PlayReport): string {
  const retries = storm.retries.map((number, at) => ({ label: `${at} retries`, number }));
  const plots = memory.map(
    ({ samples, peak }, at) =>
      `memory of host ${at + 1}, at most ${Math.round(peak)} MB\n${plotLine(samples, 100)}`,
  );
  return [
    `${storm.activated} of ${storm.machines} activated with ${storm.attempts} attempts; ${leased} leases in the store`,
    `how long each waited\n${drawBars(waitBars(storm.waits), 50)}`,
    `how often each tried again\n${drawBars(retries, 50)}`,
    `leases a second, at most ${Math.max(...storm.perSecond)}\n${plotLine(storm.perSecond, 100)}`,
    ...plots,
    `failures of hosts by reason: ${JSON.stringify(storm.failures)}`,
  ].join("\n\n");
}

async function overload(name: string): Promise<OverloadFigures> {
  const folder = mkdtempSync(join(tmpdir(), "muster-overload-"));
  const server = name === "overload-slow-postgres" ? await startPostgres() : undefined;
  const url = await server?.makeDatabase();
  const { hostFolder, products } = await deploy(folder, { hostName: "kms01", now: Date.now() });
  const [product] = products;
  if (product === undefined) throw new Error("a deployment has products");
  const host = await startHostProcess(hostFolder, { store: url });
  try {
    if (url !== undefined) await slowDown(url);
    const { port } = host;
    const seconds = Number(values["overload-seconds"]);
    const rounds: OverloadFigures["rounds"][number][] = [];
    await offer({ port, product, seconds: 3, clients: 64 });
    for (let round = 0; round < Number(values.rounds); round++) {
      const { answered: peak } = await offer({
        port,
        product,
        seconds,
        clients: url === undefined ? 256 : 1024,
      });
      const offers: (Taken & { times: number })[] = [];
      for (const times of [1, 2, 3]) {
        const taken = await offer({ port, product, seconds, perSecond: times * peak });
        offers.push({ times, ...taken });
        say(
          `${Math.round(peak)}/s, ${times} times: ${JSON.stringify(taken, (_, value) => (typeof value === "number" ? Math.round(value) : value))}`,
        );
      }
      rounds.push({ peak, offers });
    }
    say(`memory at most ${Math.round(host.memory().peak)} MB`);
    return { name, rounds, peakMemory: host.memory().peak };
  } finally {
    await host.stop();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function slowDown(url: string): Promise<void> {
  await using sql = new SQL(url, { max: 1 });
  await sql.unsafe(
    `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(${SLOW_COMMIT}); RETURN NULL; END $$`,
  );
  await sql.unsafe("CREATE TRIGGER slow AFTER UPDATE ON state FOR EACH STATEMENT EXECUTE FUNCTION slow()");
}
