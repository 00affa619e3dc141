import type { Break } from "../breaks.ts";
import type { HandOver } from "../fleet/hand-over.ts";
import { newcomers, windowsOf } from "../fleet/harm.ts";
import { ACTIVATE, ruleData } from "../fleet/payloads.ts";
import type { Shown } from "../fleet/slmgr.ts";
import { DAY, HOUR, type World, type WorldClient } from "../fleet/world.ts";

/** A machine whose key asks no host: it logs failures of its own, and no request. */
function stranger(world: World, code: string, shown: Shown): () => HandOver {
  const [client] = newcomers(world, 1);
  if (client === undefined) throw new Error("a fleet has clients");
  windowsOf(client).from = Number.POSITIVE_INFINITY;
  for (let time = world.now - 3 * DAY; time < world.now; time += 7 * HOUR) {
    const data = [
      `hr=${code}`,
      ruleData(ACTIVATE, shown.product ?? windowsOf(client).edition.product, "NetworkAvailable"),
    ];
    client.events.push({ time, id: 8198, level: 2, data });
  }
  return () => ({
    parts: new Set(["client-dlv", "client-log", "srv", "host-dlv"]),
    clients: [client],
    hosts: world.hosts,
    shown: new Map([[client, shown]]),
  });
}

function waiting(world: World, error: string, shown: Shown = {}): () => HandOver {
  const [client] = newcomers(world, 1);
  if (client === undefined) throw new Error("a fleet has clients");
  windowsOf(client).from = Number.POSITIVE_INFINITY;
  return () => ({
    parts: new Set(["client-dlv"]),
    clients: [client],
    hosts: [],
    shown: new Map([[client, shown]]),
    language: "en",
    more: { "ato.txt": attempt(client, error) },
  });
}

function attempt(client: WorldClient, error: string): string {
  const { edition } = windowsOf(client);
  return `C:\\>cscript //nologo slmgr.vbs /ato\nActivating ${edition.name} (${edition.product}) ...\n${error}\n`;
}

const other = "6a9f1f3e-5d2c-4b7a-9c8d-1e2f3a4b5c6d";

/** Faults of the key and the service of a client. */
export const PRODUCT_BREAKS: readonly Break[] = [
  {
    name: "a machine has a multiple activation key that is not activated",
    first: ["C01"],
    verdict: "failing",
    harm: (world) =>
      stranger(world, "0x80072EE7", {
        channel: "VOLUME_MAK",
        keyChannel: "Volume:MAK",
        lastFive: "RT4HV",
        product: other,
        status: 5,
        reason: "0xC004F034",
      }),
  },
  {
    name: "a machine has a retail key",
    first: ["C02"],
    verdict: "failing",
    harm: (world) =>
      stranger(world, "0x8007007B", {
        channel: "RETAIL",
        keyChannel: "Retail",
        lastFive: "3V66T",
        product: other,
        status: 5,
        reason: "0xC004F034",
      }),
  },
  {
    name: "a machine has the key of its maker",
    first: ["C02"],
    verdict: "failing",
    harm: (world) =>
      stranger(world, "0x8007007B", {
        channel: "OEM_DM",
        keyChannel: "OEM:DM",
        lastFive: "9T2XC",
        product: other,
        status: 5,
        reason: "0xC004F034",
      }),
  },
  {
    name: "a server is an evaluation that has ended",
    first: ["C05"],
    verdict: "failing",
    harm: (world) =>
      stranger(world, "0xC004F009", {
        channel: "TIMEBASED_EVAL",
        keyChannel: "Retail:TB:Eval",
        name: "Windows(R), ServerStandardEval edition",
        lastFive: "37CYR",
        product: other,
        status: 5,
        reason: "0xC004F009",
        evaluationEnd: world.now - 20 * DAY,
      }),
  },
  {
    name: "a guest has a key that only activates on its own kind of host",
    first: ["C08"],
    verdict: "failing",
    harm: (world) =>
      stranger(world, "0xC004FD01", {
        channel: "VIRTUAL_MACHINE_ACTIVATION",
        keyChannel: "Volume:MAK",
        lastFive: "VK3QC",
        product: other,
        status: 5,
        reason: "0xC004FD01",
      }),
  },
  {
    name: "a machine may only be activated by the directory",
    first: ["C10", "C11"],
    verdict: "failing",
    harm: (world) =>
      waiting(
        world,
        "Error: 0xC004F056 The Software Licensing Service reported that the product could not be activated using the Key Management Service (KMS).",
        {
          activationType: 1,
        },
      ),
  },
  {
    name: "the licensing service of a machine is disabled",
    first: ["C16"],
    verdict: "failing",
    harm: (world) =>
      waiting(
        world,
        "Error: 0x80070422 The service cannot be started, either because it is disabled or because it has no enabled devices associated with it.",
      ),
  },
  {
    name: "the store of licences is damaged",
    first: ["C15", "C27"],
    verdict: "failing",
    harm: (world) =>
      waiting(
        world,
        "Error: 0xC004D302 The security processor reported that the trusted data store was rearmed.",
      ),
  },
  {
    name: "a machine has no key",
    first: ["C03"],
    verdict: "failing",
    harm: (world) =>
      waiting(
        world,
        "Error: 0xC004F014 The Software Licensing Service reported that the product key is not available.",
      ),
  },
  {
    name: "a machine has the key of another edition",
    first: ["C04"],
    verdict: "failing",
    harm: (world) =>
      waiting(
        world,
        "Error: 0xC004F069 On a computer running Microsoft Windows non-core edition, run 'slui.exe 0x2a 0xC004F069' to display the error text.",
      ),
  },
];
