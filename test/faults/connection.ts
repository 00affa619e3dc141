import { ACTIVATIONS_PATH, type ActivationAnswer } from "../../src/protocol/messages.ts";
import type { ProblemBody } from "../../src/protocol/problems.ts";

/** An answer as it came, whatever it says. */
export interface Answer {
  readonly status: number;
  readonly body: ActivationAnswer & ProblemBody;
}

/** One keep-alive connection to a host, on which one request is on its way at a time. */
export interface Connection {
  /** Rejects when no whole answer came: the connection was lost, or nothing was heard for so long. Then it is closed. */
  ask(body: string): Promise<Answer>;
  close(): void;
}

const HEAD_END = Buffer.from("\r\n\r\n");
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/**
 * Connects to a host. Bare sockets, because `fetch` sends a request again by itself when a connection is lost, and a
 * ledger must know of each. Rejects when nobody answers within `patience` milliseconds.
 */
export async function connect(url: string, patience: number): Promise<Connection> {
  const { hostname, port, host } = new URL(url);
  let received: Buffer = Buffer.alloc(0);
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  let isClosed = false;
  const fail = (error: Error) => {
    isClosed = true;
    waiting?.reject(error);
    waiting = undefined;
  };
  const opened = Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      data(socket, bytes) {
        received = received.length === 0 ? Buffer.from(bytes) : Buffer.concat([received, bytes]);
        const answer = readAnswer(received);
        if (answer === undefined) return;
        const { resolve, reject } = waiting ?? {};
        waiting = undefined;
        received = Buffer.alloc(0);
        if (answer.isLast) {
          isClosed = true;
          socket.end();
        }
        try {
          resolve?.({ status: answer.status, body: JSON.parse(answer.text) });
        } catch {
          reject?.(new Error(`The answer is no JSON: ${answer.text}`));
        }
      },
      close: () => fail(new Error("The connection was closed.")),
      error: (_, error) => fail(error),
    },
  });
  const socket = await within(opened, patience, () => {
    opened.then((late) => late.terminate()).catch(() => {});
  });
  return {
    ask(body) {
      if (isClosed) return Promise.reject(new Error("The connection is closed."));
      const answered = new Promise<Answer>((resolve, reject) => {
        waiting = { resolve, reject };
      });
      const head = `POST ${ACTIVATIONS_PATH} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
      socket.write(head + body);
      return within(answered, patience, () => {
        isClosed = true;
        waiting = undefined;
        socket.terminate();
      });
    },
    close() {
      isClosed = true;
      socket.end();
    },
  };
}

async function within<T>(work: Promise<T>, patience: number, onLate: () => void): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      onLate();
      reject(new Error(`Nothing came within ${patience} ms.`));
    }, patience);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function readAnswer(bytes: Buffer): { status: number; text: string; isLast: boolean } | undefined {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const head = bytes.toString("latin1", 0, end);
  const start = end + HEAD_END.length;
  const length = Number(LENGTH.exec(head)?.[1] ?? 0);
  if (bytes.length < start + length) return undefined;
  const text = bytes.toString("utf8", start, start + length);
  return { status: Number(head.slice(9, 12)), text, isLast: /\r\nconnection: *close/i.test(head) };
}
