import { afterEach, describe, expect, test } from "bun:test";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { readEvents } from "../src/client/event-log.ts";
import { type Client, createClient } from "../src/client/index.ts";
import { readTsigKeyFile, unpublish } from "../src/host/dns/index.ts";
import type { RunningHost } from "../src/host/run.ts";
import { type EventId, eventFields } from "../src/protocol/events.ts";
import { type Bind, startBind } from "./bind.ts";
import { makeFolder } from "./folders.ts";
import { fingerprintOf } from "./requests.ts";
import { startSystem } from "./system.ts";

const ZONE = "corp.example";
const HOST = `kms01.${ZONE}`;
const servers: Bind[] = [];

afterEach(async () => {
  for (const bind of servers.splice(0)) await bind.stop();
});

async function startZone(...records: string[]): Promise<Bind> {
  const bind = await startBind({ zone: ZONE, records: ["kms01 A 127.0.0.1", ...records] });
  servers.push(bind);
  return bind;
}

/** A host that has tried to publish itself in the zone. */
async function startIn(bind: Bind, keyFile = bind.keyFile) {
  const tsigKey = await readTsigKeyFile(keyFile);
  const publishing = { domains: [ZONE], target: HOST, server: bind.server, tsigKey };
  const system = await startSystem({ publishing, onTrouble: () => {} });
  await system.host.published;
  const [, server] = system.deployment.products;
  if (!server) throw new Error("a deployment has a server edition");
  /** A machine of the edition that requires 5, found in the zone like any other. */
  const machine = async (
    name: string,
    folder = makeFolder(),
  ): Promise<{ client: Client; folder: string }> => {
    const client = createClient({
      dir: folder,
      dns: [bind.server],
      suffixes: [ZONE],
      machine: { name: `${name}.${ZONE}`, fingerprint: fingerprintOf(name), virtual: false },
    });
    await client.install(server.setupKey, system.deployment.catalogue);
    return { client, folder };
  };
  return { ...system, machine };
}

const eventsOf = async (host: RunningHost, id: EventId) =>
  (await host.store.events({ id })).map(({ info }) => eventFields(id, info));

const codesSent = (folder: string) =>
  readEvents(folder)
    .filter(({ id }) => id === 12288)
    .map(({ info }) => {
      const { code, host } = eventFields(12288, info);
      return `${code} ${host}`;
    });

describe("in a zone of BIND", () => {
  test("the host publishes itself with TSIG, clients find it, and the 5th activates", async () => {
    const bind = await startZone();
    const { host, machine } = await startIn(bind);
    expect(await bind.dig(`_muster._tcp.${ZONE}`, "SRV")).toEqual([`0 0 ${host.listener.port} ${HOST}.`]);
    expect(await eventsOf(host, 12294)).toEqual([{ code: "0x00000000", domain: ZONE }]);

    const results = [];
    for (const name of ["a", "b", "c", "d", "e"]) results.push(await (await machine(name)).client.activate());
    expect(results.map(({ activated, count }) => [activated, count])).toEqual([
      [false, 1],
      [false, 2],
      [false, 3],
      [false, 4],
      [true, 5],
    ]);
  });

  test("a renewal goes to the cached host, also when its SRV record is gone", async () => {
    const bind = await startZone();
    const { host, machine } = await startIn(bind);
    const machines = await Promise.all(["a", "b", "c", "d", "e"].map((name) => machine(name)));
    for (const { client } of machines) await client.activate();
    const record = { priority: 0, weight: 0, port: host.listener.port, target: HOST };
    const tsigKey = await readTsigKeyFile(bind.keyFile);
    await unpublish(ZONE, [record], { server: bind.server, tsigKey, now: Date.now });
    expect((await machines.at(-1)?.client.activate())?.activated).toBe(true);
    expect((await machines[0]?.client.activate())?.code).toBe("0x8007232B");
  });

  test("a second, dead SRV target costs one failed try", async () => {
    const bind = await startZone(`_muster._tcp SRV 0 0 9 kms00.${ZONE}.`, "kms00 A 127.0.0.1");
    const tsigKey = await readTsigKeyFile(bind.keyFile);
    const publishing = { domains: [ZONE], target: HOST, server: bind.server, tsigKey, priority: 10 };
    const { host, deployment } = await startSystem({ publishing });
    await host.published;
    const folder = makeFolder();
    const client = createClient({ dir: folder, dns: [bind.server], suffixes: [ZONE] });
    await client.install(deployment.products[0]?.setupKey ?? "", deployment.catalogue);

    const { name, count, tries } = await client.activate();
    expect([name, count]).toEqual(["COUNT_INSUFFICIENT", 1]);
    expect(tries.map((each) => [each.host, each.name])).toEqual([[`kms00.${ZONE}:9`, "CONNECTION_REFUSED"]]);
    expect(codesSent(folder)).toEqual([
      `0x8007274D kms00.${ZONE}:9`,
      `0x00000000 ${HOST}:${host.listener.port}`,
    ]);
  });

  test("no SRV record gives 0x8007232B", async () => {
    const bind = await startZone();
    const { machine, deployment } = await startIn(bind, bind.wrongKeyFile);
    expect(deployment.products.length).toBe(2);
    const { client, folder } = await machine("pc-1");
    const result = await client.activate();
    expect([result.code, result.activated]).toEqual(["0x8007232B", false]);
    expect(codesSent(folder)).toEqual(["0x8007232B "]);
  });

  test("all targets dead gives 0xC004F074 with every inner code", async () => {
    const bind = await startZone(
      `_muster._tcp SRV 0 0 9 kms08.${ZONE}.`,
      `_muster._tcp SRV 1 0 9 kms09.${ZONE}.`,
      "kms08 A 127.0.0.1",
    );
    const { machine } = await startIn(bind, bind.wrongKeyFile);
    const { client } = await machine("pc-1");
    const { code, message, tries } = await client.activate();
    expect(code).toBe("0xC004F074");
    expect(tries.map((each) => [each.host, each.code])).toEqual([
      [`kms08.${ZONE}:9`, "0x8007274D"],
      [`kms09.${ZONE}:9`, "0x80072AF9"],
    ]);
    for (const part of ["kms08", "0x8007274D", "kms09", "0x80072AF9"]) expect(message).toContain(part);
  });

  test("a wrong TSIG key leaves event 12293 with the reason", async () => {
    const bind = await startZone();
    const { host } = await startIn(bind, bind.wrongKeyFile);
    expect(await eventsOf(host, 12293)).toEqual([{ code: "0x80072338", domain: ZONE }]);
    expect(await bind.dig(`_muster._tcp.${ZONE}`, "SRV")).toEqual([]);
  });

  test("a cloned image is named with both machine names within one renewal", async () => {
    const bind = await startZone();
    const { host, machine } = await startIn(bind);
    const original = await machine("pc-original");
    await original.client.activate();
    const folder = join(makeFolder(), "copy");
    cpSync(original.folder, folder, { recursive: true });
    const copy = await machine("pc-copy", folder);

    await original.client.activate();
    await copy.client.activate();
    const [event, ...more] = await eventsOf(host, 12400);
    expect(event?.names).toBe(`pc-original.${ZONE}; pc-copy.${ZONE}`);
    expect(more).toEqual([]);
  });
});

test("a rogue host in DNS does no harm, and is named", async () => {
  const bind = await startZone();
  const rogue = await startIn(bind);
  const { deployment } = await startSystem();
  const folder = makeFolder();
  const client = createClient({ dir: folder, dns: [bind.server], suffixes: [ZONE] });
  await client.install(deployment.products[0]?.setupKey ?? "", deployment.catalogue);
  const { code, tries } = await client.activate();
  expect(code).toBe("0xC004F074");
  expect(tries.map((each) => [each.host, each.name])).toEqual([
    [`${HOST}:${rogue.host.listener.port}`, "HOST_CANNOT_BE_USED"],
  ]);
});
