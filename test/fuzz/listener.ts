import { connect } from "node:net";
import { join } from "node:path";
import { deploy } from "../../src/fleet/deployment.ts";
import { runHost } from "../../src/host/run.ts";
import { MAKS_PATH } from "../../src/protocol/mak.ts";
import { ACTIVATIONS_PATH } from "../../src/protocol/messages.ts";
import { serveVendor } from "../../src/vendor/server.ts";
import { openVendor } from "../../src/vendor/vendor.ts";
import { scratchFolder } from "./scratch.ts";
import type { Broken } from "./target.ts";

/** The listeners of a real host and a real vendor, asked byte by byte over sockets. */
type Door = "clients" | "admin" | "vendor";

interface Served {
  readonly ports: Readonly<Record<Door, number>>;
  /** What the host and the vendor say went wrong. */
  readonly troubles: string[];
  stop(): Promise<void>;
}

let running: Promise<Served> | undefined;

/** How long bytes that are no whole request are waited out, in milliseconds. */
const PATIENCE = 30;
/** A request that each answers with this status, whatever came before. */
const NEXT: Readonly<Record<Door, { readonly path: string; readonly status: number }>> = {
  clients: { path: ACTIVATIONS_PATH, status: 405 },
  admin: { path: "/healthz", status: 200 },
  vendor: { path: MAKS_PATH, status: 405 },
};

async function start(): Promise<Served> {
  const troubles: string[] = [];
  const now = Date.now();
  const deployment = await deploy(join(scratchFolder(), "system"), { hostName: "kms01", now });
  const host = await runHost({
    folder: deployment.hostFolder,
    address: "127.0.0.1",
    port: 0,
    admin: { address: "127.0.0.1", port: 0 },
    clock: Date.now,
    onTrouble: (sentence) => troubles.push(sentence),
  });
  const vendor = openVendor(deployment.vendorFolder);
  const office = serveVendor(vendor, {
    address: "127.0.0.1",
    port: 0,
    perMinute: 1e9,
    clock: Date.now,
    log: () => {},
  });
  const port = (url = "") => Number(new URL(url).port);
  return {
    ports: { clients: host.listener.port, admin: port(host.admin?.url), vendor: port(office.url) },
    troubles,
    async stop() {
      await office.stop();
      vendor.close();
      await host.stop();
    },
  };
}

/** Bytes on the wire that are requests, whatever is in their bodies: by length, in chunks, of HTTP/1.0. */
export function wireRequests(path: string, body: string): string[] {
  const asked = `${path} HTTP/1.1\r\nHost: 127.0.0.1:1688\r\n`;
  const head = `POST ${asked}Content-Type: application/json\r\n`;
  const half = Math.floor(body.length / 2);
  const chunks = [body.slice(0, half), body.slice(half), ""].map((chunk) => Buffer.from(chunk));
  const chunked = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join("");
  const length = `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  return [
    `${head}${length}\r\n${body}`,
    `${head}Transfer-Encoding: chunked\r\n\r\n${chunked}`,
    `${head}Expect: 100-continue\r\nConnection: close\r\n${length}\r\n${body}`,
    `POST ${path} HTTP/1.0\r\n${length}\r\n${body}`,
    `GET ${asked}Authorization: Bearer ${"A".repeat(43)}\r\n\r\n`,
    "GET /healthz?a=1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
  ];
}

/** What a listener answers to these bytes, as far as it does. */
export const askListener = (door: Door) => async (bytes: Uint8Array) => {
  running ??= start();
  const { ports } = await running;
  return { door, answer: await send(ports[door], bytes) };
};

function send(port: number, bytes: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    const end = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(end, PATIENCE);
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      if (/\r\n\r\n[\s\S]/.test(answer)) end();
    });
    socket.on("end", end);
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNREFUSED" ? reject(error) : end(),
    );
    socket.write(bytes);
  });
}

/** Whatever came, the answer is none or one of HTTP's that blames the request, and the next one is served. */
export async function isUnharmed({ door, answer }: { door: Door; answer: string }): Promise<Broken> {
  const status = Number(/^HTTP\/1\.[01] (\d{3}) /.exec(answer)?.[1] ?? 0);
  if (answer !== "" && (status < 100 || status === 500)) return `It is answered: ${answer.slice(0, 300)}`;
  if (/\bat \S+ \(|\.ts:\d/.test(answer)) return `It tells of the inside: ${answer.slice(0, 500)}`;
  running ??= start();
  const { ports, troubles } = await running;
  const [trouble] = troubles.splice(0);
  if (trouble !== undefined) return `It troubles the host: ${trouble}`;
  const { path, status: expected } = NEXT[door];
  const next = await fetch(`http://127.0.0.1:${ports[door]}${path}`);
  return next.status !== expected && `The next request gets ${next.status}.`;
}

export async function closeListeners(): Promise<void> {
  await (await running)?.stop();
  running = undefined;
}
