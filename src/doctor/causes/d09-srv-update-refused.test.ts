import { expect, test } from "bun:test";
import { judged } from "../../../test/doctor/evidence.ts";
import { DAY, eventXml, NOON, nslookup, publication } from "../../../test/doctor/texts.ts";
import { updateRefused } from "./d09-srv-update-refused.ts";

const kms02 = "kms02.corp.example";
const days = [3, 2, 1, 0];
const srv = nslookup("corp.example", [{ host: "kms01.corp.example" }]);

test("daily 12293 with a bad signature and no 12294 confirm it, and cost nobody while the other host answers", async () => {
  const log = eventXml(
    days.map((day) => publication({ computer: kms02, time: NOON - day * DAY, code: 0x80072338 })),
  );
  expect(await judged(updateRefused, { "host.xml": log, "dns.txt": srv })).toMatchObject({
    sighting: {
      verdict: "confirmed",
      severity: "warning",
      facts: { host: "kms02", times: 4, ever: 0, others: ["kms01.corp.example"] },
    },
  });
});

test("a success after the failures ends it", async () => {
  const log = eventXml([
    publication({ computer: kms02, time: NOON - DAY, code: 0x80072338 }),
    publication({ computer: kms02, time: NOON }),
  ]);
  expect(await judged(updateRefused, { "host.xml": log, "dns.txt": srv })).toMatchObject({
    kind: "ruledOut",
  });
});

test("a zone that takes no updates is another matter", async () => {
  const log = eventXml([publication({ computer: kms02, time: NOON, code: 0x8007232c })]);
  expect(await judged(updateRefused, { "host.xml": log })).not.toMatchObject({ kind: "seen" });
});

test("refused is likely it where the record of another host is there", async () => {
  const log = eventXml([publication({ computer: kms02, time: NOON, code: 0x8007232d })]);
  expect(await judged(updateRefused, { "host.xml": log, "dns.txt": srv })).toMatchObject({
    sighting: { verdict: "likely" },
  });
});
