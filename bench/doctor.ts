import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { cpus, release, tmpdir, totalmem, type } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { clientLog, hostLog, writeCsv, writeEvtx, writeXml } from "./doctor-logs.ts";

/*
 * Runs `muster doctor clients` on the log of a host, and `muster doctor` on the logs of a host and of its clients, in
 * fresh processes: as Windows keeps them, as XML and as CSV. evtxexport (Debian package libevtx-utils), which only prints
 * the same events, is the measure for the first.
 *
 *   bun bench/doctor.ts [--requests 1000000] [--machines 30000] [--runs 3]
 */
const { values: options } = parseArgs({
  options: {
    requests: { type: "string", default: "1000000" },
    machines: { type: "string", default: "30000" },
    runs: { type: "string", default: "3" },
  },
});
const requests = Number(options.requests);
const machines = Number(options.machines);
const muster = join(import.meta.dir, "../src/cli/main.ts");

interface Run {
  readonly seconds: number;
  /** Of the processor: what others do at the same time does not count. */
  readonly busy: number;
  readonly megabytes: number;
}

const FORMATS = { evtx: writeEvtx, xml: writeXml, csv: writeCsv } as const;

const folder = await mkdtemp(join(tmpdir(), "muster-bench-"));
try {
  console.log(
    `${type()} ${release()}, ${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
  );
  console.log(
    `Bun ${Bun.version}, ${requests} events, ${machines} machines, medians of ${options.runs} runs\n`,
  );
  console.log(
    "                              seconds   of processor   peak memory    events/s   of evtxexport",
  );
  for (const [format, write] of Object.entries(FORMATS)) {
    const host = join(folder, `kms.${format}`);
    write(host, hostLog(requests, machines));
    await measure(`doctor clients, ${format}`, ["doctor", "clients", host], format === "evtx" ? [host] : []);
    await rm(host);
    // Of ten events, four are the host's and six its clients', half of them requests and half answers.
    const both = join(folder, `both-${format}`);
    await mkdir(both);
    const logs = [join(both, `kms.${format}`), join(both, `clients.${format}`)] as const;
    write(logs[0], hostLog(0.4 * requests, machines / 10));
    write(logs[1], clientLog(0.3 * requests, machines / 10));
    await measure(`doctor, both sides, ${format}`, ["doctor", both], format === "evtx" ? logs : []);
    await rm(both, { recursive: true });
  }
} finally {
  await rm(folder, { recursive: true });
}

/** Prints a line for the runs of a command; `exported` are the logs that evtxexport prints for comparison. */
async function measure(name: string, command: string[], exported: readonly string[]): Promise<void> {
  const [own, theirs]: [Run[], number[]] = [[], []];
  for (let at = 0; at < Number(options.runs); at++) {
    own.push(await run([process.execPath, muster, ...command]));
    let busy = 0;
    for (const path of exported) busy += (await run(["evtxexport", path])).busy;
    theirs.push(busy);
  }
  const busy = median(own.map((each) => each.busy));
  const ratio = exported.length === 0 ? "" : `${(busy / median(theirs)).toFixed(2)} ×`;
  const cells = [
    name.padEnd(28),
    median(own.map(({ seconds }) => seconds))
      .toFixed(2)
      .padStart(9),
    busy.toFixed(2).padStart(14),
    `${Math.max(...own.map(({ megabytes }) => megabytes)).toFixed(0)} MB`.padStart(13),
    Math.round(requests / busy)
      .toString()
      .padStart(11),
    ratio.padStart(15),
  ];
  console.log(cells.join(" "));
}

async function run(command: string[]): Promise<Run> {
  const start = performance.now();
  const child = Bun.spawn(command, { stdout: Bun.file("/dev/null"), stderr: "ignore" });
  let megabytes = Number.NaN;
  // The peak that the system reports at the end includes what this process had when it started the other.
  const watch = setInterval(() => {
    megabytes = peakMemory(child.pid) ?? megabytes;
  }, 20);
  const code = await child.exited;
  const seconds = (performance.now() - start) / 1000;
  clearInterval(watch);
  if (code > 1) throw new Error(`${command.join(" ")} failed`);
  const used = child.resourceUsage()?.cpuTime.total ?? 0n;
  return { seconds, busy: Number(used) / 1e6, megabytes };
}

/** Peak resident memory of a process so far, in megabytes; only Linux tells. */
function peakMemory(pid: number): number | undefined {
  try {
    const kilobytes = /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : (Number(kilobytes) * 1024) / 1e6;
  } catch {
    return undefined;
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, two) => one - two)[values.length >> 1] ?? Number.NaN;
}
