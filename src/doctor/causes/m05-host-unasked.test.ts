import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { asked, licenceEvent, musterDlv, musterXml } from "../../../test/doctor/muster.ts";
import { MUSTER_PRODUCT, musterLog, musterSent } from "../../../test/doctor/muster-log.ts";
import { clientDlv, cmid, hostDlv, NOON } from "../../../test/doctor/texts.ts";
import { hostUnasked } from "./m05-host-unasked.ts";

const fresh = musterDlv({ count: 0, total: 0 });

test("a host that is activated and was never asked is well, and waits for its first client", async () => {
  const files = { "lic01/dlv.txt": fresh, "lic01/events.xml": musterXml([]) };
  const { verdict, findings, missing } = await assessed(files);
  expect({ verdict, missing, found: findings.map(({ cause }) => cause.id) }).toEqual({
    verdict: "healthy",
    missing: [],
    found: ["M05"],
  });
  expect(findings[0]?.sighting).toMatchObject({ verdict: "benign", severity: "info" });
});

test.each([
  ["is not activated", musterDlv({ count: 0, total: 0, status: "Unlicensed" })],
  ["was asked before", musterDlv({ count: 0, total: 12 })],
  ["is one of Microsoft's, which is diagnosed because somebody has tried", hostDlv({ count: 0, total: 0 })],
])("a host that %s is not a new one that is well", async (_, dlv) => {
  const { verdict, findings } = await assessed({ "dlv.txt": dlv });
  expect(verdict).not.toBe("healthy");
  expect(findings.map(({ cause }) => cause.id)).not.toContain("M05");
});

test("where a client has tried in vain, the host is not called unasked", async () => {
  const tried = [0, 1].map((hours) =>
    musterSent({ machine: "pc1", time: NOON + hours * 3_600_000, code: "0x8007274C", cmid: cmid(1) }),
  );
  const files = { "dlv.txt": fresh, "pc1.xml": musterLog(tried) };
  expect((await assessed(files)).verdict).not.toBe("healthy");
  expect(await judged(hostUnasked, files)).not.toMatchObject({ kind: "seen" });
});

test.each([
  ["a licence that ends", musterXml([licenceEvent("0x00000000", 3)])],
  ["a name that DNS does not know", ";; QUESTION SECTION:\n;_muster._tcp.corp.example.\tIN SRV\n"],
])("beside %s, that is what is said first", async (_, other) => {
  const question = other.startsWith(";;")
    ? `; <<>> DiG 9.18 <<>> SRV _muster._tcp.corp.example\n;; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1\n${other}`
    : other;
  const { verdict, findings } = await assessed({ "a/dlv.txt": fresh, "a/other.txt": question });
  expect(verdict).not.toBe("healthy");
  expect(findings[0]?.cause.id).not.toBe("M05");
});

test.each([
  [1688, "healthy"],
  [22, "incomplete"],
])("beside sockets that listen on port %d only, it is %s", async (port, verdict) => {
  const sockets = `State  Recv-Q Send-Q Local Address:Port Peer Address:Port\nLISTEN 0 512 0.0.0.0:${port} 0.0.0.0:*\n`;
  const files = {
    "kms01/muster-host/dlv.txt": fresh,
    "kms01/network/sockets.txt": sockets,
    "note.txt": "new",
  };
  expect((await assessed(files)).verdict).toBe(verdict as "healthy");
});

test("requests in the counters rule it out", async () => {
  const events = [1, 2, 3].flatMap((machine) => asked({ machine, product: MUSTER_PRODUCT }));
  expect(
    await judged(hostUnasked, { "dlv.txt": musterDlv({ count: 3, total: 9 }), "log.xml": musterXml(events) }),
  ).toMatchObject({ kind: "ruledOut" });
  expect(await judged(hostUnasked, { "dlv.txt": clientDlv() })).not.toMatchObject({ kind: "seen" });
});
