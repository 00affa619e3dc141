import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { musterAnswered, musterLog, musterSent } from "../../../test/doctor/muster-log.ts";
import {
  cmid,
  DAY,
  eventXml,
  exchange,
  HOUR,
  handled,
  hostDlv,
  NOON,
  nslookup,
} from "../../../test/doctor/texts.ts";
import { serviceStopped } from "./n05-service-stopped.ts";

const lost = eventXml(
  [1, 2, 3].flatMap((pc) =>
    [0, 2].flatMap((hours) =>
      exchange({
        computer: `pc${pc}.corp.example`,
        cmid: cmid(pc),
        time: NOON + hours * HOUR + pc,
        code: 0x800706ba,
      }),
    ),
  ),
);
const dns = nslookup("corp.example", [{ host: "kms01.corp.example" }]);
const before = eventXml([
  handled({ time: NOON - 2 * DAY, name: "pc7.corp.example", cmid: cmid(7) }),
  handled({ time: NOON - HOUR, name: "pc8.corp.example", cmid: cmid(8) }),
]);
const base = { "pcs.xml": lost, "dns.txt": dns, "kms.xml": before };

/** `sc query` on the host, in the same session as its `/dlv`. */
function service(state: string): string {
  return `C:\\>hostname\r\nkms01\r\n\r\nC:\\>sc query sppsvc\r\n\r\nSERVICE_NAME: sppsvc\r\n        TYPE               : 10  WIN32_OWN_PROCESS\r\n        STATE              : ${state}\r\n        WIN32_EXIT_CODE    : 0  (0x0)\r\n`;
}

describe("nobody is served from one hour on", () => {
  test("is a stopped service when the host says so", async () => {
    const files = { ...base, "kms01.txt": service("1  STOPPED") };
    expect(await judged(serviceStopped, files)).toMatchObject({
      kind: "seen",
      sighting: {
        verdict: "confirmed",
        severity: "error",
        facts: { host: "kms01", state: "stopped" },
        affects: expect.arrayContaining(["pc1", "pc2", "pc3"]),
      },
    });
    expect((await assessed(files)).findings[0]?.cause.id).toBe("N05");
  });

  test("is none when the host's service runs", async () => {
    expect((await judged(serviceStopped, { ...base, "kms01.txt": service("4  RUNNING") })).kind).not.toBe(
      "seen",
    );
  });

  test("is likely when the port is refused at once by a host that is known", async () => {
    const refused = `$ nc -vz kms01.corp.example 1688\nnc: connect to kms01.corp.example (10.1.0.15) port 1688 (tcp) failed: Connection refused\n`;
    expect(await judged(serviceStopped, { ...base, "port.txt": refused })).toMatchObject({
      sighting: { verdict: "likely", facts: { isRefused: true, lastServed: "2026-03-10 11:00" } },
    });
  });

  test("is told by the host's own log, in which the service stopped and did not come back", async () => {
    const own = [
      { id: 902, computer: "kms01.corp.example", time: NOON - 9 * DAY, data: ["10.0.20348.3692"] },
      { id: 903, computer: "kms01.corp.example", time: NOON - HOUR, data: [] },
    ];
    expect(await judged(serviceStopped, { ...base, "kms01.xml": eventXml(own) })).toMatchObject({
      sighting: { verdict: "likely", facts: { state: "stopped since 2026-03-10 11:00 UTC" } },
    });
  });

  test("is none when clients ask another port than the host's", async () => {
    const files = { ...base, "host.txt": `C:\\>hostname\r\nkms01\r\n\r\n${hostDlv({ port: 1699 })}` };
    expect((await judged(serviceStopped, files)).kind).not.toBe("seen");
  });
});

test("a Muster host that is ended is refused at once, which the client's own event says", async () => {
  const machine = "pc2.corp.example";
  const time = NOON - 7 * DAY;
  const log = [
    musterSent({ machine, time, code: "0x00000000", cmid: cmid(2) }),
    musterAnswered(machine, time + 1),
    ...[0, 2, 4].map((hours) =>
      musterSent({ machine, time: NOON + hours * HOUR, code: "0x8007274D", cmid: cmid(2), status: 1 }),
    ),
  ];
  expect(await judged(serviceStopped, { "pc2.xml": musterLog(log) })).toMatchObject({
    sighting: { verdict: "likely", severity: "warning", facts: { isRefused: true } },
  });
});
