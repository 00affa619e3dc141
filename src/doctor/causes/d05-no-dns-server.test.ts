import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  ato,
  clientDlv,
  DAY,
  eventXml,
  exchange,
  HOUR,
  ipconfig,
  NOON,
  nslookup,
  publication,
  ruleFailed,
} from "../../../test/doctor/texts.ts";
import { noDnsServer } from "./d05-no-dns-server.ts";

test("0x8007267C of a machine that is not activated confirms it", async () => {
  const files = {
    "pc.txt": `${ato(0x8007267c)}${clientDlv({ status: "Notification" })}`,
    "net.txt": ipconfig({ suffix: "corp.example", servers: [] }),
  };
  expect(await judged(noDnsServer, files)).toMatchObject({
    sighting: { verdict: "confirmed", severity: "error" },
  });
  expect((await assessed(files)).findings[0]?.cause.id).toBe("D05");
});

test("0x8007232A alone may be one zone that fails", async () => {
  const files = { "pc.txt": `${ato(0x8007232a)}${clientDlv({ status: "Notification" })}` };
  expect(await judged(noDnsServer, files)).toMatchObject({ sighting: { verdict: "likely" } });
});

test("a licensed laptop that woke up without a network is no case of it", async () => {
  const pc = "pc1.corp.example";
  const log = eventXml([
    ...exchange({ computer: pc, time: NOON - DAY, status: 1, answer: { activated: true, count: 50 } }),
    ruleFailed({ computer: pc, time: NOON - HOUR, code: 0x8007267c, renewal: true }),
  ]);
  expect(await judged(noDnsServer, { "pc.xml": log })).not.toMatchObject({ kind: "seen" });
});

test("a server that denies a name works", async () => {
  const files = {
    "pc.txt": `${ato(0x8007232b)}${clientDlv({ status: "Notification" })}`,
    "dns.txt": nslookup("corp.example", []),
  };
  expect(await judged(noDnsServer, files)).toMatchObject({ kind: "ruledOut" });
});

test("a host that fails to publish itself day after day for want of DNS is one too", async () => {
  const log = [3, 2, 1].map((days) => publication({ time: NOON - days * DAY, code: 0x8007267c }));
  expect(await judged(noDnsServer, { "host.xml": eventXml(log) })).toMatchObject({
    sighting: { verdict: "likely", severity: "warning", facts: { clients: ["kms01"] } },
  });
});
