import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  clientDlv,
  cmid,
  eventXml,
  exchange,
  HOUR,
  handled,
  hostDlv,
  NOON,
  nslookup,
  portTest,
} from "../../../test/doctor/texts.ts";
import { hostFirewall } from "./n01-host-firewall.ts";
import { serviceStopped } from "./n05-service-stopped.ts";

const computer = "pc9.corp.example";
const lost = eventXml(
  [0, 2, 4].flatMap((hours) => exchange({ computer, time: NOON + hours * HOUR, code: 0x800706ba })),
);
const dns = nslookup("corp.example", [{ host: "kms01.corp.example" }]);
const base = { "pc9.xml": lost, "dns.txt": dns };

/** `Get-NetFirewallRule`, as PowerShell lists it. */
function rule(isEnabled: boolean): string {
  return `PS C:\\> Get-NetFirewallRule -Name SPPSVC-In-TCP | Format-List Name, Enabled, Direction, Action\r\n\r\nName      : SPPSVC-In-TCP\r\nEnabled   : ${isEnabled ? "True" : "False"}\r\nDirection : Inbound\r\nAction    : Allow\r\n\r\n`;
}

describe("a silent host", () => {
  test("may be shut, stopped or gone, and the report says all three", async () => {
    const { findings, missing } = await assessed(base);
    const ids = findings.filter(({ sighting }) => sighting.verdict === "likely").map(({ cause }) => cause.id);
    expect(ids).toEqual(expect.arrayContaining(["D02", "N01", "N05"]));
    expect(missing).toEqual(expect.arrayContaining(["port-test", "host-dlv", "host-log", "service"]));
  });

  test("is shut when its rule is shown not to be enabled", async () => {
    const files = {
      ...base,
      "host.txt": hostDlv({ time: NOON + 6 * HOUR, count: 0 }),
      "rule.txt": rule(false),
    };
    expect(await judged(hostFirewall, files)).toMatchObject({
      kind: "seen",
      sighting: { verdict: "confirmed", severity: "critical", facts: { rule: "SPPSVC-In-TCP" }, wants: [] },
    });
    expect((await judged(serviceStopped, files)).kind).not.toBe("seen");
    expect((await assessed(files)).findings[0]?.cause.id).toBe("N01");
  });

  test("is not shut when its rule is enabled", async () => {
    expect((await judged(hostFirewall, { ...base, "rule.txt": rule(true) })).kind).not.toBe("seen");
  });

  test("is no longer taken for stopped when its port times out and the machine is there", async () => {
    const timeout = `C:\\>psping -n 1 kms01.corp.example:1688\r\nTCP connect to 10.1.0.15:1688:\r\nConnecting to 10.1.0.15:1688: This operation returned because the timeout period expired.\r\n`;
    const files = {
      "pc9.xml": eventXml(
        [0, 2].flatMap((hours) => exchange({ computer, time: NOON + hours * HOUR, code: 0x800705b4 })),
      ),
      "dns.txt": dns,
      "port.txt": timeout,
      "host.txt": hostDlv({ time: NOON + 6 * HOUR, count: 0 }),
    };
    expect(await judged(hostFirewall, files)).toMatchObject({
      sighting: { verdict: "likely", facts: { isTimeout: true } },
    });
    expect((await judged(serviceStopped, files)).kind).not.toBe("seen");
  });
});

test("a host that never had a request is rather shut than stopped", async () => {
  const ping = portTest("kms01.corp.example", false).replace("TcpTest", "PingSucceeded    : True\r\nTcpTest");
  const fresh = hostDlv({ time: NOON + 6 * HOUR, count: 0, total: 0 });
  const files = { ...base, "port.txt": ping, "host.txt": fresh };
  expect(await judged(hostFirewall, files)).toMatchObject({ sighting: { verdict: "likely" } });
  expect(await judged(serviceStopped, files)).toMatchObject({ sighting: { verdict: "possible" } });
});

test("a host that is seen to listen is neither stopped nor gone", async () => {
  const netstat = `C:\\>hostname\r\nkms01\r\n\r\nC:\\>netstat -an\r\n\r\nActive Connections\r\n\r\n  Proto  Local Address          Foreign Address        State\r\n  TCP    0.0.0.0:1688           0.0.0.0:0              LISTENING\r\n`;
  const { findings } = await assessed({ ...base, "kms01.txt": netstat });
  expect(findings.map(({ cause, sighting }) => [cause.id, sighting.verdict])).toEqual([["N01", "likely"]]);
});

test("a host that served until an hour ago is rather stopped than shut", async () => {
  const ping = portTest("kms01.corp.example", false).replace("TcpTest", "PingSucceeded    : True\r\nTcpTest");
  const served = [1, 2, 3].map((pc) =>
    handled({ time: NOON - pc * HOUR, name: `pc${pc}.corp.example`, cmid: cmid(pc) }),
  );
  const files = { ...base, "port.txt": ping, "kms.xml": eventXml(served) };
  expect(await judged(hostFirewall, files)).toMatchObject({ sighting: { verdict: "possible" } });
  expect(await judged(serviceStopped, files)).toMatchObject({ sighting: { verdict: "likely" } });
});

test("a host that serves another client meanwhile is open", async () => {
  const log = eventXml([
    handled({ time: NOON - 48 * HOUR, name: "pc1.corp.example", cmid: cmid(1) }),
    handled({ time: NOON + 3 * HOUR, name: "pc2.corp.example", cmid: cmid(2) }),
  ]);
  expect(await judged(hostFirewall, { ...base, "kms.xml": log })).toMatchObject({ kind: "ruledOut" });
});

test("a client that is activated says nothing against its host", async () => {
  const well = eventXml(exchange({ computer, time: NOON, answer: { activated: true, count: 50 } }));
  const files = { "pc9.xml": well, "pc9.txt": clientDlv(), "port.txt": portTest("kms01.corp.example", true) };
  expect(await judged(hostFirewall, files)).toMatchObject({ kind: "ruledOut" });
});
