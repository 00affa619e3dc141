import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { eventXml, exchange, HOUR, NOON, portTest } from "../../../test/doctor/texts.ts";
import { providerKms } from "./r01-provider-kms.ts";

const HOST = "winactivate.ord1.servers.rackspacecloud.com";
function tries(code: number): string {
  return eventXml(
    [0, 2].flatMap((hours) =>
      exchange({ computer: "web1", time: NOON + hours * HOUR, code, host: `${HOST}:1688` }),
    ),
  );
}

test("a provider's host that gives no answer is likely that of another data centre", async () => {
  const { findings } = await assessed({ "vm.xml": tries(0x800706ba) });
  expect(findings[0]).toMatchObject({
    cause: { id: "R01" },
    sighting: { verdict: "likely", facts: { asked: HOST } },
  });
});

test("a refusal for the clock is the other frequent cause", async () => {
  expect(await judged(providerKms, { "vm.xml": tries(0xc004f06c) })).toMatchObject({ kind: "ruledOut" });
});

test("a host that can be reached is the right one", async () => {
  const files = { "vm.xml": tries(0x800706ba), "port.txt": portTest(HOST, true, "192.0.2.9") };
  expect(await judged(providerKms, files)).toMatchObject({ kind: "ruledOut" });
});

test("a host of one's own is none of a provider's", async () => {
  const log = eventXml(exchange({ computer: "pc1", time: NOON, code: 0x800706ba }));
  expect(await judged(providerKms, { "pc.xml": log })).toMatchObject({ kind: "notEvaluated" });
});
