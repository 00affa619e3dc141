import { expect, test } from "bun:test";
import { routePrint } from "../../../test/doctor/cloud-texts.ts";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { eventXml, exchange, NOON } from "../../../test/doctor/texts.ts";
import { awsRoutes } from "./w01-aws-routes.ts";

const tries = eventXml(
  exchange({ computer: "ec2amaz-1a2b3c4", time: NOON, code: 0x800706ba, host: "169.254.169.250:1688" }),
);
const OWN = [
  ["0.0.0.0", "0.0.0.0", "10.2.0.1", "10.2.0.44"],
  ["10.2.0.0", "255.255.255.0", "On-link", "10.2.0.44"],
] as const;
function kmsBy(gateway: string) {
  return ["250", "251", "254"].map(
    (last) => [`169.254.169.${last}`, "255.255.255.255", gateway, "10.2.0.44"] as const,
  );
}

test("routes by a gateway of another subnet are confirmed, and come before a missing agent", async () => {
  const stale = kmsBy("10.1.0.1").map(([to, mask, gateway]) => [to, mask, gateway] as const);
  const { findings } = await assessed({
    "vm.xml": tries,
    "route.txt": routePrint([...OWN, ...kmsBy("10.1.0.1")], stale),
  });
  expect(findings[0]).toMatchObject({
    cause: { id: "W01" },
    sighting: {
      verdict: "confirmed",
      facts: { gateway: "10.1.0.1", subnets: ["10.2.0.0/24"], isPersistent: true },
    },
  });
  expect(findings.map(({ cause: { id } }) => id)).not.toContain("D12");
});

test("routes by the own gateway rule it out", async () => {
  const files = { "vm.xml": tries, "route.txt": routePrint([...OWN, ...kmsBy("10.2.0.1")]) };
  expect(await judged(awsRoutes, files)).toMatchObject({ kind: "ruledOut" });
});

test("a stale route beside a right one does no harm", async () => {
  const files = {
    "vm.xml": tries,
    "route.txt": routePrint(
      [...OWN, ...kmsBy("10.2.0.1")],
      [["169.254.169.250", "255.255.255.255", "10.1.0.1"]],
    ),
  };
  expect(await judged(awsRoutes, files)).not.toMatchObject({ kind: "seen" });
});

test("a licensed instance with such routes is warned before its next renewal", async () => {
  const served = exchange({
    computer: "ec2amaz-1a2b3c4",
    time: NOON,
    host: "169.254.169.250:1688",
    answer: { activated: true, count: 50 },
  });
  const files = { "vm.xml": eventXml(served), "route.txt": routePrint([...OWN, ...kmsBy("10.1.0.1")]) };
  expect(await judged(awsRoutes, files)).toMatchObject({
    sighting: { verdict: "likely", severity: "warning" },
  });
});

test("without the route table it is not told", async () => {
  expect(await judged(awsRoutes, { "vm.xml": tries })).toEqual({ kind: "notEvaluated", wants: ["routes"] });
});
