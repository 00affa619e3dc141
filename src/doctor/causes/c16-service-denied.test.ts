import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { ato, clientDlv, eventXml, NOON, refused } from "../../../test/doctor/texts.ts";
import { notElevated, serviceDenied } from "./c16-service-denied.ts";

const denied = eventXml([
  {
    id: 8229,
    computer: "pc1.corp.example",
    time: NOON,
    data: ["0x80070005", "C:\\Windows\\System32\\SLUI.exe"],
    level: 3,
  },
]);
const started = eventXml([{ id: 902, computer: "pc1.corp.example", time: NOON, data: ["10.0.26100.1"] }]);
const stopped = clientDlv({ status: "Notification" });
const startType = (word: string) =>
  `C:\\>sc qc sppsvc\r\n[SC] QueryServiceConfig SUCCESS\r\n\r\nSERVICE_NAME: sppsvc\r\n        TYPE               : 10  WIN32_OWN_PROCESS \r\n        START_TYPE         : ${word}\r\n`;

test("access denied with 8229 is the service's, not the console's", async () => {
  const { findings } = await assessed({ "pc.txt": ato(0x80070005) + stopped, "pc.xml": denied });
  expect(findings[0]).toMatchObject({ cause: { id: "C16" }, sighting: { verdict: "confirmed" } });
  expect(findings.some(({ cause }) => cause.id === "C17")).toBe(false);
});

test("access denied without 8229 is the console's: certain with the log, likely without", async () => {
  const pc = refused("/ipk NPPR9-FWDCX-D2C8J-H872K-2YT43", 0x80070005) + clientDlv();
  expect(await judged(notElevated, { "pc.txt": pc, "pc.xml": started })).toMatchObject({
    sighting: { verdict: "confirmed", severity: "warning", facts: { option: "/ipk" } },
  });
  expect(await judged(notElevated, { "pc.txt": pc })).toMatchObject({
    sighting: { verdict: "likely", wants: ["client-events"] },
  });
  expect(await judged(serviceDenied, { "pc.txt": pc, "pc.xml": started })).toMatchObject({
    kind: "notEvaluated",
  });
});

test("a disabled service confirms it; one that starts on demand and is stopped means nothing", async () => {
  expect(await judged(serviceDenied, { "pc.txt": stopped + startType("4   DISABLED") })).toMatchObject({
    sighting: { verdict: "confirmed", facts: { isDisabled: true } },
  });
  expect(await judged(serviceDenied, { "pc.txt": stopped + startType("3   DEMAND_START") })).toMatchObject({
    kind: "notEvaluated",
  });
});

test("0x80070422 says that the service is disabled", async () => {
  expect(await judged(serviceDenied, { "pc.txt": ato(0x80070422) })).toMatchObject({
    sighting: { verdict: "confirmed", wants: ["service"] },
  });
});
