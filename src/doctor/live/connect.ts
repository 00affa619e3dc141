import { connect } from "node:net";
import type { Probe } from "../evidence/model.ts";

/** What came of a connection to a port. */
export interface Connected {
  readonly result: Probe["result"];
  /** The address that was connected to, as far as it came. */
  readonly address?: string;
  /** From the first packet to the result. */
  readonly milliseconds: number;
  /** What the server sent, as far as `expect` wanted it. */
  readonly answer: Uint8Array;
}

export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  /** Milliseconds until it counts as unanswered. */
  readonly timeout: number;
  /** Sent as soon as the connection stands. */
  readonly send?: Uint8Array;
  /** Whether these bytes are the whole answer. */
  readonly expect?: (bytes: Uint8Array) => boolean;
}

const MOST = 64 * 1024;

/** Connects, sends, waits for the answer, and ends the connection. Never throws. */
export async function connectTo(options: ConnectOptions): Promise<Connected> {
  const connected = await connectOnce(options);
  return connected.result === "refused" ? { ...connected, result: await refusalOf(options) } : connected;
}

function connectOnce({ host, port, timeout, send, expect }: ConnectOptions): Promise<Connected> {
  const started = performance.now();
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    let address: string | undefined;
    const socket = connect({ host, port });
    const end = (result: Probe["result"]) => {
      clearTimeout(timer);
      socket.destroy();
      const milliseconds = Math.round((performance.now() - started) * 10) / 10;
      resolve({ result, milliseconds, answer: bytes, ...(address === undefined ? {} : { address }) });
    };
    const timer = setTimeout(() => end("timeout"), timeout);
    socket.on("connect", () => {
      address = socket.remoteAddress;
      if (send === undefined) end("open");
      else socket.write(send);
    });
    socket.on("data", (piece: Buffer) => {
      bytes = Buffer.concat([bytes, piece.subarray(0, MOST - bytes.length)]);
      if (expect?.(bytes) || bytes.length >= MOST) end("open");
    });
    socket.on("close", () => end(address === undefined ? "failed" : "reset"));
    socket.on("error", (error: NodeJS.ErrnoException) => end(RESULTS[error.code ?? ""] ?? "failed"));
  });
}

/**
 * Bun's sockets call every connection that fails at once ECONNREFUSED; its `fetch` keeps the system's own code. The port
 * is shut, so that nothing is sent by asking again.
 */
async function refusalOf({ host, port, timeout }: ConnectOptions): Promise<Probe["result"]> {
  const name = host.includes(":") ? `[${host}]` : host;
  try {
    await fetch(`http://${name}:${port}/`, { method: "HEAD", signal: AbortSignal.timeout(timeout) });
  } catch (error) {
    const { code } = error as { code?: string };
    // A port that is shut says so at once: what takes its time is a network that looks for the machine in vain.
    return code === "ECONNREFUSED" || code === "ConnectionRefused" ? "refused" : "unreachable";
  }
  return "refused";
}

const RESULTS: Readonly<Record<string, Probe["result"]>> = {
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  EPIPE: "reset",
  ETIMEDOUT: "timeout",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EHOSTDOWN: "unreachable",
};
