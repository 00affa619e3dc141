import { expect, test } from "bun:test";
import { judged } from "../../../test/doctor/evidence.ts";
import {
  clientDlv,
  cmid,
  eventXml,
  exchange,
  HOUR,
  hostDlv,
  NOON,
  nslookup,
  portTest,
} from "../../../test/doctor/texts.ts";
import { srvPort } from "./d07-srv-port.ts";

const srv = nslookup("corp.example", [{ host: "kms01.corp.example" }]);
const client = clientDlv();

test("a host that listens on another port than the record names confirms it", async () => {
  const lost = [0, 2].flatMap((hours) =>
    exchange({ computer: "pc9.corp.example", cmid: cmid(9), time: NOON + hours * HOUR, code: 0x800706ba }),
  );
  const files = {
    "dns.txt": srv,
    "host.txt": hostDlv({ port: 1700 }),
    "pc.txt": client,
    "new.xml": eventXml(lost),
  };
  expect(await judged(srvPort, files)).toMatchObject({
    sighting: { verdict: "confirmed", severity: "error", facts: { srv: 1688, listening: 1700 } },
  });
});

test("it costs nobody anything while all are activated", async () => {
  const files = { "dns.txt": srv, "host.txt": hostDlv({ port: 1700 }), "pc.txt": client };
  expect(await judged(srvPort, files)).toMatchObject({ sighting: { severity: "warning" } });
});

test("without a word of the host, a port that answers beside one that does not makes it likely", async () => {
  const tests =
    portTest("kms01.corp.example", false) + portTest("kms01.corp.example", true, "10.1.0.15", 1700);
  expect(await judged(srvPort, { "dns.txt": srv, "port.txt": tests })).toMatchObject({
    sighting: { verdict: "likely", facts: { listening: 1700 } },
  });
});

test("one number in both places rules it out", async () => {
  const files = { "dns.txt": srv, "host.txt": hostDlv(), "pc.txt": client };
  expect(await judged(srvPort, files)).toMatchObject({ kind: "ruledOut" });
});

test.each([
  ["hosts of their own", "kms02.corp.example", "10.1.0.16"],
  ["hosts on one machine", "kms02.corp.example", "10.1.0.15"],
  ["services of one host", "kms01.corp.example", "10.1.0.15"],
])("two %s on different ports, of which one is down, are no mismatch", async (_, other, address) => {
  const both = nslookup("corp.example", [{ host: "kms01.corp.example" }, { host: other, port: 1689 }]);
  const tests = portTest("kms01.corp.example", false) + portTest(other, true, address, 1689);
  expect(await judged(srvPort, { "dns.txt": both, "port.txt": tests })).not.toMatchObject({ kind: "seen" });
});

test("a port that no record names is the one that the host listens on, also where two hosts share a machine", async () => {
  const both = nslookup("corp.example", [
    { host: "kms01.corp.example" },
    { host: "kms02.corp.example", port: 1689 },
  ]);
  const tests =
    portTest("kms01.corp.example", false) +
    portTest("kms02.corp.example", true, "10.1.0.15", 1689) +
    portTest("kms01.corp.example", true, "10.1.0.15", 1700);
  expect(await judged(srvPort, { "dns.txt": both, "port.txt": tests })).toMatchObject({
    sighting: { verdict: "likely", facts: { srv: 1688, listening: 1700 } },
  });
});
