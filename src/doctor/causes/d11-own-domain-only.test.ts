import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  ato,
  clientDlv,
  DAY,
  eventXml,
  ipconfig,
  NOON,
  nslookup,
  publication,
} from "../../../test/doctor/texts.ts";
import { ownDomainOnly } from "./d11-own-domain-only.ts";

const stopped = `${ato(0x8007232b)}${clientDlv({ status: "Notification" })}`;
const dns = nslookup("corp.example", [{ host: "kms01.corp.example" }]) + nslookup("emea.example", []);
const published = (...domains: string[]) =>
  eventXml(domains.flatMap((domain) => [1, 0].map((day) => publication({ time: NOON - day * DAY, domain }))));

test("12294 for one zone and a client of another confirm it, before zone and record", async () => {
  const { findings } = await assessed({
    "pc.txt": stopped,
    "net.txt": ipconfig({ suffix: "emea.example" }),
    "dns.txt": dns,
    "host.xml": published("corp.example"),
  });
  expect(findings[0]).toMatchObject({ cause: { id: "D11" }, sighting: { verdict: "confirmed" } });
});

test("a host that publishes in the client's zone as well is none of it", async () => {
  const files = {
    "pc.txt": stopped,
    "net.txt": ipconfig({ suffix: "emea.example" }),
    "host.xml": published("corp.example", "emea.example"),
  };
  expect(await judged(ownDomainOnly, files)).not.toMatchObject({ kind: "seen" });
});

test("one domain and clients that are activated rule it out", async () => {
  const files = { "pc.txt": clientDlv(), "dns.txt": dns, "host.xml": published("corp.example") };
  expect(await judged(ownDomainOnly, files)).toMatchObject({ kind: "ruledOut" });
});

test("the host's word is enough where nobody asked for the record in its own zone", async () => {
  const files = {
    "pc.txt": stopped,
    "net.txt": ipconfig({ suffix: "emea.example" }),
    "dns.txt": nslookup("emea.example", []),
    "host.xml": published("corp.example"),
  };
  expect((await assessed(files)).findings[0]).toMatchObject({
    cause: { id: "D11" },
    sighting: { verdict: "confirmed" },
  });
});
