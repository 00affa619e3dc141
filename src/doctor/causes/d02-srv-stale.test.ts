import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  ato,
  clientDlv,
  cmid,
  DAY,
  eventXml,
  exchange,
  HOUR,
  handled,
  MINUTE,
  NOON,
  nslookup,
  nslookupAddress,
  portTest,
} from "../../../test/doctor/texts.ts";
import { srvStale } from "./d02-srv-stale.ts";

const UNAVAILABLE = 0x800706ba;
const both = nslookup("corp.example", [{ host: "kms01.corp.example" }, { host: "kms02.corp.example" }]);
const alone = nslookup("corp.example", [{ host: "kms01.corp.example" }]);

/** New PCs that try kms01 in vain and are activated by kms02 at once. */
const newPcs = [1, 2, 3].flatMap((pc) => {
  const of = { computer: `pc${pc}.corp.example`, cmid: cmid(pc) };
  const time = NOON - pc * DAY;
  return [
    ...exchange({ ...of, time, code: UNAVAILABLE }),
    ...exchange({
      ...of,
      time: time + MINUTE,
      host: "kms02.corp.example:1688",
      answer: { activated: true, count: 50 },
    }),
  ];
});

/** A new PC whose only host never answers. */
const lost = [0, 2, 4].flatMap((hours) =>
  exchange({ computer: "pc9.corp.example", time: NOON + hours * HOUR, code: UNAVAILABLE }),
);

describe("two records, one host that answers", () => {
  test("is likely while the silent one may be a live machine, and costs time only", async () => {
    const judgement = await judged(srvStale, { "pcs.xml": eventXml(newPcs), "dns.txt": both });
    expect(judgement).toMatchObject({
      kind: "seen",
      sighting: {
        verdict: "likely",
        severity: "warning",
        facts: { host: "kms01.corp.example", others: ["kms02.corp.example"] },
      },
    });
  });

  test("is confirmed when the machine answers no ping either", async () => {
    const ping = portTest("kms01.corp.example", false).replace(
      "TcpTestSucceeded",
      "PingSucceeded    : False\r\nTcpTestSucceeded",
    );
    const files = { "pcs.xml": eventXml(newPcs), "dns.txt": both, "port.txt": ping };
    expect((await assessed(files)).verdict).toBe("degraded");
    expect(await judged(srvStale, files)).toMatchObject({ sighting: { verdict: "confirmed" } });
  });

  test("is no stale record when the silent host serves others meanwhile", async () => {
    const log = eventXml([
      handled({ time: NOON - 4 * DAY, name: "pc7.corp.example", cmid: cmid(7) }),
      handled({ time: NOON, name: "pc8.corp.example", cmid: cmid(8) }),
    ]);
    const judgement = await judged(srvStale, {
      "pcs.xml": eventXml(newPcs),
      "dns.txt": both,
      "kms.xml": log,
    });
    expect(judgement).toMatchObject({ kind: "ruledOut" });
  });

  test("is not held against a host that one client missed once", async () => {
    const files = { "pc.xml": eventXml(newPcs.slice(0, 3)), "dns.txt": both };
    expect((await assessed(files)).verdict).toBe("healthy");
  });

  test("is likely when the name of the other has no address any more", async () => {
    const files = {
      "pcs.xml": eventXml(newPcs),
      "dns.txt": both,
      "a.txt": nslookupAddress("kms01.corp.example", undefined),
    };
    expect(await judged(srvStale, files)).toMatchObject({ sighting: { verdict: "likely" } });
  });
});

describe("one record, one silent host", () => {
  test("cannot be told from a closed firewall or a stopped service, and asks what decides", async () => {
    const judgement = await judged(srvStale, { "pc.xml": eventXml(lost), "dns.txt": alone });
    expect(judgement).toMatchObject({ kind: "seen", sighting: { verdict: "likely", severity: "critical" } });
    expect(judgement.kind === "seen" && judgement.sighting.wants).toEqual(
      expect.arrayContaining(["port-test", "host-dlv"]),
    );
  });

  test("is no stale record when the port is open", async () => {
    const files = {
      "pc.xml": eventXml(lost),
      "dns.txt": alone,
      "port.txt": portTest("kms01.corp.example", true),
    };
    expect(await judged(srvStale, files)).toMatchObject({ kind: "ruledOut" });
  });
});

test("0xC004F074 alone accuses no record", async () => {
  const files = { "pc.txt": `${ato(0xc004f074)}${clientDlv({ status: "Notification" })}` };
  expect(await judged(srvStale, files)).toMatchObject({ kind: "notEvaluated" });
});
