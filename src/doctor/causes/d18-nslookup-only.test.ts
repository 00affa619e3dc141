import { expect, test } from "bun:test";
import { judged } from "../../../test/doctor/evidence.ts";
import { ato, clientDlv, ipconfig, nslookup, registryExport } from "../../../test/doctor/texts.ts";
import { nslookupOnly } from "./d18-nslookup-only.ts";

const stopped = `${ato(0x8007232b)}${clientDlv({ status: "Notification" })}`;
const there = nslookup("corp.example", [{ host: "kms01.corp.example" }]);
const denied =
  "PS C:\\> Resolve-DnsName -Type SRV _vlmcs._tcp.corp.example\r\nResolve-DnsName : _vlmcs._tcp.corp.example : DNS name does not exist\r\n";

test("nslookup that finds the record and Resolve-DnsName that does not confirm it", async () => {
  const files = { "pc.txt": stopped, "dns.txt": there, "ps.txt": denied };
  expect(await judged(nslookupOnly, files)).toMatchObject({
    sighting: { verdict: "confirmed", facts: { isContradicted: true } },
  });
});

test("with the right suffix and a code of DNS it is likely", async () => {
  const files = { "pc.txt": stopped, "dns.txt": there, "net.txt": ipconfig({ suffix: "corp.example" }) };
  expect(await judged(nslookupOnly, files)).toMatchObject({ sighting: { verdict: "likely" } });
});

test("a suffix that is not the record's zone is another cause", async () => {
  const files = { "pc.txt": stopped, "dns.txt": there, "net.txt": ipconfig({ suffix: "emea.example" }) };
  expect(await judged(nslookupOnly, files)).not.toMatchObject({ kind: "seen" });
});

test("a client that has found its host, or holds a retail key, is none of it", async () => {
  expect(await judged(nslookupOnly, { "pc.txt": clientDlv(), "dns.txt": there })).toMatchObject({
    kind: "ruledOut",
  });
  const retail = `${ato(0x8007007b)}${clientDlv({ channel: "RETAIL", status: "Notification" })}`;
  expect(await judged(nslookupOnly, { "pc.txt": retail, "dns.txt": there })).not.toMatchObject({
    kind: "seen",
  });
});

test("a client that is told to look in another domain has asked another question", async () => {
  const key =
    "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform";
  const files = (domain: string) => ({
    "pc.txt": stopped,
    "dns.txt": there,
    "net.txt": ipconfig({ suffix: "corp.example" }),
    "spp.reg": registryExport({ [key]: { KeyManagementServiceLookupDomain: domain } }),
  });
  expect(await judged(nslookupOnly, files("old.example"))).not.toMatchObject({ kind: "seen" });
  expect(await judged(nslookupOnly, files("corp.example"))).toMatchObject({
    sighting: { verdict: "likely" },
  });
});
