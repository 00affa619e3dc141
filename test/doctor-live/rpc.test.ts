import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gatherSources } from "../../src/doctor/evidence/gather.ts";
import type { Probe } from "../../src/doctor/evidence/model.ts";
import { lookLive } from "../../src/doctor/live/live.ts";
import { bindRequest } from "../../src/doctor/live/rpc-bind.ts";
import { makeAuthority } from "../certificates.ts";
import { makeFolder } from "../folders.ts";
import { startSystem } from "../system.ts";
import { listen } from "./listeners.ts";

/** What a server with the interface says to the bind: accepted, NDR. The last bytes are result and syntax. */
const ACCEPTED = Buffer.from(
  "05000c03100000003c00000001000000d016d016fb5d00000500313638380000010000000000000004" +
    "5d888aeb1cc9119fe808002b10486002000000",
  "hex",
);
const BIND = Buffer.from(bindRequest()).toString("hex");

/** Milliseconds that a look may take at a server that answers, and what it takes at one that does not. */
const [PATIENCE, BRIEF] = [30_000, 2000];

/** What a look at one port of this machine finds. */
async function lookAt(port: number, system: "kms" | "muster" = "kms", timeout = PATIENCE): Promise<Probe[]> {
  const options = { system, resolvers: [], suffixes: [], names: [], timeout, now: Date.now };
  const host = { name: "127.0.0.1", port };
  const { probes } = await gatherSources([], {
    look: (collector) => lookLive({ ...options, host }, collector),
  });
  return [...probes];
}

const shown = (probes: readonly Probe[]) => probes.map(({ protocol, result }) => `${protocol} ${result}`);
const says = (probes: readonly Probe[]) => probes.at(-1)?.at.quote.replace(/^RPC bind \S+ /, "");

describe("A bind to a KMS host's port", () => {
  test("is accepted by what has the interface", async () => {
    const server = await listen((socket, bytes) => void (bytes && socket.write(ACCEPTED)));
    const probes = await lookAt(server.port);
    expect(shown(probes)).toEqual(["tcp open", "rpc open"]);
    expect(says(probes)).toBe("the Key Management Service answers");
  });

  test("is all that is ever sent, whatever the server says", async () => {
    const answers = [
      undefined,
      ACCEPTED,
      Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"),
      Buffer.alloc(200, 5),
    ];
    for (const answer of answers) {
      const server = await listen((socket, bytes) => void (answer && bytes && socket.write(answer)));
      await lookAt(server.port, "kms", answer === undefined ? BRIEF : PATIENCE);
      expect(server.received).toEqual(["", BIND]);
    }
  });

  test("fails at a server that says nothing, and at one that hangs up", async () => {
    const silent = await lookAt((await listen()).port, "kms", BRIEF);
    expect(shown(silent)).toEqual(["tcp open", "rpc timeout"]);
    const shut = await lookAt((await listen((socket, bytes) => void (bytes && socket.destroy()))).port);
    expect(shown(shut)).toEqual(["tcp open", "rpc reset"]);
  });

  test("is told from HTTP and TLS, which a middlebox or another service speaks there", async () => {
    const web = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("no") });
    try {
      const probes = await lookAt(web.port ?? 0);
      expect(shown(probes)[0]).toBe("tcp open");
      expect(shown(probes)[1]).toMatch(/^rpc (failed|reset)$/);
    } finally {
      await web.stop(true);
    }
    const { key, cert } = makeAuthority(makeFolder()).issue("tls", ["DNS:localhost"]);
    const pem = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
    const probes = await lookAt((await listen(undefined, pem)).port);
    expect(shown(probes)[0]).toBe("tcp open");
    expect(shown(probes)[1]).toMatch(/^rpc (failed|reset)$/);
  });

  test("fails at a port that is shut, without being sent", async () => {
    expect(shown(await lookAt(9))).toEqual(["tcp refused"]);
  });

  test("is what Wireshark, too, takes for a bind to the Key Management Service", async () => {
    const pcap = join(makeFolder(), "bind.pcap");
    writeFileSync(pcap, captureOf(bindRequest()));
    const fields = [
      "dcerpc.pkt_type",
      "dcerpc.cn_frag_len",
      "dcerpc.cn_bind_to_uuid",
      "dcerpc.cn_bind_if_ver",
    ];
    const more = ["dcerpc.cn_num_ctx_items", "dcerpc.cn_bind_trans_id", "_ws.malformed"];
    const wanted = [...fields, ...more].flatMap((field) => ["-e", field]);
    const decoded = ["-d", "tcp.port==1688,dcerpc", "-T", "fields", "-E", "separator=,"];
    const { stdout } = Bun.spawnSync(["tshark", "-r", pcap, ...decoded, ...wanted]);
    expect(stdout.toString().trim()).toBe(
      "11,72,51c82175-844e-4750-b0d8-ec255555bc06,1,1,8a885d04-1ceb-11c9-9fe8-08002b104860,",
    );
  });
});

describe("A look at a Muster host", () => {
  test("asks for no activation, and tells the host from another server", async () => {
    const { host } = await startSystem();
    expect(shown(await lookAt(host.listener.port, "muster"))).toEqual(["tcp open", "muster open"]);
    const events = await host.store.events({ id: 12290 });
    expect(events).toEqual([]);
    const web = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("{}") });
    try {
      expect(shown(await lookAt(web.port ?? 0, "muster"))).toEqual(["tcp open", "muster failed"]);
    } finally {
      await web.stop(true);
    }
  });

  test("knows one that serves HTTPS, too", async () => {
    const certificate = makeAuthority(makeFolder()).issue("host", ["IP:127.0.0.1"]);
    const { host } = await startSystem({ certificate });
    expect(host.listener.url).toStartWith("https:");
    expect(shown(await lookAt(host.listener.port, "muster"))).toEqual(["tcp open", "muster open"]);
  });
});

/** A capture file of one TCP segment to port 1688 (libpcap's format, link type 101: raw IP). */
function captureOf(payload: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(24 + 16 + 40 + payload.length);
  bytes.writeUInt32LE(0xa1b2c3d4, 0);
  bytes.writeUInt16LE(2, 4);
  bytes.writeUInt16LE(4, 6);
  bytes.writeUInt32LE(65_535, 16);
  bytes.writeUInt32LE(101, 20);
  const length = 40 + payload.length;
  bytes.writeUInt32LE(length, 32);
  bytes.writeUInt32LE(length, 36);
  const ip = bytes.subarray(40);
  ip.set([0x45, 0, length >> 8, length & 255, 0, 1, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
  const tcp = ip.subarray(20);
  tcp.writeUInt16BE(50_000, 0);
  tcp.writeUInt16BE(1688, 2);
  tcp.writeUInt32BE(1, 4);
  tcp.writeUInt32BE(1, 8);
  tcp.set([0x50, 0x18, 0xff, 0xff], 12);
  ip.set(payload, 40);
  return bytes;
}
