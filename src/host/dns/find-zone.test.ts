import { afterEach, describe, expect, test } from "bun:test";
import { createSocket } from "node:dgram";
import { getServers, setServers } from "node:dns";
import packet from "dns-packet";
import fc from "fast-check";
import { findUpdateTarget, readSoaAnswer, soaQuery } from "./find-zone.ts";

const name = "_muster._tcp.tokyo.corp.example";
const questions = [{ type: "SOA" as const, name }];
const soa = (zone: string) => ({
  type: "SOA" as const,
  name: zone,
  ttl: 60,
  data: { mname: "NS1.corp.example", rname: "hostmaster.corp.example" },
});

describe("the zone of a name", () => {
  test("is that of the SOA record beside the answer that the name does not exist", () => {
    const bytes = packet.encode({
      type: "response",
      flags: 3,
      questions,
      authorities: [soa("Corp.Example")],
    });
    expect(readSoaAnswer(bytes, name)).toEqual({ zone: "corp.example", primary: "ns1.corp.example" });
  });

  test("is that of the SOA record in the answer", () => {
    const bytes = packet.encode({ type: "response", questions, answers: [soa(name)] });
    expect(readSoaAnswer(bytes, name)).toEqual({ zone: name, primary: "ns1.corp.example" });
  });

  test.each([["."], ["other.example"], ["xcorp.example"]])("is not told by an SOA record of %s", (zone) => {
    const bytes = packet.encode({ type: "response", questions, authorities: [soa(zone)] });
    expect(typeof readSoaAnswer(bytes, name)).toBe("symbol");
  });

  test("is not told by the answer to another question", () => {
    const other = [{ type: "SOA" as const, name: "corp.example" }];
    const bytes = packet.encode({ type: "response", questions: other, answers: [soa("corp.example")] });
    expect(readSoaAnswer(bytes, name)).toBeUndefined();
    expect(readSoaAnswer(packet.encode({ type: "response", answers: [soa(name)] }), name)).toBeUndefined();
  });

  test("is not told by random bytes, nor do they make an error", () => {
    const start = packet.encode({ type: "response", questions, authorities: [soa("corp.example")] });
    fc.assert(
      fc.property(fc.nat(start.length), fc.uint8Array({ maxLength: 200 }), (at, tail) => {
        readSoaAnswer(Buffer.concat([start.subarray(0, at), tail]), name);
      }),
      { numRuns: 2000 },
    );
  });
});

test("the question asks for the SOA record with recursion, which an authoritative server ignores", () => {
  const query = packet.decode(Buffer.from(soaQuery(7, name)));
  expect(query).toMatchObject({ id: 7, type: "query", flag_rd: true, questions: [{ type: "SOA", name }] });
});

describe("where an update goes", () => {
  const machineServers = getServers();
  const closing: (() => void)[] = [];
  afterEach(() => {
    setServers(machineServers);
    for (const close of closing.splice(0)) close();
  });

  /** A server that answers each question as told; `undefined` is silence. Counts what it is asked. */
  async function server(answer: (name: string) => packet.Packet | undefined) {
    const socket = createSocket("udp4");
    closing.push(() => socket.close());
    const asked: string[] = [];
    socket.on("message", (bytes, from) => {
      const { id, questions } = packet.decode(bytes);
      const name = questions?.[0]?.name ?? "";
      asked.push(name);
      const reply = answer(name);
      const common = { type: "response" as const, id, questions };
      if (reply !== undefined) socket.send(packet.encode({ ...common, ...reply }), from.port, from.address);
    });
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", () => resolve()));
    return { address: `127.0.0.1:${socket.address().port}`, asked };
  }

  const REFUSED = { flags: 5 };
  const primary = { ...soa("corp.example"), data: { mname: "192.0.2.53", rname: "hostmaster.corp.example" } };
  const atZone = (name: string) => (name === "corp.example" ? { answers: [primary] } : {});
  const domain = "tokyo.corp.example";

  test("is the primary of the zone, which this machine's servers are asked for label by label", async () => {
    const { address, asked } = await server(atZone);
    setServers([address]);
    const target = await findUpdateTarget(domain, undefined, {});
    expect(target).toEqual({ server: { host: "192.0.2.53", port: 53 }, zone: "corp.example" });
    expect(asked).toEqual([name, `_tcp.${domain}`, domain, "corp.example"]);
  });

  test("is learnt from the next server when one is silent or does not know", async () => {
    const silent = await server(() => undefined);
    const ignorant = await server(() => REFUSED);
    const knowing = await server(atZone);
    setServers([silent.address, ignorant.address, knowing.address]);
    expect(await findUpdateTarget(domain, undefined, { timeout: 400 })).toMatchObject({
      zone: "corp.example",
    });
  });

  test.each([
    ["all are silent", undefined, "DNS_TIMED_OUT"],
    ["none knows the zone", REFUSED, "DNS_NOT_AUTHORITATIVE"],
    ["only the root is known", { authorities: [soa(".")] }, "DNS_NOT_AUTHORITATIVE"],
  ])("is not known when %s", async (_, reply, problem) => {
    const { address } = await server(() => reply);
    setServers([address]);
    const found = findUpdateTarget(domain, undefined, reply === undefined ? { timeout: 10 } : {});
    await expect(found).rejects.toMatchObject({ name: problem });
    await expect(found).rejects.toThrow(domain);
  });

  test("is not known when this machine has no DNS server", async () => {
    setServers([]);
    await expect(findUpdateTarget(domain, undefined, {})).rejects.toMatchObject({ name: "NO_DNS_SERVER" });
  });

  test("is the named server, with the zone it says or else the domain itself", async () => {
    const knowing = await server(atZone);
    const ignorant = await server(() => REFUSED);
    expect(await findUpdateTarget(domain, knowing.address, {})).toMatchObject({ zone: "corp.example" });
    const { server: named, zone } = await findUpdateTarget(domain, ignorant.address, {});
    expect([`${named.host}:${named.port}`, zone]).toEqual([ignorant.address, domain]);
  });
});
