import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createSocket } from "node:dgram";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startZone } from "../src/fleet/zone.ts";
import { findZone } from "../src/host/dns/find-zone.ts";
import {
  type PublishOutcome,
  publish,
  readTsigKeyFile,
  type SrvRecord,
  startPublishing,
  type TsigKey,
  unpublish,
  withdraw,
} from "../src/host/dns/index.ts";
import { parseServerAddress } from "../src/host/dns/server-address.ts";
import { type Bind, dig, findProgram, startBind } from "./bind.ts";

const ZONE = "muster.test";
const SERVICE = `_muster._tcp.${ZONE}`;
const host: SrvRecord = { priority: 0, weight: 0, port: 1688, target: "kms01.muster.test" };
const second: SrvRecord = { ...host, target: "kms02.muster.test" };
const now = () => Date.now();

interface Judge {
  readonly server: string;
  readonly key: TsigKey;
  stop(): Promise<void>;
}

async function startRealBind(): Promise<Judge> {
  const bind = await startBind({ zone: ZONE });
  return { server: bind.server, key: await readTsigKeyFile(bind.keyFile), stop: () => bind.stop() };
}

async function startOwnZone(): Promise<Judge> {
  const key: TsigKey = {
    name: "muster-key",
    algorithm: "hmac-sha256",
    secret: Buffer.from("this test's own"),
  };
  const zone = await startZone({ domain: ZONE, port: 0, tsigKey: key, now });
  return { server: zone.address, key, stop: () => zone.close() };
}

describe.each([
  ["BIND", startRealBind],
  ["the zone of muster up", startOwnZone],
])("publishing at %s", (_, start) => {
  let judge: Judge;
  let route: { server: string; tsigKey: TsigKey; now: () => number };
  beforeAll(async () => {
    judge = await start();
    route = { server: judge.server, tsigKey: judge.key, now };
  });
  afterAll(() => judge.stop());

  /** What any resolver would be told. */
  const seen = (domain = ZONE) => dig(judge.server, `_muster._tcp.${domain}`, "SRV");
  beforeEach(async () => {
    await unpublish(ZONE, [host, second, { ...host, port: 1700 }, { ...host, priority: 10 }], route);
    expect(await seen()).toEqual([]);
  });

  test("makes the host's SRV record visible, and says where", async () => {
    expect(await publish(ZONE, host, [], route)).toEqual({ server: judge.server, zone: ZONE });
    expect(await seen()).toEqual(["0 0 1688 kms01.muster.test."]);
  });

  test("twice leaves one record", async () => {
    await publish(ZONE, host, [], route);
    await publish(ZONE, { ...host, target: "KMS01.Muster.Test." }, [], route);
    expect(await seen()).toEqual(["0 0 1688 kms01.muster.test."]);
  });

  test("leaves a second host's record alone, also when the port changes", async () => {
    await publish(ZONE, host, [], route);
    await publish(ZONE, second, [], route);
    expect(await seen()).toEqual(["0 0 1688 kms01.muster.test.", "0 0 1688 kms02.muster.test."]);
    await publish(ZONE, { ...host, port: 1700 }, [host], route);
    expect(await seen()).toEqual(["0 0 1688 kms02.muster.test.", "0 0 1700 kms01.muster.test."]);
  });

  test("with another priority replaces the host's own record", async () => {
    await publish(ZONE, host, [], route);
    await publish(ZONE, { ...host, priority: 10 }, [host, { ...host, priority: 10 }], route);
    expect(await seen()).toEqual(["10 0 1688 kms01.muster.test."]);
  });

  test("is undone by unpublish, for this host only, and twice does no harm", async () => {
    await publish(ZONE, host, [], route);
    await publish(ZONE, second, [], route);
    await unpublish(ZONE, [host], route);
    await unpublish(ZONE, [host], route);
    expect(await seen()).toEqual(["0 0 1688 kms02.muster.test."]);
  });

  test("in a domain below the zone finds the zone that holds it", async () => {
    const domain = `tokyo.office.${ZONE}`;
    expect(await publish(domain, host, [], route)).toMatchObject({ zone: ZONE });
    expect(await seen(domain)).toEqual(["0 0 1688 kms01.muster.test."]);
    await unpublish(domain, [host], route);
  });

  test("with more old records than a datagram holds goes by TCP", async () => {
    const stale = Array.from({ length: 40 }, (_, at) => ({ ...host, port: 2000 + at }));
    for (const record of stale.slice(0, 3)) await publish(ZONE, record, [], route);
    await publish(ZONE, host, stale, route);
    expect(await seen()).toEqual(["0 0 1688 kms01.muster.test."]);
  });

  const refusals: [string, string, string, (key: TsigKey) => object][] = [
    [
      "a wrong secret",
      "DNS_BAD_SIGNATURE",
      "0x80072338",
      (key) => ({ tsigKey: { ...key, secret: Buffer.from("wrong") } }),
    ],
    ["an unknown key", "DNS_BAD_KEY", "0x80072339", (key) => ({ tsigKey: { ...key, name: "unknown-key" } })],
    [
      "another algorithm",
      "DNS_BAD_KEY",
      "0x80072339",
      (key) => ({ tsigKey: { ...key, algorithm: "hmac-sha512" } }),
    ],
    ["no key", "DNS_REFUSED", "0x8007232D", () => ({ tsigKey: undefined })],
    ["a clock an hour behind", "DNS_BAD_TIME", "0x8007233A", () => ({ now: () => Date.now() - 3_600_000 })],
  ];
  test.each(refusals)("with %s is %s (%s)", async (_, name, code, change) => {
    const refused = publish(ZONE, host, [], { ...route, ...change(judge.key) });
    await expect(refused).rejects.toMatchObject({ name, code });
    const sentence = await refused.catch((error: Error) => error.message);
    expect(sentence).toContain(judge.server);
    expect(sentence).toContain(ZONE);
    expect(await seen()).toEqual([]);
  });

  test("in a domain of which the server has no zone is DNS_NOT_AUTHORITATIVE", async () => {
    const refused = publish("other.test", host, [], route);
    await expect(refused).rejects.toMatchObject({ name: "DNS_NOT_AUTHORITATIVE", code: "0x80072331" });
    await expect(refused).rejects.toThrow(`does not have the zone other.test (asked with the key muster-key`);
  });

  test("finds the primary that the zone's SOA record names", async () => {
    const found = await findZone(parseServerAddress(judge.server), `tokyo.${ZONE}`, {});
    expect(found).toEqual({ zone: ZONE, primary: `ns.${ZONE}` });
  });
});

describe("publishing at BIND", () => {
  test("meets a server that takes updates by its own nsupdate, with the right key only", async () => {
    const bind = await startBind({ zone: ZONE });
    const commands = `server 127.0.0.1 ${bind.port}\nupdate add ${SERVICE} 60 SRV 1 2 3 kms03.muster.test.\nsend\n`;
    const nsupdate = (keyFile: string) =>
      Bun.$`${findProgram("nsupdate")} -k ${keyFile} < ${Buffer.from(commands)}`.nothrow().quiet();
    expect((await nsupdate(bind.wrongKeyFile)).stderr.toString()).toContain("BADSIG");
    expect(await bind.dig(SERVICE, "SRV")).toEqual([]);
    expect((await nsupdate(bind.keyFile)).exitCode).toBe(0);
    expect(await bind.dig(SERVICE, "SRV")).toEqual(["1 2 3 kms03.muster.test."]);
    await bind.stop();
  });

  test.each(["hmac-sha1", "hmac-sha224", "hmac-sha384", "hmac-sha512"])(
    "works with a key of %s",
    async (algorithm) => {
      const bind = await startBind({ zone: ZONE, algorithm });
      await publish(ZONE, host, [], {
        server: bind.server,
        tsigKey: await readTsigKeyFile(bind.keyFile),
        now,
      });
      expect(await bind.dig(SERVICE, "SRV")).toEqual(["0 0 1688 kms01.muster.test."]);
      await bind.stop();
    },
  );

  test("works without a key where BIND allows the address", async () => {
    const bind = await startBind({ zone: ZONE, allowUpdate: "127.0.0.1;" });
    await publish(ZONE, host, [], { server: bind.server, now });
    expect(await bind.dig(SERVICE, "SRV")).toEqual(["0 0 1688 kms01.muster.test."]);
    await bind.stop();
  });

  test("with a key that may not update the zone is DNS_REFUSED", async () => {
    const bind = await startBind({ zone: ZONE, allowUpdate: "none;" });
    const refused = publish(ZONE, host, [], {
      server: bind.server,
      tsigKey: await readTsigKeyFile(bind.keyFile),
      now,
    });
    await expect(refused).rejects.toMatchObject({ name: "DNS_REFUSED" });
    await expect(refused).rejects.toThrow("let this key change the SRV records of muster.test");
    await bind.stop();
  });

  test("keeps what BIND had when it is restarted, and ends in DNS_TIMED_OUT when it is gone", async () => {
    const bind = await startBind({ zone: ZONE, records: [`_muster._tcp SRV 0 0 1688 kms02`] });
    const route = { server: bind.server, tsigKey: await readTsigKeyFile(bind.keyFile), now };
    await publish(ZONE, host, [], route);
    await bind.restart();
    expect(await bind.dig(SERVICE, "SRV")).toEqual([
      "0 0 1688 kms01.muster.test.",
      "0 0 1688 kms02.muster.test.",
    ]);
    await bind.stop();
    const dead = publish(ZONE, host, [], { ...route, timeout: 50 });
    await expect(dead).rejects.toMatchObject({ name: "DNS_TIMED_OUT", code: "0x800705B4" });
    await expect(dead).rejects.toThrow(bind.server);
  });

  test("reads the key file that tsig-keygen writes, and BIND takes it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "muster-keygen-"));
    const bind = await startBind({ zone: ZONE });
    const written = await Bun.$`${findProgram("tsig-keygen")} -a hmac-sha512 other-key`.text();
    await Bun.write(join(folder, "other.key"), written);
    const tsigKey = await readTsigKeyFile(join(folder, "other.key"));
    expect(tsigKey).toMatchObject({ name: "other-key", algorithm: "hmac-sha512" });
    expect(tsigKey.secret.length).toBe(64);
    await expect(publish(ZONE, host, [], { server: bind.server, tsigKey, now })).rejects.toThrow(
      "does not know",
    );
    await bind.stop();
    await rm(folder, { recursive: true });
  });
});

test("BIND's nsupdate publishes in the zone of muster up, signed and unsigned", async () => {
  const folder = await mkdtemp(join(tmpdir(), "muster-nsupdate-"));
  const bind = await startBind({ zone: ZONE });
  const tsigKey = await readTsigKeyFile(bind.keyFile);
  for (const [key, ...options] of [[tsigKey, "-k", bind.keyFile], [undefined]] as const) {
    const zone = await startZone({
      domain: ZONE,
      port: 0,
      allowUpdate: true,
      now,
      ...(key ? { tsigKey: key } : {}),
    });
    const [address, port] = zone.address.split(":");
    const commands = join(folder, "commands");
    await Bun.write(
      commands,
      `server ${address} ${port}\nupdate add ${SERVICE} 3600 SRV 0 0 1688 kms01.muster.test.\nsend\n`,
    );
    await Bun.$`${findProgram("nsupdate")} ${options} ${commands}`;
    expect(await dig(zone.address, SERVICE, "SRV")).toEqual(["0 0 1688 kms01.muster.test."]);
    await zone.close();
  }
  await bind.stop();
  await rm(folder, { recursive: true });
});

test.each([
  ["that is not signed", (request: Buffer) => Buffer.concat([request.subarray(0, 4), Buffer.alloc(8)])],
  ["that repeats the request's signature", (request: Buffer) => Buffer.from(request)],
])("a success %s is not believed", async (_, forge) => {
  const forger = createSocket("udp4");
  forger.on("message", (request, from) => {
    const isUpdate = (request.readUInt16BE(2) & 0x7800) === 0x2800;
    const answer = isUpdate ? forge(request) : Buffer.from(request);
    answer.writeUInt16BE(answer.readUInt16BE(2) | 0x8000, 2);
    forger.send(answer, from.port, from.address);
  });
  await new Promise<void>((resolve) => forger.bind(0, "127.0.0.1", () => resolve()));
  const tsigKey: TsigKey = { name: "muster-key", algorithm: "hmac-sha256", secret: Buffer.from("secret") };
  const server = `127.0.0.1:${forger.address().port}`;
  const refused = publish(ZONE, host, [], { server, tsigKey, now, timeout: 500 });
  await expect(refused).rejects.toMatchObject({ name: "DNS_BAD_SIGNATURE" });
  await expect(refused).rejects.toThrow("is not signed with the key muster-key");
  forger.close();
});

describe("a host that keeps itself published at BIND", () => {
  let bind: Bind;
  let tsigKey: TsigKey;
  beforeAll(async () => {
    bind = await startBind({ zone: ZONE });
    tsigKey = await readTsigKeyFile(bind.keyFile);
  });
  afterAll(() => bind.stop());

  const memory = new Map<string, readonly SrvRecord[]>();
  const published = {
    read: (domain: string) => memory.get(domain) ?? [],
    write: (domain: string, records: readonly SrvRecord[]) => void memory.set(domain, records),
  };

  /** Publishes with timers that the test runs by hand. */
  function start(record: SrvRecord, key = tsigKey) {
    const outcomes: PublishOutcome[] = [];
    const waits: { hours: number; run: () => void }[] = [];
    const publishing = startPublishing({
      domains: [ZONE, "other.test"],
      record,
      server: bind.server,
      tsigKey: key,
      published,
      now,
      later(milliseconds, run) {
        waits.push({ hours: milliseconds / 3_600_000, run });
        return () => {};
      },
      onOutcome: (outcome) => outcomes.push(outcome),
    });
    const next = async (count: number): Promise<PublishOutcome[]> => {
      while (outcomes.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
      return outcomes.splice(0).sort((one, other) => one.domain.localeCompare(other.domain));
    };
    return { publishing, next, waits };
  }

  test("reports each domain, and restores every 24 hours what was deleted", async () => {
    const { publishing, next, waits } = start(host);
    expect(await next(2)).toMatchObject([
      { domain: ZONE, code: "0x00000000", problem: undefined, server: bind.server },
      { domain: "other.test", code: "0x80072331", problem: { name: "DNS_NOT_AUTHORITATIVE" } },
    ]);
    expect(waits.map(({ hours }) => hours).sort()).toEqual([1 / 60, 24]);
    await unpublish(ZONE, [host], { server: bind.server, tsigKey, now });
    waits.find(({ hours }) => hours === 24)?.run();
    expect(await next(1)).toMatchObject([{ domain: ZONE, code: "0x00000000" }]);
    expect(await bind.dig(SERVICE, "SRV")).toEqual(["0 0 1688 kms01.muster.test."]);
    await publishing.stop();
  });

  test("takes its old record back when it starts at another port, even after a start that failed", async () => {
    const wrong = start({ ...host, port: 1700 }, await readTsigKeyFile(bind.wrongKeyFile));
    expect(await wrong.next(2)).toMatchObject([{ code: "0x80072338" }, {}]);
    await wrong.publishing.stop();
    const right = start({ ...host, port: 1701 });
    expect(await right.next(2)).toMatchObject([{ code: "0x00000000" }, {}]);
    await right.publishing.stop();
    expect(await bind.dig(SERVICE, "SRV")).toEqual(["0 0 1701 kms01.muster.test."]);
    expect(memory.get(ZONE)).toEqual([{ ...host, port: 1701 }]);
  });

  test("leaves nothing behind when it withdraws", async () => {
    await publish(ZONE, second, [], { server: bind.server, tsigKey, now });
    await withdraw(ZONE, published, { server: bind.server, tsigKey, now });
    expect(await bind.dig(SERVICE, "SRV")).toEqual(["0 0 1688 kms02.muster.test."]);
    expect(memory.get(ZONE)).toEqual([]);
  });
});
