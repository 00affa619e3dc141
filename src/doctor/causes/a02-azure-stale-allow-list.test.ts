import { expect, test } from "bun:test";
import { effectiveRoutes, firewallRule } from "../../../test/doctor/cloud-texts.ts";
import { judged } from "../../../test/doctor/evidence.ts";
import { eventXml, exchange, NOON } from "../../../test/doctor/texts.ts";
import { staleAllowList } from "./a02-azure-stale-allow-list.ts";

const vm = { computer: "vm1", host: "azkms.core.windows.net:1688", time: NOON };
const failing = eventXml(exchange({ ...vm, code: 0x800706ba }));
const GATEWAY = ["0.0.0.0/0", "VirtualNetworkGateway", "10.40.255.4"] as const;

test("routes for the old address only are confirmed as the cause", async () => {
  const judgement = await judged(staleAllowList, {
    "vm.xml": failing,
    "routes.txt": effectiveRoutes([GATEWAY, ["23.102.135.246/32", "Internet"]]),
  });
  expect(judgement).toMatchObject({
    sighting: {
      verdict: "confirmed",
      facts: { listed: ["23.102.135.246"], lacking: ["20.118.99.224", "40.83.235.53"], by: "route" },
    },
  });
});

test("a firewall's rule for the old address is as stale", async () => {
  const judgement = await judged(staleAllowList, {
    "vm.xml": failing,
    "rules.txt": firewallRule("network", { addresses: ["23.102.135.246"] }),
  });
  expect(judgement).toMatchObject({ sighting: { verdict: "confirmed", facts: { by: "rule" } } });
});

test("a VM that is still licensed gets a warning, since it will be sent to the other address", async () => {
  const judgement = await judged(staleAllowList, {
    "vm.xml": eventXml(exchange({ ...vm, answer: { activated: true, count: 50 } })),
    "routes.txt": effectiveRoutes([GATEWAY, ["20.118.99.224/32", "Internet"]]),
  });
  expect(judgement).toMatchObject({
    sighting: { verdict: "likely", severity: "warning", affects: [], facts: { lacking: ["40.83.235.53"] } },
  });
});

test.each([
  [
    "both addresses have a route",
    effectiveRoutes([GATEWAY, ["20.118.99.224/32", "Internet"], ["40.83.235.53/32", "Internet"]]),
  ],
  [
    "all else goes to the Internet as well",
    effectiveRoutes([
      ["0.0.0.0/0", "Internet"],
      ["23.102.135.246/32", "Internet"],
    ]),
  ],
  ["nothing is let through by name", effectiveRoutes([GATEWAY])],
  [
    "the rule holds them in a prefix",
    firewallRule("network", { addresses: ["20.118.0.0/16", "40.83.235.0/24"] }),
  ],
  ["the rule is for every destination", firewallRule("network", { addresses: ["*"] })],
  ["the rule is for another port", firewallRule("network", { ports: ["443"], addresses: ["10.0.0.4"] })],
])("no list is stale where %s", async (_, text) => {
  expect(await judged(staleAllowList, { "vm.xml": failing, "cloud.txt": text })).not.toMatchObject({
    kind: "seen",
  });
});
