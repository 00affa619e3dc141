import { afterEach, describe, expect, test } from "bun:test";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { exchange } from "./exchange.ts";
import { decodeMessage, encodeMessage, FLAG, makeFlags, OPCODE, rcodeOf, uint16 } from "./message.ts";
import type { ServerAddress } from "./server-address.ts";

const none = { questions: [], answers: [], authorities: [], additionals: [] };
const request = encodeMessage({ id: 7, flags: makeFlags(OPCODE.UPDATE), ...none });
const response = (rcode: number, bits = 0, id = 7): Uint8Array =>
  encodeMessage({ id, flags: makeFlags(OPCODE.UPDATE, rcode, FLAG.response | bits), ...none });

/** Believes any message and tells its response code. */
const read = (bytes: Uint8Array): number | undefined => {
  const message = decodeMessage(bytes);
  return message && rcodeOf(message);
};

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server that sends these datagrams to its nth request; the last list serves for all further ones. */
async function udpServer(...replies: Uint8Array[][]): Promise<{ server: ServerAddress; received(): number }> {
  const socket = createSocket("udp4");
  closing.push(() => socket.close());
  let received = 0;
  socket.on("message", (_, from) => {
    const datagrams = replies[Math.min(received++, replies.length - 1)] ?? [];
    for (const datagram of datagrams) socket.send(datagram, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", () => resolve()));
  return { server: { host: "127.0.0.1", port: socket.address().port }, received: () => received };
}

/** A server that writes these chunks to each connection that has sent the whole request. */
async function tcpServer(port: number, expected: Uint8Array, chunks: Uint8Array[]): Promise<number> {
  const listener = createServer((socket) => {
    let length = 0;
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length === expected.length + 2) for (const part of chunks) socket.write(part);
    });
  });
  closing.push(() => listener.close());
  await new Promise<void>((resolve) => listener.listen(port, "127.0.0.1", () => resolve()));
  const address = listener.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

const framed = (message: Uint8Array): Uint8Array => Buffer.concat([uint16(message.length), message]);

describe("by UDP", () => {
  test("the answer is what the server said", async () => {
    const { server } = await udpServer([response(5)]);
    expect(await exchange(server, request, read)).toBe(5);
  });

  test("what is lost is sent again", async () => {
    const { server, received } = await udpServer([], [], [response(0)]);
    expect(await exchange(server, request, read, { timeout: 1000 })).toBe(0);
    expect(received()).toBe(3);
  });

  test("silence is undefined after three tries", async () => {
    const { server, received } = await udpServer([]);
    expect(await exchange(server, request, read, { timeout: 200 })).toBeUndefined();
    while (received() < 3) await Bun.sleep(5);
    expect(received()).toBe(3);
  });

  test("a port where nothing listens is silence", async () => {
    const { server } = await udpServer([]);
    closing.pop()?.();
    expect(await exchange(server, request, read, { timeout: 20 })).toBeUndefined();
  });

  test.each([
    ["of another id", response(1, 0, 8)],
    ["that is a request", request],
    ["of another kind", encodeMessage({ id: 7, flags: makeFlags(OPCODE.QUERY, 1, FLAG.response), ...none })],
    ["that is no message", Buffer.from("garbage in, garbage out")],
    ["of no bytes", new Uint8Array()],
    ["that is not believed", response(2)],
  ])("a datagram %s is passed over and the next one counts", async (_, datagram) => {
    const { server, received } = await udpServer([datagram, response(0)]);
    const believe = (bytes: Uint8Array) => (read(bytes) === 0 ? "believed" : undefined);
    expect(await exchange(server, request, believe)).toBe("believed");
    expect(received()).toBe(1);
  });

  test("a datagram from another address is never seen", async () => {
    const { server } = await udpServer([]);
    const stranger = createSocket("udp4");
    closing.push(() => stranger.close());
    const seen: Uint8Array[] = [];
    const asked = createSocket("udp4");
    closing.push(() => asked.close());
    asked.on("message", (_, from) => stranger.send(response(0), from.port, from.address));
    await new Promise<void>((resolve) => asked.bind(0, "127.0.0.1", () => resolve()));
    const target = { ...server, port: asked.address().port };
    const believe = (bytes: Uint8Array) => void seen.push(bytes);
    expect(await exchange(target, request, believe, { timeout: 30 })).toBeUndefined();
    expect(seen).toEqual([]);
  });
});

describe("by TCP", () => {
  test("a truncated answer is asked for again", async () => {
    const { server } = await udpServer([response(0, FLAG.truncated)]);
    await tcpServer(server.port, request, [framed(response(9))]);
    expect(await exchange(server, request, read)).toBe(9);
  });

  test("a request of more than 512 bytes is sent at once, and its answer may come in pieces", async () => {
    const { server, received } = await udpServer([response(1)]);
    const long = Buffer.concat([request, Buffer.alloc(501)]);
    const answer = framed(response(5));
    await tcpServer(server.port, long, [answer.subarray(0, 1), answer.subarray(1, 9), answer.subarray(9)]);
    expect(await exchange(server, long, read)).toBe(5);
    expect(received()).toBe(0);
  });

  test("messages that are not the answer are passed over", async () => {
    const { server } = await udpServer([response(0, FLAG.truncated)]);
    await tcpServer(server.port, request, [Buffer.concat([framed(response(1, 0, 8)), framed(response(0))])]);
    expect(await exchange(server, request, read)).toBe(0);
  });

  test("a server that does not listen is silence", async () => {
    const { server } = await udpServer([response(0, FLAG.truncated)]);
    expect(await exchange(server, request, read, { timeout: 50 })).toBeUndefined();
  });
});

describe("an aborted exchange", () => {
  test("ends while it waits", async () => {
    const { server, received } = await udpServer([]);
    const controller = new AbortController();
    const waiting = exchange(server, request, read, { timeout: 60_000, signal: controller.signal });
    while (received() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
  });

  test("does not begin, and one aborted at once ends", async () => {
    const { server } = await udpServer([]);
    await expect(
      exchange(server, request, read, { signal: AbortSignal.abort(new Error("before")) }),
    ).rejects.toThrow("before");
    const controller = new AbortController();
    const waiting = exchange(server, request, read, { timeout: 60_000, signal: controller.signal });
    controller.abort(new Error("at once"));
    await expect(waiting).rejects.toThrow("at once");
  });
});
