import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { orderTargets } from "../../src/client/discovery.ts";
import { createDns } from "../../src/client/dns.ts";
import type { Target } from "../../src/client/target.ts";
import { exchange } from "../../src/host/dns/exchange.ts";
import { readSoaAnswer, soaQuery } from "../../src/host/dns/find-zone.ts";
import { SERVICE, ZONE } from "./dns-messages.ts";

/** A server that answers every question with the same bytes, under the question's id. */
let socket: Socket | undefined;
let answer: Uint8Array = new Uint8Array();
/** Milliseconds after which a question counts as unanswered: bytes that are no answer are waited out. */
let patience = 40;

/** Waits longer where every answer is one: then none of them is late. */
export function waitForAnswers(milliseconds: number): void {
  patience = milliseconds;
}

async function port(): Promise<number> {
  if (socket === undefined) {
    const opened = createSocket("udp4");
    opened.on("message", (question, from) => {
      const bytes = Buffer.from(answer);
      if (bytes.length >= 2) question.copy(bytes, 0, 0, 2);
      opened.send(bytes, from.port, from.address);
    });
    opened.bind(0, "127.0.0.1");
    await once(opened, "listening");
    opened.unref();
    socket = opened;
  }
  return socket.address().port;
}

/** What a client makes of an answer to its question for hosts: the targets in the order to try them. */
export async function lookUpHosts(bytes: Uint8Array): Promise<Target[]> {
  answer = bytes.subarray(0, 60_000);
  const dns = createDns({ servers: [`127.0.0.1:${await port()}`], timeout: patience });
  return orderTargets(await dns.srv(ZONE), Math.random);
}

/** What a host makes of an answer to its question for the zone; undefined while it waits for a better one. */
export async function lookUpZone(bytes: Uint8Array): Promise<unknown> {
  answer = bytes.subarray(0, 60_000);
  const server = { host: "127.0.0.1", port: await port() };
  return exchange(server, soaQuery(7, SERVICE), (read) => readSoaAnswer(read, SERVICE), {
    timeout: patience / 4,
  });
}

export function closeDnsServer(): void {
  socket?.close();
  socket = undefined;
}
