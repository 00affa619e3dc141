import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { clientDlv, eventXml, NOON } from "../../../test/doctor/texts.ts";
import { nonGenuine } from "./c19-non-genuine.ts";

const event = (id: number, data: readonly string[]) => ({
  id,
  computer: "pc1.corp.example",
  time: NOON,
  data,
  level: 2,
});
const TICKET = "{99d92734-d682-4d71-983e-d6ec3f16059f}";

test("the reason 0xC004F200 confirms it, with the remedy of Windows 7 where it is one", async () => {
  const dlv = clientDlv({
    status: "Notification",
    reason: "0xC004F200 (non-genuine)",
    build: "6.1.7601.17514",
  });
  const judgement = await judged(nonGenuine, { "pc.txt": dlv });
  expect(judgement).toMatchObject({ sighting: { verdict: "confirmed", facts: { isWindows7: true } } });
});

test("8209 on a machine that is not licensed makes it likely, and 0xC004C4A2 certain", async () => {
  const stopped = clientDlv({ status: "Notification" });
  const set = event(8209, ["0x00000000", "55c92734-d682-4d71-983e-d6ec3f16059f"]);
  expect(await judged(nonGenuine, { "pc.txt": stopped, "pc.xml": eventXml([set]) })).toMatchObject({
    sighting: { verdict: "likely" },
  });
  const failed = event(8208, ["hr=0xC004C4A2", TICKET]);
  expect(await judged(nonGenuine, { "pc.txt": stopped, "pc.xml": eventXml([failed, set]) })).toMatchObject({
    sighting: { verdict: "confirmed" },
  });
});

test("tickets that the internet did not give are noise", async () => {
  const log = [
    event(8200, ["hr=0x80072EE7"]),
    event(8208, ["hr=0x80072EE7", TICKET]),
    event(12321, ["HR=0xC004F011"]),
  ];
  const report = await assessed({ "pc.txt": clientDlv(), "pc.xml": eventXml(log) });
  expect(report.verdict).toBe("healthy");
  expect(report.findings).toMatchObject([
    { cause: { id: "C20" }, sighting: { verdict: "benign", facts: { tickets: 2, tokens: 1 } } },
  ]);
});
