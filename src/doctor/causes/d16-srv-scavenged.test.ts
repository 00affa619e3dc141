import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  ato,
  clientDlv,
  DAY,
  eventXml,
  HOUR,
  hostDlv,
  NOON,
  nslookup,
  publication,
} from "../../../test/doctor/texts.ts";
import { srvScavenged } from "./d16-srv-scavenged.ts";

const stopped = `${ato(0x8007232b)}${clientDlv({ status: "Notification" })}`;
const gone = nslookup("corp.example", []);
const published = (from: number, to: number) =>
  Array.from({ length: from - to + 1 }, (_, at) => publication({ time: NOON - (from - at) * DAY }));
/** The host's log goes on, without a word of DNS. */
const later = { id: 903, computer: "kms01.corp.example", time: NOON, data: [] };

test("12294 that stop weeks before the log ends, and a record that is gone, make it likely and the answer", async () => {
  const { findings } = await assessed({
    "pc.txt": stopped,
    "dns.txt": gone,
    "host.xml": eventXml([...published(40, 30), later]),
  });
  expect(findings[0]).toMatchObject({
    cause: { id: "D16" },
    sighting: { verdict: "likely", facts: { days: 30 } },
  });
});

test("a host that published itself this morning has refreshed its record", async () => {
  const files = { "pc.txt": stopped, "dns.txt": gone, "host.xml": eventXml([...published(10, 0), later]) };
  expect(await judged(srvScavenged, files)).toMatchObject({ kind: "ruledOut" });
});

test("a log that ends with its last success tells nothing of the time after, unless others do", async () => {
  const files = { "dns.txt": gone, "host.xml": eventXml(published(40, 30)) };
  expect(await judged(srvScavenged, files)).not.toMatchObject({ kind: "seen" });
  expect(await judged(srvScavenged, { ...files, "pc.txt": stopped })).toMatchObject({
    sighting: { verdict: "likely", facts: { days: 30 } },
  });
});

test("failures after the last success, or publishing switched off, are other causes", async () => {
  const refused = publication({ time: NOON - 2 * HOUR, code: 0x80072338 });
  const files = {
    "pc.txt": stopped,
    "dns.txt": gone,
    "host.xml": eventXml([...published(40, 30), refused, later]),
  };
  expect(await judged(srvScavenged, files)).not.toMatchObject({ kind: "seen" });
  const off = {
    "pc.txt": stopped,
    "dns.txt": gone,
    "host.txt": hostDlv({ publishing: false }),
    "host.xml": eventXml([...published(40, 30), later]),
  };
  expect(await judged(srvScavenged, off)).not.toMatchObject({ kind: "seen" });
});

test("a record that is there rules it out, whatever the log says", async () => {
  const files = {
    "dns.txt": nslookup("corp.example", [{ host: "kms01.corp.example" }]),
    "host.xml": eventXml([...published(40, 30), later]),
  };
  expect(await judged(srvScavenged, files)).toMatchObject({ kind: "ruledOut" });
});
