import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  clientDlv,
  cmid,
  DAY,
  eventXml,
  exchange,
  HOUR,
  handled,
  NOON,
  nslookup,
  portTest,
  ruleFailed,
  type WrittenEvent,
} from "../../../test/doctor/texts.ts";
import { serviceStuck } from "./n13-service-stuck.ts";

const computer = "pc1.corp.example";
const failures = [0, 2, 4, 6].map((hours) =>
  ruleFailed({ computer, time: NOON + hours * HOUR, code: 0x8007139f }),
);
/** What the service says of itself all day: the log is whole. */
const daily: WrittenEvent[] = [0, 6].map((hours) => ({
  id: 16384,
  computer,
  time: NOON + hours * HOUR,
  data: ["2026-04-10T00:00:00Z", "RulesEngine"],
}));
const base = {
  "pc1.xml": eventXml([...failures, ...daily]),
  "pc1.txt": `C:\\>hostname\r\npc1\r\n\r\n${clientDlv({ status: "Notification", time: NOON + 7 * HOUR })}`,
  "dns.txt": nslookup("corp.example", [{ host: "kms01.corp.example" }]),
  "port.txt": portTest("kms01.corp.example", true),
  "kms.xml": eventXml(
    [-7, 0, 1].map((days) => handled({ time: NOON + days * DAY, name: "pc2.corp.example", cmid: cmid(2) })),
  ),
};

describe("everything is proven good, and the client sends nothing", () => {
  test("so its service is stuck", async () => {
    expect(await judged(serviceStuck, base)).toMatchObject({
      kind: "seen",
      sighting: { verdict: "likely", severity: "error", facts: { failures: 4, code: "0x8007139F" } },
    });
    expect((await assessed(base)).findings[0]?.cause.id).toBe("N13");
  });

  test("for certain, when it neither stops nor starts", async () => {
    const service = "SERVICE_NAME: sppsvc\r\n        STATE              : 3  STOP_PENDING\r\n";
    const files = { ...base, "pc1.txt": `${base["pc1.txt"]}\r\nC:\\>sc query sppsvc\r\n\r\n${service}` };
    expect(await judged(serviceStuck, files)).toMatchObject({ sighting: { verdict: "confirmed" } });
  });
});

test.each([
  ["without a test of the port", { "port.txt": "" }],
  ["with a port that is closed", { "port.txt": portTest("kms01.corp.example", false) }],
  ["without the record", { "dns.txt": nslookup("corp.example", []) }],
  ["without anybody who is served", { "kms.xml": "" }],
  [
    "with requests that do leave",
    {
      "pc1.xml": eventXml([
        ...failures,
        ...daily,
        ...[0, 2, 4, 6].flatMap((hours) =>
          exchange({ computer, time: NOON + hours * HOUR, code: 0x800706ba }),
        ),
      ]),
    },
  ],
] as const)("is not concluded %s", async (_, files) => {
  expect((await judged(serviceStuck, { ...base, ...files })).kind).not.toBe("seen");
});
