import { ACTIVATIONS_PATH } from "../protocol/messages.ts";

/** What a load run is told. */
export interface LoadOptions {
  /** Base address of the host, `http://127.0.0.1:1688`. */
  readonly url: string;
  readonly connections: number;
  /** Bodies that are sent in turn, over and over; each is one JSON request. */
  readonly bodies: readonly string[];
  /** How many requests to send in all. */
  readonly requests: number;
}

/** What a load run measured. Latencies are milliseconds. */
export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly slowest: number;
  /** How many answers had which HTTP status. */
  readonly statuses: Readonly<Record<number, number>>;
}

const HEAD_END = Buffer.from("\r\n\r\n");
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/**
 * Sends requests over keep-alive connections, one at a time on each, as fast as the answers come. It speaks HTTP/1.1
 * over bare sockets, so that the generator costs a small part of what it measures.
 */
export async function runLoad({ url, connections, bodies, requests }: LoadOptions): Promise<LoadResult> {
  const { hostname, port, host } = new URL(url);
  const messages = bodies.map((body) => httpMessage(host, body));
  const latencies = new Float64Array(requests);
  const statuses: Record<number, number> = {};
  let sent = 0;
  let answered = 0;
  const started = performance.now();

  const converse = () =>
    new Promise<void>((resolve, reject) => {
      let sentAt = 0;
      let received: Buffer = Buffer.alloc(0);
      const next = (socket: { write(bytes: Buffer): number; end(): void }) => {
        const message = messages[sent % messages.length];
        if (sent >= requests || message === undefined) {
          socket.end();
          resolve();
          return;
        }
        sent++;
        sentAt = performance.now();
        socket.write(message);
      };
      Bun.connect({
        hostname,
        port: Number(port),
        socket: {
          open: next,
          data(socket, bytes) {
            received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
            const answer = readAnswer(received);
            if (answer === undefined) return;
            received = received.subarray(answer.length);
            latencies[answered++] = performance.now() - sentAt;
            statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
            next(socket);
          },
          close: () => resolve(),
          error: (_, error) => reject(error),
          connectError: (_, error) => reject(error),
        },
      }).catch(reject);
    });

  await Promise.all(Array.from({ length: connections }, converse));
  const seconds = (performance.now() - started) / 1000;
  const sorted = latencies.subarray(0, answered).sort();
  const quantile = (share: number) => sorted[Math.min(answered - 1, Math.floor(answered * share))] ?? 0;
  return {
    requests: answered,
    seconds,
    perSecond: answered / seconds,
    p50: quantile(0.5),
    p99: quantile(0.99),
    slowest: quantile(1),
    statuses,
  };
}

function httpMessage(host: string, body: string): Buffer {
  const length = Buffer.byteLength(body);
  const head = `POST ${ACTIVATIONS_PATH} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
  return Buffer.from(head + body);
}

/** The first whole answer in the bytes, if there is one. */
function readAnswer(bytes: Buffer): { status: number; length: number } | undefined {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const head = bytes.toString("latin1", 0, end);
  const length = end + HEAD_END.length + Number(LENGTH.exec(head)?.[1] ?? 0);
  return bytes.length < length ? undefined : { status: Number(head.slice(9, 12)), length };
}
