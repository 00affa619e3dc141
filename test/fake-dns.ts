import { createSocket } from "node:dgram";
import { type Answer, decode, encode, type Packet } from "dns-packet";

/** A DNS server of a few lines; real ones are slow to start where only the client is under test. */
export interface FakeDns {
  /** `127.0.0.1:port`. */
  readonly server: string;
  /** Every question that came, as `SRV _muster._tcp.corp.test`. */
  readonly questions: string[];
  close(): void;
}

/** A record, or a response code such as 2 (SERVFAIL), or `silent` for no answer at all; by name. */
export type FakeZone = Record<string, readonly Answer[] | number | "silent">;

const NXDOMAIN = 3;

/** Serves `zone` on a free port; names that are not in it do not exist. */
export async function startFakeDns(zone: FakeZone): Promise<FakeDns> {
  const questions: string[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (message, from) => {
    const query = decode(message);
    const [question] = query.questions ?? [];
    if (question === undefined) return;
    questions.push(`${question.type} ${question.name}`);
    const entry = zone[question.name.toLowerCase()] ?? NXDOMAIN;
    if (entry === "silent") return;
    const answers = typeof entry === "number" ? [] : entry.filter(({ type }) => type === question.type);
    const code = typeof entry === "number" ? entry : 0;
    const reply: Packet = {
      type: "response",
      id: query.id ?? 0,
      flags: 0x0400 | code,
      questions: [question],
      answers: [...answers],
    };
    socket.send(encode(reply), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return {
    server: `127.0.0.1:${socket.address().port}`,
    questions,
    close: () => socket.close(),
  };
}

/** An SRV record of a Muster host. */
export function srvRecord(
  domain: string,
  target: string,
  port: number,
  order: { priority?: number; weight?: number } = {},
): Answer {
  const { priority = 0, weight = 0 } = order;
  return { type: "SRV", name: `_muster._tcp.${domain}`, ttl: 60, data: { priority, weight, port, target } };
}

/** An address record. */
export function addressRecord(name: string, address: string): Answer {
  return { type: address.includes(":") ? "AAAA" : "A", name, ttl: 60, data: address };
}
