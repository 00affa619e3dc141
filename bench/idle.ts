/**
 * Measures what slow and idle connections cost a host: its memory, and how long others wait meanwhile.
 *
 *   bun bench/idle.ts [--connections 10000]
 *
 * A quarter of them say nothing, a quarter stop within the head of a request and a quarter within its body; the rest
 * have their answer and stay. Needs `ulimit -n` above their number, and an address 127.0.0.2 (Linux has it).
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { table } from "../src/cli/output.ts";
import { deploy } from "../src/fleet/deployment.ts";
import { runLoad } from "../src/fleet/load.ts";
import { newId } from "../src/protocol/ids.ts";
import { ACTIVATIONS_PATH } from "../src/protocol/messages.ts";
import { formatTime } from "../src/protocol/time.ts";

const { values } = parseArgs({ options: { connections: { type: "string", default: "10000" } } });
const CONNECTIONS = Number(values.connections);
const MUSTER = join(import.meta.dir, "../src/cli/main.ts");
const REQUESTS = 4000;
/** Seconds that connections are watched: no kind may stay longer. */
const WATCHED = 40;

const folder = mkdtempSync(join(tmpdir(), "muster-idle-"));
const { hostFolder, products } = await deploy(folder, { hostName: "idle", now: Date.now() });
const options = [
  "--no-dns",
  "--no-admin",
  "--log-level",
  "error",
  "--rate-limit",
  "0",
  "--address",
  "127.0.0.1",
  "--port",
  "0",
];
const host = Bun.spawn(
  [process.execPath, MUSTER, "host", "run", ...options, "--json", "--data", hostFolder],
  {
    stdout: "pipe",
    stderr: "inherit",
  },
);
const { value } = await host.stdout.getReader().read();
const { activation: url } = JSON.parse(new TextDecoder().decode(value)) as { activation: string };
const bodies = Array.from({ length: 500 }, (_, at) => requestBody(at));

const HEAD = `POST ${ACTIVATIONS_PATH} HTTP/1.1\r\nHost: x\r\n`;
const KINDS = [
  { name: "silent from the start", sends: "" },
  { name: "half a head", sends: HEAD },
  { name: "half a body", sends: `${HEAD}Content-Length: 600\r\n\r\n{"version":1` },
  { name: "idle after an answer", sends: `${HEAD}Content-Length: 2\r\n\r\n{}` },
];

/** Answers before the first run of a process are slow ones. */
await load();
const sockets: Socket[] = [];
const before = await measure();
const opened = performance.now();
const stays = KINDS.map((): number[] => []);
for (let at = 0; at < CONNECTIONS; at++) sockets.push(await open(at % KINDS.length));
const opening = (performance.now() - opened) / 1000;
const during = await measure();
await Bun.sleep(WATCHED * 1000);
const after = await measure();
for (const socket of sockets) socket.destroy();
host.kill();
await host.exited;
rmSync(folder, { recursive: true, force: true });

console.log(`${CONNECTIONS} slow and idle connections, opened in ${opening.toFixed(1)} s\n`);
const row = (what: string, { perSecond, p50, p99, memory: used, beside }: typeof before) => [
  what,
  String(beside),
  perSecond.toFixed(0),
  p50.toFixed(2),
  p99.toFixed(2),
  used,
];
const rows = [row("before them", before), row("beside them", during), row("after them", after)];
console.log(table(["activations", "beside", "a second", "p50 ms", "p99 ms", "host's memory"], rows));
const closings = KINDS.map(({ name }, kind) => {
  const seconds = (stays[kind] ?? []).toSorted((one, two) => one - two);
  const [first = 0, last = 0] = [seconds[0], seconds.at(-1)];
  return [name, String(seconds.length), `${first.toFixed(0)} to ${last.toFixed(0)} s`];
});
console.log(`\n${table(["connections", "closed by the host", "after"], closings)}`);

/** A run of load, with the connections that were open all the while. */
async function measure() {
  const result = await load();
  return { ...result, memory: memory(), beside: sockets.filter((socket) => !socket.destroyed).length };
}

async function load() {
  const result = await runLoad({ url, connections: 16, bodies, requests: REQUESTS });
  if (result.statuses[200] !== REQUESTS) throw new Error(JSON.stringify(result.statuses));
  return result;
}

function open(kind: number): Promise<Socket> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(port), host: "127.0.0.1", localAddress: "127.0.0.2" }, () => {
      const started = performance.now();
      socket.write(KINDS[kind]?.sends ?? "");
      socket.on("close", () => stays[kind]?.push((performance.now() - started) / 1000)).resume();
      resolve(socket);
    });
    socket.on("error", reject);
  });
}

/** Resident memory of the host's process. */
function memory(): string {
  const [, kilobytes = "0"] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${host.pid}/status`, "utf8")) ?? [];
  return `${Math.round(Number(kilobytes) / 1024)} MB`;
}

function requestBody(at: number): string {
  const [product] = products;
  return JSON.stringify({
    version: 1,
    application: product?.application,
    product: product?.product,
    cmid: newId(),
    machine: { name: `pc-${at}`, fingerprint: at.toString(16).padStart(64, "0"), virtual: false },
    status: 2,
    minutesLeft: 43_200,
    required: 25,
    time: formatTime(Date.now()),
    nonce: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url"),
  });
}
