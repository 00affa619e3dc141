import type { Break } from "../breaks.ts";
import { hostOf } from "../fleet/build.ts";
import type { HandOver, Part } from "../fleet/hand-over.ts";
import { newcomers, renew, republish, windowsOf } from "../fleet/harm.ts";
import { DAY, type World, type WorldClient, type WorldHost } from "../fleet/world.ts";

const PARTS: ReadonlySet<Part> = new Set(["client-dlv", "client-ato", "client-log", "host-dlv", "host-log"]);

/** Clients of which many share one identity, all new. */
function clone(world: World, distinct: number): readonly WorldClient[] {
  const identities = Array.from({ length: distinct }, () => world.random.uuid());
  for (const [at, client] of world.clients.entries()) {
    renew(world, client, 12);
    client.kind = "desktop";
    client.pin = undefined;
    client.cmid = identities[at % distinct] ?? "";
  }
  return world.clients;
}

function few(world: World, count: number): void {
  world.clients.length = Math.min(count, world.clients.length);
  for (const client of world.clients) {
    renew(world, client, 10);
    client.pin = undefined;
  }
}

function one(world: World, more: Partial<HandOver> = {}): HandOver {
  const waiting = world.clients.filter((client) => windowsOf(client).status !== 1);
  return { parts: PARTS, clients: waiting.slice(0, 1), hosts: world.hosts, days: 31, ...more };
}

/** Faults of the count. */
export const COUNT_BREAKS: readonly Break[] = [
  {
    name: "there are too few machines",
    first: ["H08"],
    verdict: "failing",
    wishes: { hosts: 1, kind: "mixed" },
    harm(world) {
      few(world, world.random.between(6, 20));
      for (const client of world.clients) client.kind = "desktop";
      return () => one(world);
    },
  },
  {
    name: "two hosts share the machines",
    first: ["H09"],
    verdict: "failing",
    wishes: { hosts: 2, kind: "mixed", zones: true },
    harm(world) {
      few(world, world.random.between(30, 44));
      return () => one(world, { parts: new Set([...PARTS, "srv"]) });
    },
  },
  {
    name: "machines are clones of an image that was not generalized",
    first: ["H10"],
    verdict: "failing",
    wishes: { hosts: 1, kind: "mixed", clients: 60 },
    harm(world) {
      clone(world, world.random.between(1, 6));
      return () => one(world, { parts: new Set([...PARTS, "setupact"]), isGeneralized: false });
    },
  },
  {
    name: "machines are clones of an image that kept its identity although it was generalized",
    first: ["H11"],
    verdict: "failing",
    wishes: { hosts: 1, kind: "mixed", clients: 60 },
    harm(world) {
      clone(world, world.random.between(1, 6));
      return () =>
        one(world, {
          parts: new Set([...PARTS, "setupact"]),
          isGeneralized: true,
          more: {
            "skip.reg":
              'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform]\r\n"SkipRearm"=dword:00000001\r\n',
          },
        });
    },
  },
  {
    name: "machines are clones, and nobody kept the log of the image",
    first: ["H10", "H11"],
    verdict: "failing",
    wishes: { hosts: 1, kind: "mixed", clients: 60 },
    harm(world) {
      clone(world, world.random.between(1, 6));
      return () => one(world, { parts: new Set(["host-log", "host-dlv"]), clients: [] });
    },
  },
  {
    name: "machines are clones and have no rearm left",
    first: ["C14", "H10", "H11"],
    verdict: "failing",
    wishes: { hosts: 1, kind: "mixed", clients: 60 },
    harm(world) {
      clone(world, 3);
      return () => {
        const over = one(world, {
          parts: new Set([...PARTS, "setupact"]),
          isGeneralized: false,
          language: "en",
        });
        return {
          ...over,
          shown: new Map(over.clients.map((client) => [client, { rearms: 0 }])),
          more: {
            "rearm.txt":
              "C:\\>cscript //nologo slmgr.vbs /rearm\nError: 0xC004D307 The maximum allowed number of re-arms has been exceeded. You must re-install the OS before trying to re-arm again\n",
          },
        };
      };
    },
  },
  {
    name: "the host was set up anew and has not met its clients yet",
    // As long as hardly anybody has come who is licensed already, it looks as if there were too few.
    first: ["H18", "H08"],
    verdict: "failing",
    wishes: { hosts: 1, kind: "mixed", clients: 60 },
    harm(world) {
      const [old] = world.hosts as [WorldHost];
      const since = world.now - 2 * DAY;
      const young = hostOf(world.random, {
        at: 1,
        domain: world.domain,
        generation: old.generation,
        now: world.now,
        since,
      });
      Object.assign(young, { name: old.name, total: 0, generation: old.generation });
      for (const client of world.clients) {
        client.pin = undefined;
        for (const licence of client.licences) {
          if (licence.status === 1) licence.lastSuccess = since - world.random.between(1, 168) * 60 * 60_000;
          licence.cached = undefined;
        }
      }
      world.clients.length = 34;
      newcomers(
        world,
        3,
        1.5,
        ({ kind, licences }) => kind !== "server" && licences[0]?.edition.required === 25,
      );
      world.hosts = [young];
      republish(world);
      for (const office of old.offices) young.offices.add(office);
      const { reach } = world.rules;
      world.rules = {
        ...world.rules,
        reach: (client, host, time) => (time < since ? 0x800706ba : reach(client, host, time)),
      };
      return () => one(world);
    },
  },
];
