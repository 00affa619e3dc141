import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { getPriority } from "node:os";
import { type Deployment, deploy } from "../src/fleet/deployment.ts";
import { freePort } from "../src/fleet/free-port.ts";
import { openHostStore } from "../src/host/folder-store.ts";
import { eventFields } from "../src/protocol/events.ts";
import { type Bind, startBind } from "./bind.ts";
import { makeFolder } from "./folders.ts";
import { muster, startHostProcess, stopHostProcess, until } from "./muster.ts";
import { makeRequest } from "./requests.ts";
import { post } from "./system.ts";

const ZONE = "corp.example";
const SERVICE = `_muster._tcp.${ZONE}`;
/** Each test runs several processes, on a machine that others may keep busy. */
const LIMIT = 120_000;
let deployment: Deployment;
let data: string[];
const binds: Bind[] = [];

beforeEach(async () => {
  deployment = await deploy(makeFolder(), { hostName: `kms01.${ZONE}`, now: Date.now() });
  data = ["--data", deployment.hostFolder];
});
afterEach(async () => {
  for (const bind of binds.splice(0)) await bind.stop();
});

const desktop = () => {
  const [product] = deployment.products;
  if (product === undefined) throw new Error("a deployment has products");
  return product;
};
const at = (url: string, port: number) => url.replace(/\d+$/, String(port));
const ask = async (url: string) => (await post(url, makeRequest(desktop(), { now: Date.now() }))).body;

/** Not every account may, and in some containers root may not either. */
const mayRaisePriority = () =>
  Bun.spawnSync(["sh", "-c", "renice -n 19 $$ && renice -n 0 $$"]).exitCode === 0;

/** The changes of settings that the host's log tells of. */
async function changes(): Promise<Record<string, string>[]> {
  const store = await openHostStore(deployment.hostFolder);
  const events = await store.events({ id: 12402 });
  await store.close();
  return events.map(({ info }) => eventFields(12402, info));
}

async function startZone(): Promise<{ bind: Bind; dns: string[]; seen: () => Promise<string[]> }> {
  const bind = await startBind({ zone: ZONE, records: ["kms01 A 127.0.0.1"] });
  binds.push(bind);
  const dns = ["--dns-domain", ZONE, "--dns-server", bind.server, "--tsig-key", bind.keyFile];
  return { bind, dns, seen: () => bind.dig(SERVICE, "SRV") };
}

describe("a running host", () => {
  test(
    "tells new intervals with its next answers, and its products' own again after default",
    async () => {
      const { url } = await startHostProcess(deployment.hostFolder, "--port", "0", "--no-dns");
      expect(await ask(url)).toMatchObject({ activationInterval: 120, renewalInterval: 10_080 });
      await Promise.all([muster("sai", "15", ...data), muster("sri", "43200", ...data)]);
      await until("the host tells both", async () => {
        const { activationInterval, renewalInterval } = await ask(url);
        return activationInterval === 15 && renewalInterval === 43_200;
      });
      await muster("sai", "default", ...data);
      await until("it tells 120 again", async () => (await ask(url)).activationInterval === 120);
    },
    LIMIT,
  );

  test(
    "moves to another port at once, answers what it accepted, and is found there in DNS",
    async () => {
      const { dns, seen } = await startZone();
      const { url } = await startHostProcess(
        deployment.hostFolder,
        "--port",
        "0",
        "--rate-limit",
        "0",
        ...dns,
      );
      const old = Number(new URL(url).port);
      await until("it is in DNS", async () => (await seen()).length === 1);
      expect(await seen()).toEqual([`0 0 ${old} kms01.${ZONE}.`]);

      const port = freePort();
      const answered: string[] = [];
      const unanswered: string[] = [];
      let current = url;
      let isOver = false;
      const clients = Array.from({ length: 8 }, async () => {
        while (!isOver) {
          const request = makeRequest(desktop(), { now: Date.now() });
          const answer = await post(current, request).catch(() => undefined);
          (answer === undefined ? unanswered : answered).push(request.cmid);
          if (answer === undefined || answer.body.port === port) current = at(url, port);
        }
      });
      const { out, exit } = await muster("sprt", String(port), ...data, "--json");
      expect({ exit, ...JSON.parse(out) }).toMatchObject({
        exit: 0,
        name: "port",
        from: "1688",
        to: String(port),
        listening: port,
      });
      // They go there once the old port is closed to one of them.
      await until("clients are answered at the new port", async () => {
        const answer = await ask(current).catch(() => undefined);
        return answer?.port === port;
      });
      isOver = true;
      await Promise.all(clients);
      await expect(ask(url)).rejects.toThrow();

      // Who came too late was not let in: what was let in was counted and answered.
      const store = await openHostStore(deployment.hostFolder);
      const counted = new Set((await store.machines(1_000_000)).map(({ cmid }) => cmid));
      await store.close();
      expect(answered.filter((cmid) => !counted.has(cmid))).toEqual([]);
      expect(unanswered.filter((cmid) => counted.has(cmid))).toEqual([]);
      expect(answered.length).toBeGreaterThan(0);
      await until("DNS has the new port", async () => (await seen()).join() === `0 0 ${port} kms01.${ZONE}.`);
    },
    LIMIT,
  );

  test(
    "keeps its port when it cannot have the other one, says so, and starts there again",
    async () => {
      const host = await startHostProcess(deployment.hostFolder, "--port", "0", "--no-dns");
      const other = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("not a host") });
      const taken = String(other.port);
      const { exit, err } = await muster("sprt", taken, ...data);
      expect(exit).toBe(2);
      expect(err).toBe(
        `muster: The host could not have port ${taken} (PORT_IN_USE), stays on port ${new URL(host.url).port} and has its earlier setting 1688 again; choose another port. (0x80072740)\n`,
      );
      const kept = `The host keeps port ${new URL(host.url).port}.`;
      await until("its log says so", () => host.errors().includes(kept));
      expect(host.errors()).toContain(`Port ${taken} is taken on 127.0.0.1`);
      expect((await ask(host.url)).port).toBe(Number(new URL(host.url).port));
      expect((await changes()).map(({ from, to, by }) => [from, to, by?.startsWith("host ")])).toEqual([
        ["1688", taken, false],
        [taken, "1688", true],
      ]);
      await other.stop(true);
    },
    LIMIT,
  );

  test(
    "leaves DNS after cdns and is back after sdns",
    async () => {
      const { dns, seen } = await startZone();
      const { url } = await startHostProcess(deployment.hostFolder, "--port", "0", ...dns);
      const record = `0 0 ${new URL(url).port} kms01.${ZONE}.`;
      await until("it is in DNS", async () => (await seen()).join() === record);
      expect(JSON.parse((await muster("cdns", ...data, "--json")).out)).toMatchObject({
        from: "on",
        to: "off",
      });
      await until("it is out of DNS", async () => (await seen()).length === 0);
      await muster("sdns", ...data);
      await until("it is in DNS again", async () => (await seen()).join() === record);
    },
    LIMIT,
  );

  test(
    "has the priority that cpri and spri set",
    async () => {
      const host = await startHostProcess(deployment.hostFolder, "--port", "0", "--no-dns");
      const { pid } = host;
      const normal = getPriority(pid);
      await muster("cpri", ...data);
      await until("its priority is low", () => getPriority(pid) > normal);
      await muster("spri", ...data);
      if (mayRaisePriority()) await until("its priority is normal", () => getPriority(pid) === 0);
      else await until("it says when it will be", () => host.errors().includes("may not set the priority"));
    },
    LIMIT,
  );
});

test(
  "a host that does not run takes its port when it starts, and leaves DNS when it was told to",
  async () => {
    const { dns, seen } = await startZone();
    const first = await startHostProcess(deployment.hostFolder, "--port", "0", ...dns);
    await until("it is in DNS", async () => (await seen()).length === 1);
    await stopHostProcess(first);
    expect(await seen()).toHaveLength(1);
    const port = freePort();
    expect((await muster("sprt", String(port), ...data)).out).toContain("it takes this port when it starts.");
    await muster("cdns", ...data);
    const second = await startHostProcess(deployment.hostFolder, ...dns);
    expect(second.url).toBe(`http://127.0.0.1:${port}`);
    await until("it is out of DNS", async () => (await seen()).length === 0);
  },
  LIMIT,
);

test(
  "a host whose record cannot be taken out of DNS says so, and does it when it can",
  async () => {
    const { bind, dns, seen } = await startZone();
    const first = await startHostProcess(deployment.hostFolder, "--port", "0", ...dns);
    await until("it is in DNS", async () => (await seen()).length === 1);
    await stopHostProcess(first);
    await muster("cdns", ...data);
    const wrong = dns.map((word) => (word === bind.keyFile ? bind.wrongKeyFile : word));
    const second = await startHostProcess(deployment.hostFolder, "--port", "0", ...wrong);
    await until("it says why", () => second.errors().includes("Its record of this host is still there"));
    const store = await openHostStore(deployment.hostFolder);
    const told = async () => (await store.events({ id: 12293 })).map(({ info }) => info);
    await until("an event says it too", async () => (await told()).length > 0);
    expect(await told()).toEqual([`0x80072338, ${ZONE}`]);
    await store.close();
    await stopHostProcess(second);
    await startHostProcess(deployment.hostFolder, "--port", "0", ...dns);
    await until("it is out of DNS", async () => (await seen()).length === 0);
  },
  LIMIT,
);
