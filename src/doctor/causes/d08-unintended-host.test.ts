import { expect, test } from "bun:test";
import { judged } from "../../../test/doctor/evidence.ts";
import {
  clientDlv,
  cmid,
  DAY,
  eventXml,
  exchange,
  handled,
  hostDlv,
  MINUTE,
  NOON,
  nslookup,
} from "../../../test/doctor/texts.ts";
import { unintendedHost } from "./d08-unintended-host.ts";

const kms = (second: string) => nslookup("corp.example", [{ host: "kms01.corp.example" }, { host: second }]);

test("a server that asked the real host as a client, and turns clients away, is likely unintended", async () => {
  const time = NOON - DAY;
  const files = {
    "dns.txt": kms("sql07.corp.example"),
    "kms.xml": eventXml([
      handled({ time: NOON - 9 * DAY, name: "sql07.corp.example", required: 5, cmid: cmid(7) }),
    ]),
    "pc.xml": eventXml([
      ...exchange({
        computer: "pc1.corp.example",
        time,
        host: "sql07.corp.example:1688",
        answer: { activated: false, count: 3 },
      }),
      ...exchange({
        computer: "pc1.corp.example",
        time: time + MINUTE,
        answer: { activated: true, count: 50 },
      }),
    ]),
  };
  expect(await judged(unintendedHost, files)).toMatchObject({
    sighting: {
      verdict: "likely",
      severity: "warning",
      facts: { hosts: ["sql07.corp.example"], wasClient: true },
    },
  });
});

test("two hosts that are called hosts, under one key, are a lawful pair", async () => {
  const files = {
    "dns.txt": kms("kms02.corp.example"),
    "one.txt": hostDlv({ count: 50 }),
    "two.txt": hostDlv({ count: 3, pid: "03612-00206-999-222333-03-1033-20348.0000-0102026" }),
    "pc.txt": clientDlv(),
  };
  expect(await judged(unintendedHost, files)).not.toMatchObject({ kind: "seen" });
});

test("an odd name alone is at most possible", async () => {
  const judgement = await judged(unintendedHost, {
    "dns.txt": kms("srv-app5.corp.example"),
    "pc.txt": clientDlv(),
  });
  expect(judgement).toMatchObject({ kind: "seen", sighting: { verdict: "possible", severity: "notice" } });
});

test("one record rules it out", async () => {
  const files = { "dns.txt": nslookup("corp.example", [{ host: "kms01.corp.example" }]) };
  expect(await judged(unintendedHost, files)).toMatchObject({ kind: "ruledOut" });
});
