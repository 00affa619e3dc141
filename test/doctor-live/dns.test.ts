import { afterEach, describe, expect, test } from "bun:test";
import { assess } from "../../src/doctor/assess.ts";
import { gatherSources } from "../../src/doctor/evidence/gather.ts";
import { askDns, type Resolver } from "../../src/doctor/live/ask-dns.ts";
import { type LiveOptions, lookLive } from "../../src/doctor/live/live.ts";
import { type Bind, type BindOptions, startBind } from "../bind.ts";

const ZONE = "corp.example";
const SRV = `_vlmcs._tcp.${ZONE}`;
/** A second zone that is to come from a primary that is not there. */
const BROKEN = `zone "broken.example" { type secondary; primaries { 127.0.0.1 port 1; }; file "broken.db"; };\n`;
/** Milliseconds; nothing waits so long for an answer that comes. */
const TIMEOUT = 30_000;
const servers: Bind[] = [];

afterEach(async () => {
  for (const bind of servers.splice(0)) await bind.stop();
});

async function start(options: Partial<BindOptions> = {}): Promise<Resolver> {
  const bind = await startBind({ zone: ZONE, records: ["kms01 A 127.0.0.2"], ...options });
  servers.push(bind);
  return { address: "127.0.0.1", port: bind.port };
}

describe("Asked by the doctor, BIND", () => {
  test("is understood whatever it answers", async () => {
    const bind = await start({
      records: ["_vlmcs._tcp SRV 5 7 1688 kms01", "kms01 A 127.0.0.2"],
      statements: BROKEN,
    });
    const { result, answers, additionals } = await askDns(bind, SRV, "SRV", TIMEOUT);
    expect(result).toBe("found");
    expect(answers.map((record) => record.type === "SRV" && record.data)).toEqual([
      { priority: 5, weight: 7, port: 1688, target: `kms01.${ZONE}` },
    ]);
    expect(additionals.map((record) => record.type === "A" && record.data)).toContain("127.0.0.2");
    const ask = async (name: string, type: "SRV" | "A" | "AAAA") =>
      (await askDns(bind, name, type, TIMEOUT)).result;
    expect(await ask(`_muster._tcp.${ZONE}`, "SRV")).toBe("nxdomain");
    expect(await ask(`kms01.${ZONE}`, "AAAA")).toBe("nodata");
    expect(await ask(`kms01.${ZONE}`, "A")).toBe("found");
    expect(await ask("_vlmcs._tcp.broken.example", "SRV")).toBe("servfail");
    expect(await ask("_vlmcs._tcp.other.example", "SRV")).toBe("refused");
  });

  test("is asked again over TCP when its answer does not fit into a packet", async () => {
    const hosts = Array.from({ length: 60 }, (_, at) => `_vlmcs._tcp SRV 0 0 1688 a-host-of-number-${at}`);
    const bind = await start({ records: hosts });
    const { result, answers } = await askDns(bind, SRV, "SRV", TIMEOUT);
    expect([result, answers.length]).toEqual(["found", 60]);
  });

  test("is given up when it is not there", async () => {
    const bind = await start();
    for (const each of servers.splice(0)) await each.stop();
    expect((await askDns(bind, SRV, "SRV", 300)).result).toBe("timeout");
  });
});

async function look(options: Partial<LiveOptions>) {
  const all: LiveOptions = {
    system: "kms",
    resolvers: [],
    suffixes: [ZONE],
    names: [`pc-1.${ZONE}`],
    timeout: TIMEOUT,
    now: Date.now,
    ...options,
  };
  return gatherSources([], { look: (collector) => lookLive(all, collector) });
}

describe("A look at the network", () => {
  test("tells what each name server answers, and from which", async () => {
    const record = ["_vlmcs._tcp SRV 0 0 9 kms01", "kms01 A 127.0.0.1"];
    const [here, there] = [await start({ records: record, address: "127.0.0.1" }), await start()];
    const evidence = await look({ resolvers: [here, there] });
    const srv = evidence.dns.filter(({ type }) => type === "SRV");
    expect(srv.map(({ result }) => result)).toEqual(["found", "nxdomain"]);
    expect(srv[0]?.targets.map(({ host, port }) => `${host}:${port}`)).toEqual([`kms01.${ZONE}:9`]);
    expect(evidence.probes.map(({ host, address, result }) => [host, address, result])).toEqual([
      [`kms01.${ZONE}`, "127.0.0.1", "refused"],
      [`kms01.${ZONE}`, "127.0.0.2", "refused"],
    ]);
  });

  test("of a zone without the record ends in the cause of it", async () => {
    const evidence = await look({ resolvers: [await start()] });
    const [first] = assess(evidence).findings;
    expect(first?.cause.id).toBe("D01");
    expect(first?.sighting.evidence[0]).toMatchObject({
      file: "live checks",
      quote: `SRV ${SRV} @127.0.0.1: nxdomain`,
    });
  });

  test("quotes numbered lines, one for each question and each try", async () => {
    const bind = await start({ records: ["_vlmcs._tcp SRV 0 0 9 kms01", "kms01 A 127.0.0.1"] });
    const evidence = await look({ resolvers: [bind] });
    const places = [...evidence.dns, ...evidence.probes].map(({ at }) => at);
    expect(places.map(({ line, quote }) => [line, quote.replace(/after .*/, "after")])).toEqual([
      [1, `SRV ${SRV} @127.0.0.1: kms01.${ZONE}:9`],
      [2, `A kms01.${ZONE} @127.0.0.1: 127.0.0.1`],
      [4, `TCP kms01.${ZONE}:9 (127.0.0.1): refused after`],
    ]);
  });
});
