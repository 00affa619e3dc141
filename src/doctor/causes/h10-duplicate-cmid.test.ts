import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  cmid,
  DAY,
  eventXml,
  HOUR,
  handled,
  hostDlv,
  NOON,
  registryExport,
  renewals,
} from "../../../test/doctor/texts.ts";
import { duplicateCmid, skipRearm } from "./h10-duplicate-cmid.ts";

const SPP = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform";
const clones = Array.from({ length: 30 }, (_, pc) =>
  [0, 2, 4].map((hours) =>
    handled({
      time: NOON - DAY + hours * HOUR,
      name: `room${pc}.corp.example`,
      cmid: cmid(1 + (pc % 2)),
      status: 5,
    }),
  ),
).flat();
const log = { "kms.xml": eventXml(clones), "host.txt": hostDlv({ count: 2 }) };

function setupact(...options: string[]): string {
  const line = (text: string) => `2026-03-01 09:12:44, Info       [0x0f005f] SYSPRP ${text}\r\n`;
  return [
    line("========================================================"),
    line("===          Beginning of a new sysprep run          ==="),
    line("========================================================"),
    ...options.map((option) => line(`ParseCommands:Found supported command line option '${option}'`)),
  ].join("");
}

describe("thirty machines under two CMIDs", () => {
  test("are likely an image that was not generalized, and ask for sysprep's log", async () => {
    expect(await judged(duplicateCmid, log)).toMatchObject({
      kind: "seen",
      sighting: { verdict: "likely", severity: "error", facts: { machines: 30, cmids: 2, largest: 15 } },
    });
    expect((await assessed(log)).findings[0]?.cause.id).toBe("H10");
  });

  test("are surely that when sysprep ran without GENERALIZE", async () => {
    const files = { ...log, "setupact.log": setupact("OOBE", "SHUTDOWN") };
    expect(await judged(duplicateCmid, files)).toMatchObject({ sighting: { verdict: "confirmed" } });
    expect((await judged(skipRearm, files)).kind).toBe("ruledOut");
  });

  test("are SkipRearm's doing when sysprep ran with GENERALIZE", async () => {
    const files = {
      ...log,
      "setupact.log": setupact("GENERALIZE", "OOBE", "SHUTDOWN"),
      "spp.reg": registryExport({ [SPP]: {} })
        .replace("\r\n\r\n", "\r\n\r\n")
        .concat('"SkipRearm"=dword:00000001\r\n'),
    };
    expect(await judged(skipRearm, files)).toMatchObject({
      kind: "seen",
      sighting: { verdict: "confirmed" },
    });
    expect((await judged(duplicateCmid, files)).kind).toBe("ruledOut");
  });
});

test("a machine that was renamed uses its CMID under one name after the other", async () => {
  const renamed = [30, 23, 16].map((day) =>
    handled({ time: NOON - day * DAY, name: "old-name", cmid: cmid(1) }),
  );
  const later = [9, 2].map((day) => handled({ time: NOON - day * DAY, name: "new-name", cmid: cmid(1) }));
  const rest = renewals({ machines: 30, from: NOON - 30 * DAY, until: NOON });
  expect((await judged(duplicateCmid, { "kms.xml": eventXml([...renamed, ...later, ...rest]) })).kind).toBe(
    "ruledOut",
  );
});

test("one machine under its full name and its bare one is one machine", async () => {
  const twice = [0, 1, 2, 3].map((week) =>
    handled({ time: NOON - week * 7 * DAY, name: week % 2 ? "pc1" : "pc1.corp.example", cmid: cmid(1) }),
  );
  expect((await judged(duplicateCmid, { "kms.xml": eventXml(twice) })).kind).toBe("ruledOut");
});
