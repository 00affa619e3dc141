import { connect, createServer, type Socket } from "node:net";

/**
 * What becomes of a piece of what a client says to a server: passed on; dropped, with the connection; passed on, and the
 * connection dropped with the answer; dropped without a word, with all that comes after it.
 */
export type Fate = "pass" | "cut" | "cut the answer" | "swallow";

/** A wire to a server, on which things can be lost. */
export interface Wire {
  /** The server's address, by this wire. */
  readonly url: string;
  /** Decides from now on, for each piece that a client sends. */
  decide(fateOf: (piece: string) => Fate): void;
  /** Ends all connections that there are. */
  cut(): void;
  stop(): void;
}

/** What PostgreSQL says, and is told, to commit. */
export const COMMIT = "COMMIT\0";

/** Lays a wire to a server. */
export async function layWire(url: string): Promise<Wire> {
  const server = new URL(url);
  const sockets = new Set<Socket>();
  let fateOf: (piece: string) => Fate = () => "pass";

  const listener = createServer((client) => {
    const inner = connect(Number(server.port), server.hostname);
    let isSwallowing = false;
    let awaited: string | undefined;
    let said = "";
    const end = () => {
      client.destroy();
      inner.destroy();
    };
    for (const socket of [client, inner]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      // Who is cut off is not told the end of the connection either.
      socket.on("error", () => {}).on("close", () => isSwallowing || end());
    }
    client.on("data", (piece) => {
      const fate = isSwallowing ? "swallow" : fateOf(piece.toString("latin1"));
      isSwallowing ||= fate === "swallow";
      if (fate === "cut the answer") awaited = piece.includes(COMMIT) ? COMMIT : "";
      if (fate === "cut") end();
      else if (fate !== "swallow") inner.write(piece);
    });
    inner.on("data", (piece) => {
      if (awaited !== undefined) {
        said += piece.toString("latin1");
        if (said.includes(awaited)) end();
      } else if (!isSwallowing) client.write(piece);
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const { port } = listener.address() as { port: number };
  return {
    url: url.replace(/:\d+\//, `:${port}/`),
    decide(next) {
      fateOf = next;
    },
    cut,
    stop() {
      listener.close();
      cut();
    },
  };
}
