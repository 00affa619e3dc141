/**
 * Makes docs/performance.md: every figure in it was measured in one run of this script.
 *
 *   bun bench/performance.ts [--rounds 7] [--requests 20000] [--million 1000000]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createClient, openFolder } from "../src/client/index.ts";
import { createSdk } from "../src/client/sdk.ts";
import { type BenchReport, ratio, runBench, trimmedMean } from "../src/fleet/bench.ts";
import { deploy } from "../src/fleet/deployment.ts";
import { fillStore } from "../src/fleet/fill.ts";
import { storePath } from "../src/host/folder.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    requests: { type: "string", default: "20000" },
    million: { type: "string", default: "1000000" },
  },
});
const rounds = Number(values.rounds);
const requests = Number(values.requests);
const million = Number(values.million);
const MUSTER = join(import.meta.dir, "../src/cli/main.ts");
const TARGET = join(import.meta.dir, "../docs/performance.md");
const say = (what: string) => console.error(what);

say("load, 1000 machines known");
const small = await runBench({ connections: [1, 16, 64], rounds, requests, known: 1000, onProgress });
say(`load, ${million} machines known, beside 1000 machines`);
const large = await runBench({
  connections: [64],
  rounds,
  requests,
  known: million,
  beside: 1000,
  onProgress,
});
say("start and commands");
const start = await measureStart();
const commands = await measureCommands();
await Bun.write(TARGET, page(small, large, start, commands));
say(`wrote ${TARGET}`);

function onProgress(done: number, of: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${of} runs${done === of ? "\n" : ""}`);
}

/** Seconds until a host with a million machines answers, and its memory then, in megabytes. */
async function measureStart(): Promise<{ seconds: number; megabytes: number }> {
  const folder = mkdtempSync(join(tmpdir(), "muster-start-"));
  const deployment = await deploy(folder, { hostName: "bench", now: Date.now() });
  const [product] = deployment.products;
  if (product) fillStore(storePath(deployment.hostFolder), product, million, Date.now());
  const runs: { seconds: number; megabytes: number }[] = [];
  for (let run = 0; run < rounds; run++) {
    const started = performance.now();
    const options = [
      "--no-dns",
      "--json",
      "--address",
      "127.0.0.1",
      "--port",
      "0",
      "--data",
      deployment.hostFolder,
    ];
    const child = Bun.spawn([process.execPath, MUSTER, "host", "run", ...options], {
      stdout: "pipe",
      stderr: "ignore",
    });
    await child.stdout.getReader().read();
    const seconds = (performance.now() - started) / 1000;
    const status = await Bun.file(`/proc/${child.pid}/status`).text();
    runs.push({ seconds, megabytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024 });
    child.kill();
    await child.exited;
  }
  rmSync(folder, { recursive: true, force: true });
  return {
    seconds: trimmedMean(runs.map((run) => run.seconds)),
    megabytes: trimmedMean(runs.map((run) => run.megabytes)),
  };
}

/** Milliseconds of `muster dlv` as a process, beside the bare runtime, and of the SDK's `status()` in a process. */
async function measureCommands(): Promise<{ dlv: number; runtime: number; status: number }> {
  const folder = mkdtempSync(join(tmpdir(), "muster-commands-"));
  const deployment = await deploy(folder, { hostName: "bench", now: Date.now() });
  const client = join(folder, "client");
  await createClient({ dir: client }).install(deployment.products[0]?.setupKey ?? "", deployment.catalogue);
  const time = async (command: string[]) => {
    const runs: number[] = [];
    for (let run = 0; run < rounds; run++) {
      const started = performance.now();
      await Bun.spawn(command, { stdout: "ignore", stderr: "ignore" }).exited;
      runs.push(performance.now() - started);
    }
    return trimmedMean(runs);
  };
  const dlv = await time([process.execPath, MUSTER, "dlv", "--data", client]);
  const runtime = await time([process.execPath, "-e", "0"]);
  const sdk = createSdk({ store: openFolder(client) });
  await sdk.status();
  const started = performance.now();
  const calls = 1000;
  for (let call = 0; call < calls; call++) await sdk.status();
  const status = (performance.now() - started) / calls;
  rmSync(folder, { recursive: true, force: true });
  return { dlv, runtime, status };
}

function page(
  few: BenchReport,
  many: BenchReport,
  start: { seconds: number; megabytes: number },
  commands: { dlv: number; runtime: number; status: number },
): string {
  const times = (value: number | undefined) => (value === undefined ? "" : `${value.toFixed(2)} ×`);
  const rows = few.rows.map((row) =>
    [
      row.connections,
      row.server,
      Math.round(row.perSecond),
      row.p50.toFixed(2),
      row.p99.toFixed(2),
      times(ratio(few, row, "empty", "perSecond")),
      times(ratio(few, row, "obvious", "perSecond")),
      times(ratio(few, row, "obvious, WAL", "perSecond")),
      times(ratio(few, row, "empty", "p99")),
    ].join(" | "),
  );
  const grown = many.rows.find(({ server }) => server === "muster");
  const fresh = many.rows.find(({ server }) => server === "beside");
  const kept = grown && fresh ? grown.perSecond / fresh.perSecond : undefined;
  return `# Performance

Made by \`bun bench/performance.ts\`; every figure is of one run of that script on this machine. In the manner of the
performance reports of ISC's Kea: each server is measured ${few.rounds} times, turn by turn with the others, so that what else the
machine does falls on all of them; the best and the worst run are dropped and the rest averaged. Read the ratios; the
rates belong to the machine. The load generator runs on the same machine and takes its share of it.

- ${few.machine}
- ${few.versions}

**empty** is a Bun server that parses the same JSON and answers \`{"version":1}\`: what HTTP alone costs. **obvious** is the
server one would write first: a transaction, a count over an index and a signature for each request, with the checks of a
schema library and SQLite as it comes, which is a rollback journal and \`synchronous=FULL\`, so as durable as Muster.
**obvious, WAL** is the same program with SQLite's write-ahead log, the one setting that makes it several times faster, as
somebody would write it who has tuned SQLite before. Neither gathers requests into batches. **muster** is \`muster host run\`:
every answer is on disk (\`synchronous=FULL\`) before it is sent, and signed.

## Activations a second

| connections | server | activations/s | p50 ms | p99 ms | rate, of empty | rate, of obvious | rate, of obvious with WAL | p99, of empty |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.map((row) => `| ${row} |`).join("\n")}

## A large fleet

| what | measured |
| --- | --- |
| rate at 64 connections with ${million.toLocaleString("en")} machines known, 1,000 of which ask, of the rate with 1,000 known | ${times(kept)} |
| start of a host with ${million.toLocaleString("en")} machines, until it answers | ${start.seconds.toFixed(2)} s |
| its memory then | ${Math.round(start.megabytes)} MB |

## Commands and SDK

| what | measured |
| --- | --- |
| \`muster dlv\` on a client, the whole process | ${Math.round(commands.dlv)} ms |
| the bare runtime doing nothing, for comparison | ${Math.round(commands.runtime)} ms |
| the SDK's \`status()\`, in a running program | ${commands.status.toFixed(3)} ms |
`;
}
