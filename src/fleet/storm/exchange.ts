import { type ConnectionFailure, failureOf } from "../../client/connection.ts";
import { formatTarget, type Target } from "../../client/target.ts";
import { ACTIVATIONS_PATH } from "../../protocol/messages.ts";

/** An answer over HTTP as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What came of one exchange: an answer, or why there is none. */
export type Exchanged = RawAnswer | { readonly failure: ConnectionFailure };

const HEAD_END = Buffer.from("\r\n\r\n");
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/**
 * Sends one request over a connection of its own, as each client does, and waits for its answer. The same headers as
 * the client's own, over a bare socket: 100,000 clients in one process are to cost a small part of what a host does.
 * `timeout` is milliseconds for connecting and answering together. Never rejects.
 */
export function exchange(target: Target, address: string, body: string, timeout: number): Promise<Exchanged> {
  return new Promise((resolve) => {
    let received: Buffer = Buffer.alloc(0);
    let opened: { end(): void } | undefined;
    const end = (result: Exchanged) => {
      clearTimeout(timer);
      // Closing calls `close` at once, which must find it settled.
      resolve(result);
      opened?.end();
    };
    const fail = (error: unknown) => end({ failure: failureOf(error).kind });
    const timer = setTimeout(() => end({ failure: "CONNECTION_TIMED_OUT" }), timeout);
    Bun.connect({
      hostname: address,
      port: target.port,
      socket: {
        open(socket) {
          opened = socket;
          socket.write(httpMessage(formatTarget(target), body));
        },
        data(_, bytes) {
          received = received.length === 0 ? Buffer.from(bytes) : Buffer.concat([received, bytes]);
          const answer = readAnswer(received);
          if (answer !== undefined) end(answer);
        },
        close: () => end({ failure: "CONNECTION_LOST" }),
        error: (_, error) => fail(error),
        connectError: (_, error) => fail(error),
      },
    }).catch(fail);
  });
}

function httpMessage(host: string, body: string): string {
  const headers = [
    `host: ${host}`,
    "content-type: application/json",
    "accept: application/json, application/problem+json",
    "accept-encoding: identity",
    "connection: close",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return `POST ${ACTIVATIONS_PATH} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n${body}`;
}

/** The answer, once it is whole. */
function readAnswer(bytes: Buffer): RawAnswer | undefined {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const head = bytes.toString("latin1", 0, end);
  const length = Number(LENGTH.exec(head)?.[1] ?? 0);
  const start = end + HEAD_END.length;
  if (bytes.length < start + length) return undefined;
  const headers = new Headers();
  for (const line of head.split("\r\n").slice(1)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return { status: Number(head.slice(9, 12)), headers, text: bytes.toString("utf8", start, start + length) };
}
