import { createSocket, type Socket as Datagrams } from "node:dgram";
import { createServer, isIPv6, type Server, type Socket } from "node:net";
import { uint16 } from "../host/dns/message.ts";
import { formatServerAddress } from "../host/dns/server-address.ts";
import type { TsigKey } from "../host/dns/tsig.ts";
import { problem } from "../protocol/problems.ts";
import { answerMessage, type ZoneAccess } from "./zone-answer.ts";
import { makeZone, type ZoneRecord } from "./zone-records.ts";

/** A DNS server for one zone in this process. */
export interface Zone {
  /** `127.0.0.1:15353`, as `--dns-server` takes it. */
  readonly address: string;
  /** All records as they are now. */
  records(): readonly ZoneRecord[];
  close(): Promise<void>;
}

/** What to serve, and where. */
export interface ZoneOptions {
  readonly domain: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** The IP address to listen on; 127.0.0.1 unless told. */
  readonly address?: string;
  /** Addresses by full name, each in the domain. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** The key updates must be signed with. */
  readonly tsigKey?: TsigKey;
  /** Whether updates are taken at all; they are when there is a key, unless told. */
  readonly allowUpdate?: boolean;
  /** The clock signatures are checked by, milliseconds since the epoch. */
  readonly now: () => number;
}

const FREE_PORT_TRIES = 10;
/** Milliseconds that a TCP connection may stay without a word. */
const IDLE_LIMIT = 10_000;

type Answer = (request: Uint8Array, transport: "udp" | "tcp") => Uint8Array | undefined;

/**
 * Serves the zone by UDP and TCP until closed. Hosts publish here over the very path they take to BIND. Throws
 * PORT_IN_USE, ACCESS_DENIED, and BAD_INPUT for a name or address that is none.
 */
export async function startZone(options: ZoneOptions): Promise<Zone> {
  const { domain, port, address = "127.0.0.1", hosts = {}, tsigKey, now } = options;
  const access: ZoneAccess = { tsigKey, allowUpdate: options.allowUpdate ?? tsigKey !== undefined };
  let zone = makeZone(domain, address, hosts);
  const { udp, tcp, bound } = await listen(address, port, (request, transport) => {
    const reply = answerMessage(zone, access, request, now(), transport);
    zone = reply.zone;
    return reply.bytes;
  });
  return {
    address: formatServerAddress({ host: address, port: bound }),
    records: () => zone.records,
    async close() {
      await Promise.all([closeDatagrams(udp), tcp.close()]);
    },
  };
}

interface Listening {
  readonly udp: Datagrams;
  readonly tcp: { close(): Promise<void> };
  readonly bound: number;
}

/** Listens by UDP and TCP on one port; when any is wanted, another is tried if the first is free for UDP only. */
async function listen(address: string, port: number, answer: Answer): Promise<Listening> {
  for (let tries = 1; ; tries++) {
    const udp = await openDatagrams(address, port, answer);
    const bound = udp.address().port;
    try {
      return { udp, tcp: await openConnections(address, bound, answer), bound };
    } catch (error) {
      await closeDatagrams(udp);
      if (port !== 0 || tries === FREE_PORT_TRIES) throw error;
    }
  }
}

function openDatagrams(address: string, port: number, answer: Answer): Promise<Datagrams> {
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  socket.on("message", (request, from) => {
    const bytes = answer(request, "udp");
    // Whoever asked may be gone: that an answer could not be sent is no concern of the zone.
    if (bytes !== undefined) socket.send(bytes, from.port, from.address, () => {});
  });
  return new Promise((resolve, reject) => {
    socket.once("error", (error) => reject(cannotListen(error, address, port)));
    socket.bind(port, address, () => {
      socket.removeAllListeners("error").on("error", () => {});
      resolve(socket);
    });
  });
}

function closeDatagrams(socket: Datagrams): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}

function openConnections(address: string, port: number, answer: Answer): Promise<{ close(): Promise<void> }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    serveConnection(socket, answer);
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(cannotListen(error, address, port)));
    server.listen(port, address, () => resolve({ close: () => closeServer(server, open) }));
  });
}

function closeServer(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of open) socket.destroy();
  });
}

/** Answers the messages of a connection, each after its length in two bytes (RFC 1035, section 4.2.2). */
function serveConnection(socket: Socket, answer: Answer): void {
  let received = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.setTimeout(IDLE_LIMIT, () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2) {
      const end = 2 + received.readUInt16BE(0);
      if (received.length < end) return;
      const bytes = answer(received.subarray(2, end), "tcp");
      received = received.subarray(end);
      if (bytes === undefined) return void socket.destroy();
      socket.write(Buffer.concat([uint16(bytes.length), bytes]));
    }
  });
}

function cannotListen(error: Error & { code?: string }, address: string, port: number) {
  const place = formatServerAddress({ host: address, port });
  if (error.code === "EADDRINUSE") {
    return problem(
      "PORT_IN_USE",
      `The port of ${place} is taken; stop what listens there or name another port for DNS.`,
    );
  }
  if (error.code === "EACCES") {
    return problem(
      "ACCESS_DENIED",
      `This account may not listen at ${place}; name a port above 1023 for DNS.`,
    );
  }
  return problem("BAD_INPUT", `The DNS zone cannot listen at ${place}; give an address of this machine.`);
}
