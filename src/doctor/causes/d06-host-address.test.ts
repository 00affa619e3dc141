import { expect, test } from "bun:test";
import { judged } from "../../../test/doctor/evidence.ts";
import {
  clientDlv,
  eventXml,
  exchange,
  HOUR,
  handled,
  ipconfig,
  NOON,
  nslookup,
  nslookupAddress,
  portTest,
} from "../../../test/doctor/texts.ts";
import { hostAddress } from "./d06-host-address.ts";

const srv = nslookup("corp.example", [{ host: "kms01.corp.example" }]);
const lost = eventXml(
  [0, 2].flatMap((hours) =>
    exchange({ computer: "pc9.corp.example", time: NOON + hours * HOUR, code: 0x800706ba }),
  ),
);

test("a name without an address is likely the cause, and certain when the host lives", async () => {
  const files = { "pc.xml": lost, "dns.txt": srv, "a.txt": nslookupAddress("kms01.corp.example", undefined) };
  expect(await judged(hostAddress, files)).toMatchObject({
    sighting: { verdict: "likely", facts: { isWrong: false } },
  });
  const log = eventXml([handled({ time: NOON + 4 * HOUR, name: "pc1.corp.example" })]);
  expect(await judged(hostAddress, { ...files, "kms.xml": log })).toMatchObject({
    sighting: { verdict: "confirmed" },
  });
});

test("an address that the host does not have confirms it", async () => {
  const files = {
    "pc.xml": lost,
    "dns.txt": srv,
    "a.txt": nslookupAddress("kms01.corp.example", "10.1.0.99"),
    "host-net.txt": ipconfig({ hostName: "kms01", suffix: "corp.example", address: "10.1.0.15" }),
  };
  expect(await judged(hostAddress, files)).toMatchObject({
    sighting: { verdict: "confirmed", facts: { wrong: ["10.1.0.99"], right: ["10.1.0.15"] } },
  });
});

test("a port that answers at another address than the name's makes it likely", async () => {
  const files = {
    "pc.xml": lost,
    "dns.txt": srv,
    "a.txt": nslookupAddress("kms01.corp.example", "10.1.0.99"),
    "port.txt": portTest("kms01.corp.example", false, "10.1.0.99") + portTest("10.1.0.15", true, "10.1.0.15"),
  };
  expect(await judged(hostAddress, files)).toMatchObject({ sighting: { verdict: "likely" } });
});

test("a host that does not answer at its own address is none of it", async () => {
  const files = {
    "pc.xml": lost,
    "dns.txt": srv,
    "a.txt": nslookupAddress("kms01.corp.example", "10.1.0.15"),
    "port.txt": portTest("kms01.corp.example", false),
  };
  expect(await judged(hostAddress, files)).not.toMatchObject({ kind: "seen" });
});

test("a name with an address and an open port rule it out", async () => {
  const files = {
    "pc.txt": clientDlv(),
    "dns.txt": srv + nslookupAddress("kms01.corp.example", "10.1.0.15"),
    "port.txt": portTest("kms01.corp.example", true),
  };
  expect(await judged(hostAddress, files)).toMatchObject({ kind: "ruledOut" });
});
