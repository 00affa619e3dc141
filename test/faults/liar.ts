import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { type AddressInfo, createServer, type Server } from "node:net";
import { type Answer, type DecodedPacket, decode, encode, type Packet } from "dns-packet";

/** A name server that answers as it is told, right or wrong. */
export interface Liar {
  /** `127.0.0.1:port`. */
  readonly server: string;
  /** How many questions came. */
  questions(): number;
  stop(): void;
}

/** A question with its bytes, and how many came before it. */
export interface Asked {
  readonly packet: DecodedPacket;
  readonly bytes: Buffer;
  readonly type: string;
  readonly name: string;
  readonly at: number;
}

/** What comes back: datagrams over UDP in this order; over TCP the first is the answer, without one it hangs up. */
export interface Lies {
  readonly udp: (asked: Asked) => readonly Uint8Array[];
  /** Without it, nothing listens. */
  readonly tcp?: (asked: Asked) => readonly Uint8Array[];
}

/** Starts it on a free port. */
export async function startLiar({ udp, tcp }: Lies): Promise<Liar> {
  let questions = 0;
  const ask = (bytes: Buffer): Asked => {
    const packet = decode(bytes);
    const [{ type = "", name = "" } = {}] = packet.questions ?? [];
    return { packet, bytes, type, name: name.toLowerCase(), at: questions++ };
  };
  const server = createServer((client) => {
    client.on("error", () => client.destroy());
    client.on("data", (bytes: Buffer) => {
      const [answer] = tcp?.(ask(bytes.subarray(2))) ?? [];
      if (answer === undefined) client.destroy();
      else client.write(Buffer.concat([Uint8Array.of(answer.length >> 8, answer.length & 255), answer]));
    });
  });
  const socket = await bindBoth(server);
  socket.on("message", (bytes: Buffer, from: RemoteInfo) => {
    for (const answer of udp(ask(bytes))) socket.send(answer, from.port, from.address);
  });
  const { port } = socket.address();
  if (tcp === undefined) server.close();
  return {
    server: `127.0.0.1:${port}`,
    questions: () => questions,
    stop() {
      socket.close();
      server.close();
    },
  };
}

/** Takes a port that is free for both: what is free for UDP may be taken for TCP. */
async function bindBoth(server: Server): Promise<Socket> {
  for (let tries = 0; ; tries++) {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const socket = createSocket("udp4");
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once("error", reject).bind(port, "127.0.0.1", resolve);
      });
      return socket;
    } catch (error) {
      if (tries > 10) throw error;
      socket.close();
      await new Promise((resolve) => server.close(resolve));
    }
  }
}

const AUTHORITATIVE = 0x0400;
/** The flag of an answer that did not fit. */
export const TRUNCATED = 0x0200;
/** Response codes. */
export const CODES = { fine: 0, serverFailure: 2, nameError: 3, refused: 5 } as const;

/** An answer to a question, by the rules unless told otherwise. */
export function answer(
  { packet }: Pick<Asked, "packet">,
  answers: readonly Answer[],
  { flags = 0, ...more }: Pick<Packet, "flags" | "authorities" | "additionals"> = {},
): Buffer {
  const { id, questions = [] } = packet;
  const whole: Packet = { type: "response", questions, answers: [...answers], ...more };
  return encode({ ...whole, id: id ?? 0, flags: AUTHORITATIVE | flags });
}
