import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { musterLog, musterSent } from "../../../test/doctor/muster-log.ts";
import {
  clientDlv,
  cmid,
  DAY,
  eventXml,
  exchange,
  HOUR,
  handled,
  hostDlv,
  NOON,
  nslookup,
  portTest,
} from "../../../test/doctor/texts.ts";
import { middlebox } from "./n03-middlebox.ts";

const UNAVAILABLE = 0x800706ba;
const computer = "br6-app01.corp.example";
const tries = [0, 2, 4].map((hours) => NOON + hours * HOUR);
const lost = eventXml(tries.flatMap((time) => exchange({ computer, time, code: UNAVAILABLE })));
const dns = nslookup("corp.example", [{ host: "kms01.corp.example" }]);
const open = portTest("kms01.corp.example", true);
const others = [-20, -3, 0].flatMap((days) =>
  [1, 2, 3, 4].map((pc) =>
    handled({ time: NOON + days * DAY + pc * HOUR, name: `hq-${pc}.corp.example`, cmid: cmid(40 + pc) }),
  ),
);
const dlv = { "app01.txt": clientDlv({ status: "Notification" }) };
const base = { ...dlv, "app01.xml": lost, "dns.txt": dns, "port.txt": open };

describe("the port opens and the request fails", () => {
  test("is confirmed by a host that logs others and not this client", async () => {
    const files = { ...base, "kms.xml": eventXml(others), "host.txt": hostDlv() };
    expect(await judged(middlebox, files)).toMatchObject({
      kind: "seen",
      sighting: {
        verdict: "confirmed",
        severity: "error",
        facts: { clients: ["br6-app01"], target: "kms01.corp.example:1688", tries: 3, isAbsent: true },
        wants: [],
      },
    });
    const { findings, verdict } = await assessed(files);
    expect([verdict, findings[0]?.cause.id]).toEqual(["failing", "N03"]);
  });

  test("names the neighbours that fell silent", async () => {
    const site = [-20, -19].map((days) =>
      handled({ time: NOON + days * DAY, name: "br6-fs01.corp.example", cmid: cmid(60) }),
    );
    const files = { ...base, "kms.xml": eventXml([...others, ...site]) };
    expect(await judged(middlebox, files)).toMatchObject({
      sighting: { facts: { neighbours: ["br6-fs01"], quietSince: "2026-02-19" } },
    });
  });

  test("is likely without the host's log, and asks for it", async () => {
    const judgement = await judged(middlebox, base);
    expect(judgement).toMatchObject({ sighting: { verdict: "likely" } });
    expect(judgement.kind === "seen" && judgement.sighting.wants).toContain("host-log");
  });

  test("is none when the host logged the requests: then the answer is lost", async () => {
    const own = tries.map((time) => handled({ time, name: computer, status: 5 }));
    const files = { ...base, "kms.xml": eventXml([...others, ...own]) };
    expect((await judged(middlebox, files)).kind).not.toBe("seen");
  });

  test("leaves a cloud's own host to the causes of the cloud", async () => {
    const cloud = tries.flatMap((time) =>
      exchange({ computer, time, code: UNAVAILABLE, host: "azkms.core.windows.net:1688" }),
    );
    const files = {
      ...dlv,
      "app01.xml": eventXml(cloud),
      "port.txt": portTest("azkms.core.windows.net", true),
    };
    expect(await judged(middlebox, files)).toMatchObject({ sighting: { verdict: "possible" } });
  });
});

test("a port that does not open rules it out", async () => {
  const files = { ...base, "port.txt": portTest("kms01.corp.example", false) };
  expect(await judged(middlebox, files)).toMatchObject({ kind: "ruledOut" });
});

test("a port that opened once and once did not proves nothing", async () => {
  const files = { ...base, "again.txt": portTest("kms01.corp.example", false), "kms.xml": eventXml(others) };
  expect((await judged(middlebox, files)).kind).not.toBe("seen");
});

test("a Muster client that is answered by something else than a host needs no port test", async () => {
  const log = [0, 2].map((hours) =>
    musterSent({ machine: computer, time: NOON + hours * HOUR, code: "0xC004F039", cmid: cmid(6) }),
  );
  expect(await judged(middlebox, { "app01.xml": musterLog(log) })).toMatchObject({
    sighting: { verdict: "likely", facts: { isForeign: true } },
  });
});
