import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  ato,
  clientDlv,
  DAY,
  eventXml,
  exchange,
  hostDlv,
  ipconfig,
  NOON,
  nslookup,
  publication,
} from "../../../test/doctor/texts.ts";
import { srvMissing } from "./d01-srv-missing.ts";

const stopped = `${ato(0x8007232b)}${clientDlv({ status: "Notification" })}`;

test("a client that stops at 0x8007232B and a server that denies the record confirm it", async () => {
  const judgement = await judged(srvMissing, { "pc.txt": stopped, "dns.txt": nslookup("corp.example", []) });
  expect(judgement).toMatchObject({
    kind: "seen",
    sighting: { verdict: "confirmed", severity: "error", facts: { name: "_vlmcs._tcp.corp.example" } },
  });
});

test("the same code without an answer from DNS is only possible, and asks for one", async () => {
  const judgement = await judged(srvMissing, { "pc.txt": stopped });
  expect(judgement).toMatchObject({ kind: "seen", sighting: { verdict: "possible" } });
  expect(judgement.kind === "seen" && judgement.sighting.wants).toContain("srv");
});

test("a record that is there rules it out", async () => {
  const dns = nslookup("corp.example", [{ host: "kms01.corp.example" }]);
  expect(await judged(srvMissing, { "pc.txt": clientDlv(), "dns.txt": dns })).toMatchObject({
    kind: "ruledOut",
  });
});

test("a zone in which no client looks proves nothing", async () => {
  const files = {
    "pc.txt": clientDlv(),
    "net.txt": ipconfig({ suffix: "corp.example" }),
    "dns.txt": nslookup("other.example", []),
  };
  expect(await judged(srvMissing, files)).toMatchObject({ kind: "notEvaluated" });
});

test("a network whose host is told not to publish and whose clients are told their host is as it was meant", async () => {
  const files = {
    "pc.txt": clientDlv({ registered: "kms01.corp.example:1688" }),
    "host.txt": hostDlv({ publishing: false }),
    "dns.txt": nslookup("corp.example", []),
  };
  const report = await assessed(files);
  expect(report.verdict).toBe("healthy");
  expect(report.findings.find(({ cause }) => cause.id === "D01")?.sighting.verdict).toBe("benign");
});

test("the reason comes before the missing record", async () => {
  const log = [5, 4, 3].map((days) => publication({ time: NOON - days * DAY, code: 0x80072338 }));
  const files = {
    "pc.txt": stopped,
    "dns.txt": nslookup("corp.example", []),
    "host.xml": eventXml(log),
    "events.xml": eventXml(
      exchange({ computer: "pc1.corp.example", time: NOON, code: 0x8007232b, host: "" }),
    ),
  };
  const { findings } = await assessed(files);
  expect(findings[0]?.cause.id).toBe("D09");
  expect(findings.find(({ cause }) => cause.id === "D01")?.sighting.verdict).toBe("possible");
});

test("a host's own refusal shows that a host was found, whatever the report says of DNS", async () => {
  const office = [
    "SKU ID: 85dd8b5f-eaa4-4af3-a628-cce9e77c9a03",
    "LICENSE NAME: Office 19, Office19ProPlus2019VL_KMS_Client_AE edition",
    "LICENSE DESCRIPTION: Office 19, VOLUME_KMSCLIENT channel",
  ];
  const page = (...lines: string[]) =>
    ["---Processing--------------------------", "-".repeat(39), ...lines, "-".repeat(39), ""].join("\r\n");
  const status = page(
    ...office,
    "LICENSE STATUS:  ---OOB_GRACE--- ",
    "Last 5 characters of installed product key: ABCDE",
    "\tDNS auto-discovery: KMS name not available",
  );
  const act = page(...office, "ERROR CODE: 0xC004F038");
  expect(await judged(srvMissing, { "status.txt": status })).toMatchObject({ kind: "seen" });
  expect(await judged(srvMissing, { "status.txt": status, "act.txt": act })).toMatchObject({
    kind: "ruledOut",
  });
});
