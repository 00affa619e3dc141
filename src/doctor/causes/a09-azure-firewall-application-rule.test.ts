import { expect, test } from "bun:test";
import { effectiveRoutes, firewallRule } from "../../../test/doctor/cloud-texts.ts";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { eventXml, exchange, HOUR, NOON, portTest } from "../../../test/doctor/texts.ts";
import { azureApplicationRule } from "./a09-azure-firewall-application-rule.ts";

const HOST = "azkms.core.windows.net";
const tries = eventXml(
  [0, 2].flatMap((hours) =>
    exchange({ computer: "vm1", time: NOON + hours * HOUR, code: 0x800706ba, host: `${HOST}:1688` }),
  ),
);
const appliance = effectiveRoutes([["0.0.0.0/0", "VirtualAppliance", "10.0.1.4"]]);
const open = portTest(HOST, true, "20.118.99.224");

test("an open port, silent requests and an application rule for 1688 are it, and come before a device in general", async () => {
  const { findings } = await assessed({
    "vm.xml": tries,
    "routes.txt": appliance,
    "port.txt": open,
    "rules.txt": firewallRule("application", {}),
  });
  expect(findings[0]).toMatchObject({
    cause: { id: "A09" },
    sighting: { verdict: "confirmed", facts: { rules: ["allow-activation"], opens: true } },
  });
  const others = findings.slice(1).filter(({ sighting: { verdict } }) => verdict !== "possible");
  expect(others).toEqual([]);
});

test("it holds for a host of one's own behind the firewall too", async () => {
  const log = eventXml(
    [0, 2].flatMap((hours) => exchange({ computer: "pc1", time: NOON + hours * HOUR, code: 0x800706ba })),
  );
  const files = {
    "pc.xml": log,
    "port.txt": portTest("kms01.corp.example", true),
    "rules.txt": firewallRule("application", { names: ["kms01.corp.example"] }),
  };
  expect(await judged(azureApplicationRule, files)).toMatchObject({ sighting: { verdict: "confirmed" } });
});

test("a network rule for the same addresses is looked at first and serves", async () => {
  const rules = `${firewallRule("application", {})}\n${firewallRule("network", { addresses: ["20.118.99.224", "40.83.235.53"] })}`;
  expect(
    await judged(azureApplicationRule, { "vm.xml": tries, "port.txt": open, "rules.txt": rules }),
  ).toMatchObject({ kind: "ruledOut" });
});

test("a port that does not open speaks against it", async () => {
  const files = {
    "vm.xml": tries,
    "port.txt": portTest(HOST, false, "20.118.99.224"),
    "rules.txt": firewallRule("application", {}),
  };
  expect(await judged(azureApplicationRule, files)).toMatchObject({ sighting: { verdict: "possible" } });
});

test("clients that are answered have no fault, whatever the rules are", async () => {
  const log = eventXml(
    exchange({ computer: "vm1", time: NOON, host: `${HOST}:1688`, answer: { activated: true, count: 50 } }),
  );
  const files = { "vm.xml": log, "rules.txt": firewallRule("application", {}) };
  expect(await judged(azureApplicationRule, files)).toMatchObject({ kind: "notEvaluated" });
});
