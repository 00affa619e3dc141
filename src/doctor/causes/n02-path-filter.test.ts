import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
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
  portTest,
} from "../../../test/doctor/texts.ts";
import { pathFilter } from "./n02-path-filter.ts";
import { clientOutbound } from "./n07-client-outbound-filter.ts";

const UNAVAILABLE = 0x800706ba;
const computer = "lon-7.corp.example";
const times = [0, 2, 4].map((hours) => NOON + hours * HOUR);
const lost = (name = computer, id = 7) =>
  times.flatMap((time) => exchange({ computer: name, cmid: cmid(id), time, code: UNAVAILABLE }));
const dns = nslookup("corp.example", [{ host: "kms01.corp.example" }]);
const others = [-20, -3, 0].flatMap((days) =>
  [1, 2, 3, 4].map((pc) =>
    handled({ time: NOON + days * DAY + pc * HOUR, name: `hq-${pc}.corp.example`, cmid: cmid(40 + pc) }),
  ),
);
const closed = portTest("kms01.corp.example", false);
const base = { "lon-7.xml": eventXml(lost()), "dns.txt": dns, "port.txt": closed };

describe("the host logged the request and the client got no answer", () => {
  const own = times.map((time) => handled({ time, name: computer, cmid: cmid(7), status: 5 }));

  test("so the answer is lost on its way back", async () => {
    const files = { ...base, "kms.xml": eventXml([...others, ...own]), "host.txt": hostDlv() };
    expect(await judged(pathFilter, files)).toMatchObject({
      kind: "seen",
      sighting: { verdict: "confirmed", severity: "error", facts: { lost: "reply", clients: ["lon-7"] } },
    });
    expect((await assessed(files)).findings[0]?.cause.id).toBe("N02");
  });
});

describe("the host serves others and has nothing of this client", () => {
  test("so its request is lost, on the way or on the client itself", async () => {
    const files = { ...base, "kms.xml": eventXml(others) };
    expect(await judged(pathFilter, files)).toMatchObject({
      sighting: { verdict: "likely", facts: { lost: "request", isClosed: true } },
    });
    expect(await judged(clientOutbound, files)).toMatchObject({ sighting: { verdict: "possible" } });
  });

  test("on the way, when several fail", async () => {
    const pair = eventXml([...lost(), ...lost("lon-8.corp.example", 8)]);
    const files = { "pcs.xml": pair, "dns.txt": dns, "kms.xml": eventXml(others) };
    expect(await judged(pathFilter, files)).toMatchObject({
      sighting: { verdict: "likely", affects: expect.arrayContaining(["lon-7", "lon-8"]) },
    });
    expect((await judged(clientOutbound, files)).kind).not.toBe("seen");
  });

  test("on the client, when its neighbours are served", async () => {
    const near = handled({ time: NOON + 3 * HOUR, name: "lon-9.corp.example", cmid: cmid(9) });
    const files = { ...base, "kms.xml": eventXml([...others, near]) };
    expect(await judged(clientOutbound, files)).toMatchObject({
      sighting: { verdict: "likely", facts: { neighbours: ["lon-9"] } },
    });
    expect(await judged(pathFilter, files)).toMatchObject({ sighting: { verdict: "possible" } });
  });

  test("is not decided by neighbours where all machines are called alike", async () => {
    const alike = [1, 2, 3].map((pc) =>
      handled({ time: NOON + pc * HOUR, name: `lon-${pc}.corp.example`, cmid: cmid(pc) }),
    );
    const files = { ...base, "kms.xml": eventXml(alike) };
    expect(await judged(pathFilter, files)).toMatchObject({ sighting: { verdict: "likely" } });
    expect(await judged(clientOutbound, files)).toMatchObject({ sighting: { verdict: "possible" } });
  });

  test("on the client, when the port opens from beside it", async () => {
    const beside = portTest("kms01.corp.example", true).replace("10.1.7.20", "10.1.7.21");
    const files = { ...base, "beside.txt": beside, "kms.xml": eventXml(others) };
    expect(await judged(clientOutbound, files)).toMatchObject({ sighting: { verdict: "likely" } });
  });

  test("on the client for certain, when a rule of its own blocks it", async () => {
    const rule = `C:\\>hostname\r\nlon-7\r\n\r\nPS C:\\> Get-NetFirewallRule | Format-List\r\n\r\nName      : KMS out\r\nEnabled   : True\r\nDirection : Outbound\r\nAction    : Block\r\nLocalPort : 1688\r\n\r\n`;
    const files = { ...base, "kms.xml": eventXml(others), "lon-7.txt": rule };
    expect(await judged(clientOutbound, files)).toMatchObject({
      sighting: { verdict: "confirmed", severity: "error", facts: { rule: "KMS out" } },
    });
    expect((await judged(pathFilter, files)).kind).not.toBe("seen");
  });

  test("is none when the port opens: then something looks inside", async () => {
    const files = { ...base, "port.txt": portTest("kms01.corp.example", true), "kms.xml": eventXml(others) };
    expect((await judged(pathFilter, files)).kind).not.toBe("seen");
    expect((await judged(clientOutbound, files)).kind).not.toBe("seen");
  });
});

test("a host that answers nobody is no filter between one client and it", async () => {
  expect((await judged(pathFilter, base)).kind).not.toBe("seen");
});

test("a licensed laptop that is out for an afternoon is neither, nor is its host at fault", async () => {
  const last = { status: 1, minutesLeft: 249_000, cmid: cmid(7) };
  const away = [
    ...exchange({ ...last, computer, time: NOON - 7 * DAY, answer: { activated: true, count: 50 } }),
    ...times.flatMap((time) => exchange({ ...last, computer, time, code: UNAVAILABLE })),
  ];
  const pc = { "lon-7.xml": eventXml(away), "dns.txt": dns };
  for (const files of [pc, { ...pc, "kms.xml": eventXml(others) }]) {
    const { verdict, findings } = await assessed(files);
    expect(findings.filter(({ sighting }) => /confirmed|likely/.test(sighting.verdict))).toEqual([]);
    expect(["healthy", "incomplete"]).toContain(verdict);
  }
});

test("one try in vain before a success is neither", async () => {
  const well = [
    ...exchange({ computer, time: NOON, code: UNAVAILABLE }),
    ...exchange({ computer, time: NOON + 2 * HOUR, answer: { activated: true, count: 50 } }),
  ];
  const files = { "lon-7.xml": eventXml(well), "dns.txt": dns, "kms.xml": eventXml(others) };
  expect(await judged(pathFilter, files)).toMatchObject({ kind: "ruledOut" });
  expect(await judged(clientOutbound, files)).toMatchObject({ kind: "ruledOut" });
});
