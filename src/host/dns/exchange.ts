import { createSocket } from "node:dgram";
import { createConnection, isIPv6 } from "node:net";
import { FLAG, HEADER_LENGTH, uint16 } from "./message.ts";
import type { ServerAddress } from "./server-address.ts";

/** How long to wait for a server, and when to give up early. */
export interface Patience {
  /** Milliseconds to wait after each sending; 3000 unless told. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/** Says what an answer means, or undefined to go on waiting because it cannot be the server's. Must not throw. */
export type ReadAnswer<T> = (answer: Uint8Array) => T | undefined;

const TRIES = 3;
const DEFAULT_TIMEOUT = 3000;
/** What every server takes by UDP (RFC 1035, section 4.2.1); a longer request goes by TCP at once. */
const UDP_LIMIT = 512;

/**
 * Sends a message until an answer is believed: by UDP three times, by TCP when message or answer are too long for
 * UDP. Undefined when the server stayed silent. Throws only the reason of an aborted signal.
 */
export async function exchange<T>(
  server: ServerAddress,
  request: Uint8Array,
  read: ReadAnswer<T>,
  { timeout = DEFAULT_TIMEOUT, signal }: Patience = {},
): Promise<T | undefined> {
  if (request.length > UDP_LIMIT) return await askByTcp(server, request, read, timeout, signal);
  for (let tries = 0; tries < TRIES; tries++) {
    const answer = await askByUdp(server, request, read, timeout, signal);
    if (answer === TRUNCATED) return await askByTcp(server, request, read, timeout, signal);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

const TRUNCATED = Symbol("truncated");

function askByUdp<T>(
  server: ServerAddress,
  request: Uint8Array,
  read: ReadAnswer<T>,
  timeout: number,
  signal?: AbortSignal,
): Promise<T | typeof TRUNCATED | undefined> {
  return attempt(timeout, signal, (settle) => {
    const socket = createSocket(isIPv6(server.host) ? "udp6" : "udp4");
    // A refusal by the network is silence like any other: the server may be back at the next try.
    socket.on("error", () => settle(undefined));
    socket.on("message", (answer) => {
      if (!isAnswerTo(request, answer)) return;
      if (isTruncated(answer)) return settle(TRUNCATED);
      const value = read(answer);
      if (value !== undefined) settle(value);
    });
    // Connected, the socket takes datagrams of this server only.
    socket.connect(server.port, server.host, () => socket.send(request, () => {}));
    return () => socket.close();
  });
}

function askByTcp<T>(
  server: ServerAddress,
  request: Uint8Array,
  read: ReadAnswer<T>,
  timeout: number,
  signal?: AbortSignal,
): Promise<T | undefined> {
  return attempt(timeout, signal, (settle) => {
    const socket = createConnection(server.port, server.host);
    let received = Buffer.alloc(0);
    socket.on("error", () => settle(undefined));
    socket.on("close", () => settle(undefined));
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      for (;;) {
        const end = received.length < 2 ? Number.POSITIVE_INFINITY : 2 + received.readUInt16BE(0);
        if (received.length < end) return;
        const answer = received.subarray(2, end);
        received = received.subarray(end);
        const value = isAnswerTo(request, answer) ? read(answer) : undefined;
        if (value !== undefined) settle(value);
      }
    });
    socket.write(Buffer.concat([uint16(request.length), request]));
    return () => socket.destroy();
  });
}

/** Runs one try: it ends with an answer, at its time or by the signal, and always closes what it opened. */
function attempt<T>(
  timeout: number,
  signal: AbortSignal | undefined,
  open: (settle: (answer: T | undefined) => void) => () => void,
): Promise<T | undefined> {
  return new Promise<T | undefined>((resolve, reject) => {
    signal?.throwIfAborted();
    let ended = false;
    const end = (then: () => void): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      // Closing waits for the opener to return: a socket may report an error while it is being opened.
      queueMicrotask(() => close());
      then();
    };
    const abort = (): void => end(() => reject(signal?.reason));
    const timer = setTimeout(() => end(() => resolve(undefined)), timeout);
    signal?.addEventListener("abort", abort);
    const close = open((answer) => end(() => resolve(answer)));
  });
}

/** True for a response with the request's id and kind of message. */
function isAnswerTo(request: Uint8Array, answer: Buffer): boolean {
  if (answer.length < HEADER_LENGTH) return false;
  const asked = Buffer.from(request);
  const flags = answer.readUInt16BE(2);
  const sameKind = ((flags ^ asked.readUInt16BE(2)) & 0x7800) === 0;
  return answer.readUInt16BE(0) === asked.readUInt16BE(0) && (flags & FLAG.response) !== 0 && sameKind;
}

function isTruncated(answer: Buffer): boolean {
  return (answer.readUInt16BE(2) & FLAG.truncated) !== 0;
}
