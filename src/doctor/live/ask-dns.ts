import { createSocket } from "node:dgram";
import { connect } from "node:net";
import packet from "dns-packet";
import type { DnsAnswer } from "../evidence/model.ts";

/** A name server. */
export interface Resolver {
  readonly address: string;
  readonly port: number;
}

/** What a name server answered. */
export interface Answered {
  readonly result: DnsAnswer["result"];
  readonly answers: readonly packet.Answer[];
  readonly additionals: readonly packet.Answer[];
}

const RESULTS: Readonly<Record<string, DnsAnswer["result"]>> = {
  NXDOMAIN: "nxdomain",
  SERVFAIL: "servfail",
  REFUSED: "refused",
};

/**
 * Asks one name server one question, by UDP and, when the answer is cut, by TCP (RFC 1035, 7766). Asked apart from the
 * system's resolver, so that each server tells for itself. Never throws.
 */
export async function askDns(
  resolver: Resolver,
  name: string,
  type: "SRV" | "A" | "AAAA",
  timeout: number,
): Promise<Answered> {
  const id = 1 + Math.floor(Math.random() * 65_534);
  const query: packet.Packet = {
    type: "query",
    id,
    flags: packet.RECURSION_DESIRED,
    questions: [{ type, name }],
  };
  const byUdp = await overUdp(resolver, packet.encode(query), id, timeout);
  if (byUdp === undefined) return { result: "timeout", answers: [], additionals: [] };
  if (!byUdp.flag_tc) return answeredFrom(byUdp);
  const byTcp = await overTcp(resolver, packet.streamEncode(query), timeout);
  return answeredFrom(byTcp ?? byUdp);
}

function answeredFrom({
  rcode,
  answers = [],
  additionals = [],
}: packet.DecodedPacket & { rcode?: string }): Answered {
  const result =
    RESULTS[rcode ?? "NOERROR"] ?? (rcode === undefined || rcode === "NOERROR" ? undefined : "other");
  return { result: result ?? (answers.length > 0 ? "found" : "nodata"), answers, additionals };
}

function overUdp(
  { address, port }: Resolver,
  query: Uint8Array,
  id: number,
  timeout: number,
): Promise<packet.DecodedPacket | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    const end = (answer: packet.DecodedPacket | undefined) => {
      clearTimeout(timer);
      clearTimeout(again);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => end(undefined), timeout);
    // One packet may be lost; a server that is slow gets its time.
    const again = setTimeout(() => socket.send(query, port, address), timeout / 2);
    socket.on("error", () => end(undefined));
    socket.on("message", (message) => {
      const answer = decoded(message);
      if (answer?.id === id) end(answer);
    });
    socket.send(query, port, address);
  });
}

function overTcp(
  { address, port }: Resolver,
  query: Uint8Array,
  timeout: number,
): Promise<packet.DecodedPacket | undefined> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    const socket = connect({ host: address, port });
    const end = (answer: packet.DecodedPacket | undefined) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(undefined), timeout);
    socket.on("connect", () => socket.write(query));
    socket.on("error", () => end(undefined));
    socket.on("close", () => end(undefined));
    socket.on("data", (piece: Buffer) => {
      bytes = Buffer.concat([bytes, piece]);
      if (bytes.length >= 2 && bytes.length >= bytes.readUInt16BE(0) + 2) end(decoded(bytes.subarray(2)));
    });
  });
}

function decoded(bytes: Uint8Array): packet.DecodedPacket | undefined {
  try {
    return packet.decode(Buffer.from(bytes));
  } catch {
    return undefined;
  }
}
