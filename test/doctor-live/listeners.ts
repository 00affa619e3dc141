import { onTestFinished } from "bun:test";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

/** A server that keeps what it is sent. */
export interface Recorder {
  readonly port: number;
  /** All bytes that came over each connection, in hexadecimal. */
  readonly received: string[];
}

/** Listens on a free port of this machine, until the test ends; `answer` may say something at once or to what it is sent. */
export async function listen(
  answer: (socket: Socket, bytes?: Uint8Array) => void = () => {},
  tls?: { key: string; cert: string },
): Promise<Recorder> {
  const received: string[] = [];
  const take = (socket: Socket) => {
    const at = received.push("") - 1;
    socket.on("error", () => {});
    socket.on("data", (bytes: Buffer) => {
      received[at] += bytes.toString("hex");
      answer(socket, bytes);
    });
    answer(socket);
  };
  const server: Server = tls === undefined ? createServer(take) : createTlsServer(tls, take);
  server.on("connection", (socket) => socket.on("error", () => {}));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : 0, received };
}
