import { expect, test } from "bun:test";
import { judged } from "../../../test/doctor/evidence.ts";
import { cmid, eventXml, exchange, NOON } from "../../../test/doctor/texts.ts";
import { natResets } from "./a10-azure-nat-resets.ts";

function fleet(machines: number, resets: number): string {
  return eventXml(
    Array.from({ length: machines }, (_, at) => ({
      computer: `vm${at}`,
      cmid: cmid(at),
      time: NOON,
      host: "azkms.core.windows.net:1688",
    })).flatMap((vm, at) =>
      exchange(at < resets ? { ...vm, code: 0x80072746 } : { ...vm, answer: { activated: true, count: 50 } }),
    ),
  );
}

test("resets of some among many are possibly a limit of one address", async () => {
  expect(await judged(natResets, { "vms.xml": fleet(24, 3) })).toMatchObject({
    sighting: { verdict: "possible", facts: { all: 24, served: 21 } },
  });
});

test.each([
  ["a few machines", 4, 1],
  ["nobody cut off", 24, 0],
  ["nobody served", 24, 24],
])("%s are no sign of it", async (_, machines, resets) => {
  expect(await judged(natResets, { "vms.xml": fleet(machines, resets) })).toMatchObject({
    kind: "notEvaluated",
  });
});
