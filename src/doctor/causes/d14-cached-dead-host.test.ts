import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { cmid, DAY, eventXml, exchange, HOUR, MINUTE, NOON, nslookup } from "../../../test/doctor/texts.ts";
import { cachedDeadHost } from "./d14-cached-dead-host.ts";

const pc = { computer: "pc1.corp.example", cmid: cmid(1), status: 1 };
const served = exchange({ ...pc, time: NOON - 30 * DAY, answer: { activated: true, count: 50 } });
const lost = (times: readonly number[]) =>
  times.flatMap((time) => exchange({ ...pc, time, code: 0x800706ba }));

test("a dead host in the cache and no record in DNS keep the client from healing", async () => {
  const times = [NOON - 20 * DAY, NOON - 10 * DAY, NOON];
  const files = { "pc.xml": eventXml([...served, ...lost(times)]), "dns.txt": nslookup("corp.example", []) };
  expect(await judged(cachedDeadHost, files)).toMatchObject({
    sighting: { verdict: "confirmed", severity: "warning", facts: { isDnsBroken: true } },
  });
});

test("one failure, and another host from DNS at once, is as it is meant", async () => {
  const files = {
    "pc.xml": eventXml([
      ...served,
      ...lost([NOON]),
      ...exchange({
        ...pc,
        time: NOON + MINUTE,
        host: "kms02.corp.example:1688",
        answer: { activated: true, count: 50 },
      }),
    ]),
    "dns.txt": nslookup("corp.example", [{ host: "kms02.corp.example" }]),
  };
  expect(await judged(cachedDeadHost, files)).toMatchObject({ sighting: { verdict: "benign" } });
  expect((await assessed(files)).verdict).toBe("healthy");
});

test("a host that DNS still names is no matter of the cache", async () => {
  const files = {
    "pc.xml": eventXml([...served, ...lost([NOON - 20 * DAY, NOON])]),
    "dns.txt": nslookup("corp.example", [{ host: "kms01.corp.example" }]),
  };
  expect(await judged(cachedDeadHost, files)).not.toMatchObject({ kind: "seen" });
});

test("a laptop that misses its host for some hours is left alone", async () => {
  const files = {
    "pc.xml": eventXml([
      ...exchange({ ...pc, time: NOON - DAY, answer: { activated: true, count: 50 } }),
      ...lost([NOON, NOON + 2 * HOUR]),
    ]),
    "dns.txt": nslookup("corp.example", []),
  };
  expect(await judged(cachedDeadHost, files)).not.toMatchObject({ kind: "seen" });
});
