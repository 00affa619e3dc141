import { describe, expect, test } from "bun:test";
import {
  azureIpconfig,
  effectiveRoutes,
  firewallRule,
  routePrint,
} from "../../../test/doctor/cloud-texts.ts";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  ato,
  clientDlv,
  eventXml,
  exchange,
  HOUR,
  NOON,
  nslookup,
  PRODUCTS,
  portTest,
} from "../../../test/doctor/texts.ts";
import { forcedTunnelling } from "./a01-azure-forced-tunnelling.ts";

const HOST = "azkms.core.windows.net";
const vm = { computer: "vm1", product: PRODUCTS.server2022, required: 5, host: `${HOST}:1688` };
const tries = eventXml(
  [0, 2].flatMap((hours) => exchange({ ...vm, time: NOON + hours * HOUR, code: 0x800706ba })),
);
const GATEWAY = ["0.0.0.0/0", "VirtualNetworkGateway", "10.40.255.4"] as const;

test("requests that a default route sends to the VPN gateway are confirmed to leave Azure", async () => {
  const { findings, verdict } = await assessed({
    "vm.xml": tries,
    "routes.txt": effectiveRoutes([GATEWAY, ["0.0.0.0/0", "Internet", "", "Invalid"]]),
    "ip.txt": azureIpconfig(),
  });
  expect(verdict).toBe("failing");
  expect(findings[0]).toMatchObject({
    cause: { id: "A01" },
    sighting: { verdict: "confirmed", facts: { clients: ["vm1"], hop: "VirtualNetworkGateway" } },
  });
});

test("nothing else is blamed for it: the name is right, and no suffix and no firewall of ours is needed", async () => {
  const { findings } = await assessed({
    "vm.xml": tries,
    "vm.txt": clientDlv({ product: PRODUCTS.server2022, status: "Notification" }),
    "routes.txt": effectiveRoutes([GATEWAY]),
    "port.txt": portTest(HOST, false, "20.118.99.224"),
    "ip.txt": azureIpconfig(),
    "dns.txt": nslookup("corp.example", [{ host: "kms01.corp.example" }]),
  });
  const held = findings.filter(
    ({ sighting: { verdict } }) => verdict === "confirmed" || verdict === "likely",
  );
  expect(held.map(({ cause: { id } }) => id)).toEqual(["A01"]);
});

test("that a connection opens by way of the tunnel does not excuse it", async () => {
  const judgement = await judged(forcedTunnelling, {
    "vm.xml": tries,
    "routes.txt": effectiveRoutes([GATEWAY]),
    "port.txt": portTest(HOST, true, "20.118.99.224"),
  });
  expect(judgement).toMatchObject({ sighting: { verdict: "confirmed", facts: { opens: true } } });
});

describe("a route that is narrower decides", () => {
  test("with one of its own for every address of the KMS nothing is astray", async () => {
    const judgement = await judged(forcedTunnelling, {
      "vm.xml": tries,
      "routes.txt": effectiveRoutes([
        GATEWAY,
        ["20.118.99.224/32", "Internet"],
        ["40.83.235.53/32", "Internet"],
      ]),
    });
    expect(judgement).toMatchObject({ kind: "ruledOut" });
  });

  test("with one for an old address only, the list is the fault", async () => {
    const { findings } = await assessed({
      "vm.xml": tries,
      "routes.txt": effectiveRoutes([GATEWAY, ["23.102.135.246/32", "Internet"]]),
    });
    expect(findings[0]).toMatchObject({ cause: { id: "A02" }, sighting: { verdict: "confirmed" } });
    expect(findings.find(({ cause: { id } }) => id === "A01")).toMatchObject({
      sighting: { verdict: "possible" },
    });
  });
});

test("an appliance as the next hop may send on from an address of Azure's", async () => {
  const files = {
    "vm.xml": tries,
    "routes.txt": effectiveRoutes([["0.0.0.0/0", "VirtualAppliance", "10.0.1.4"]]),
  };
  expect(await judged(forcedTunnelling, files)).toMatchObject({ sighting: { verdict: "likely" } });
  const rule = firewallRule("network", { addresses: ["20.118.99.224", "40.83.235.53"] });
  expect(await judged(forcedTunnelling, { ...files, "rules.txt": rule })).toMatchObject({
    sighting: { verdict: "possible" },
  });
});

test("a VM that is served by that way has no fault", async () => {
  const log = eventXml([
    ...exchange({ ...vm, time: NOON, code: 0x800706ba }),
    ...exchange({ ...vm, time: NOON + 2 * HOUR, answer: { activated: true, count: 50 } }),
  ]);
  const { verdict, findings } = await assessed({ "vm.xml": log, "routes.txt": effectiveRoutes([GATEWAY]) });
  expect(findings).toEqual([]);
  expect(verdict).toBe("healthy");
});

test("a VM that asks the company's own host is none of Azure's KMS", async () => {
  const log = eventXml(exchange({ computer: "vm1", time: NOON, code: 0x800706ba }));
  expect(
    await judged(forcedTunnelling, { "vm.xml": log, "routes.txt": effectiveRoutes([GATEWAY]) }),
  ).toMatchObject({ kind: "notEvaluated" });
});

test("without events, a failed test of Azure's KMS from a VM of Azure tells whom it asks", async () => {
  const judgement = await judged(forcedTunnelling, {
    "vm.txt": `${ato(0xc004f074, PRODUCTS.server2022)}${clientDlv({ product: PRODUCTS.server2022, status: "Notification" })}`,
    "port.txt": portTest(HOST, false, "20.118.99.224"),
    "routes.txt": effectiveRoutes([GATEWAY]),
  });
  expect(judgement).toMatchObject({ sighting: { verdict: "confirmed", severity: "error" } });
});

test("the machine's own route table says nothing of where Azure sends its packets", async () => {
  const files = {
    "vm.xml": tries,
    "route.txt": routePrint([["0.0.0.0", "0.0.0.0", "10.40.7.1", "10.40.7.4"]]),
  };
  expect(await judged(forcedTunnelling, files)).toMatchObject({
    sighting: { verdict: "possible", facts: { hop: "" }, wants: ["effective-routes", "firewall-rules"] },
  });
});
