import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, release, tmpdir, totalmem, type } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { eventRecord } from "../test/evtx/events.ts";
import { fileHeader, type LogRecord, writeChunks } from "../test/evtx/log.ts";
import { sampleEvents } from "../test/evtx/sample.ts";

/*
 * Reads an Application-style event log with Muster and with evtxexport (Debian package libevtx-utils), each in fresh
 * processes that take turns; the best and the worst run of each are dropped.
 *
 *   bun bench/evtx.ts [--megabytes 40] [--runs 9]
 *   bun bench/evtx.ts --megabytes 1000 --runs 1 --alone      peak memory on a large log, without evtxexport
 */
const chunkSize = 65536;
const provider = "Microsoft-Windows-Security-SPP";
const { values: options } = parseArgs({
  options: {
    megabytes: { type: "string", default: "40" },
    runs: { type: "string", default: "9" },
    alone: { type: "boolean", default: false },
  },
});

interface Run {
  readonly seconds: number;
  readonly megabytes: number;
}

const folder = await mkdtemp(join(tmpdir(), "muster-bench-"));
try {
  const path = join(folder, "Application.evtx");
  const { bytes, records } = writeSample(path, Number(options.megabytes) * 1e6);
  const reader = [process.execPath, join(import.meta.dir, "evtx-read.ts"), path];
  const contestants: [name: string, command: string[]][] = [
    ["muster, all fields", [...reader, "count"]],
    ["muster, one provider", [...reader, "count", provider]],
    ["muster, JSON lines", [...reader, "print"]],
  ];
  if (!options.alone) {
    contestants.push(["evtxexport, text", ["evtxexport", path]]);
    contestants.push(["evtxexport, XML", ["evtxexport", "-f", "xml", path]]);
  }
  console.log(
    `${type()} ${release()}, ${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
  );
  console.log(`Bun ${Bun.version}, ${evtxexportVersion()}`);
  console.log(`${(bytes / 1e6).toFixed(1)} MB, ${records} events, ${options.runs} runs each\n`);
  const medians = await compare(contestants, Number(options.runs));
  const theirs = medians.get("evtxexport, text");
  if (theirs !== undefined) {
    console.log("\ntimes as fast as evtxexport printing text:");
    for (const [name, seconds] of medians) {
      if (name.startsWith("muster")) console.log(`${name.padEnd(24)} ${(theirs / seconds).toFixed(1)}`);
    }
  }
} finally {
  await rm(folder, { recursive: true });
}

/** Runs all in turn, prints a line for each and returns the median seconds by name. */
async function compare(contestants: [string, string[]][], runs: number): Promise<Map<string, number>> {
  const results = new Map<string, Run[]>(contestants.map(([name]) => [name, []]));
  for (let i = 0; i < runs; i++) {
    for (const [name, command] of contestants) results.get(name)?.push(await run(command));
  }
  const medians = new Map<string, number>();
  console.log("                         median      range           peak memory");
  for (const [name, all] of results) {
    const kept = all.map(({ seconds }) => seconds).sort((a, b) => a - b);
    if (kept.length > 2) {
      kept.shift();
      kept.pop();
    }
    const middle = kept[Math.floor(kept.length / 2)] ?? Number.NaN;
    const memory = Math.max(...all.map(({ megabytes }) => megabytes).filter(Number.isFinite));
    const range = `${kept[0]?.toFixed(2)} to ${kept.at(-1)?.toFixed(2)} s`;
    console.log(
      `${name.padEnd(24)} ${middle.toFixed(2)} s   ${range.padEnd(16)} ${memory.toFixed(0).padStart(5)} MB`,
    );
    medians.set(name, middle);
  }
  return medians;
}

async function run(command: string[]): Promise<Run> {
  const start = performance.now();
  const child = Bun.spawn(command, { stdout: Bun.file("/dev/null"), stderr: "inherit" });
  let megabytes = Number.NaN;
  // The peak that the system reports at the end includes what this process had when it started the other.
  const watch = setInterval(() => {
    megabytes = peakMemory(child.pid) ?? megabytes;
  }, 20);
  const code = await child.exited;
  const seconds = (performance.now() - start) / 1000;
  clearInterval(watch);
  if (code !== 0) throw new Error(`${command.join(" ")} failed`);
  return { seconds, megabytes };
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

function writeSample(path: string, size: number): { bytes: number; records: number } {
  const count = Math.floor((size - 4096) / chunkSize);
  const file = openSync(path, "w");
  let records = 0;
  function* sample(): Generator<LogRecord> {
    for (const event of sampleEvents()) {
      yield eventRecord(event);
      records += 1;
    }
  }
  try {
    writeSync(file, fileHeader(count, 0n));
    const chunks = writeChunks(sample());
    for (let i = 0; i < count; i++) writeSync(file, chunks.next().value ?? new Uint8Array());
  } finally {
    closeSync(file);
  }
  return { bytes: 4096 + count * chunkSize, records };
}

function evtxexportVersion(): string {
  return Bun.spawnSync(["evtxexport", "-V"]).stdout.toString().split("\n")[0] ?? "";
}
