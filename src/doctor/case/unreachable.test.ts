import { describe, expect, test } from "bun:test";
import { evidenceOf, type Files } from "../../../test/doctor/evidence.ts";
import {
  clientDlv,
  cmid,
  eventXml,
  exchange,
  HOUR,
  handled,
  hostDlv,
  MINUTE,
  NOON,
  nslookup,
  nslookupAddress,
  portTest,
} from "../../../test/doctor/texts.ts";
import { caseOf } from "./case.ts";
import { suspects, type Unreached, unreachedIn } from "./unreachable.ts";

const KMS = "kms01.corp.example";
const srv = nslookup("corp.example", [{ host: KMS }]);
const tries = (code = 0x800706ba, host = `${KMS}:1688`) =>
  eventXml(
    [0, 2].flatMap((hours) =>
      exchange({ computer: "pc9.corp.example", cmid: cmid(9), time: NOON + hours * HOUR, code, host }),
    ),
  );
const refused = `$ nc -vz ${KMS} 1688\nnc: connect to ${KMS} (10.1.0.15) port 1688 (tcp) failed: Connection refused\n`;
const timedOut = `$ nc -vz -w 5 ${KMS} 1688\nnc: connect to ${KMS} (10.1.0.15) port 1688 (tcp) timed out: Operation now in progress\n`;

async function unreached(files: Files): Promise<Unreached | undefined> {
  return unreachedIn(caseOf(await evidenceOf(files)))[0];
}

async function suspected(files: Files): Promise<unknown> {
  const found = await unreached(files);
  return found && suspects(found);
}

const served = eventXml([
  handled({ time: NOON - HOUR, name: "pc1.corp.example", cmid: cmid(1) }),
  handled({ time: NOON + 3 * HOUR, name: "pc2.corp.example", cmid: cmid(2) }),
]);

describe("a silent host that is the only one in DNS", () => {
  const cases: [title: string, files: Files, expected: unknown][] = [
    ["fits all three when nothing else is known", {}, { D02: "likely", N01: "likely", N05: "likely" }],
    ["is a live service when it logs others meanwhile", { "kms.xml": served }, {}],
    ["is a live service when its port is open from elsewhere", { "port.txt": portTest(KMS, true) }, {}],
    ["refused at once: nothing listens", { "port.txt": refused, "host.txt": hostDlv() }, { N05: "likely" }],
    [
      "refused at once by a machine that is no known host",
      { "port.txt": refused },
      { D02: "likely", N05: "likely" },
    ],
    ["timed out: closed off or gone", { "port.txt": timedOut }, { D02: "likely", N01: "likely" }],
  ];
  test.each(cases)("%s", async (_, files, expected) => {
    expect(await suspected({ "pc.xml": tries(), "dns.txt": srv, ...files })).toEqual(expected as object);
  });

  test("tells since when, who tried, and that it is in DNS", async () => {
    const found = await unreached({ "pc.xml": tries(), "dns.txt": srv });
    expect(found).toMatchObject({ since: NOON, isInSrv: true, manner: "unknown", isProviders: false });
    expect(found?.clients.map(({ label }) => label)).toEqual(["pc9"]);
  });
});

test("a name without an address is neither a firewall nor a stopped service", async () => {
  const files = { "pc.xml": tries(), "dns.txt": srv, "a.txt": nslookupAddress(KMS, undefined) };
  expect((await unreached(files))?.manner).toBe("unresolved");
  expect(await suspected(files)).toEqual({});
});

test("a host that the client was given by name is in no record", async () => {
  const files = { "pc.xml": tries(), "dns.txt": nslookup("corp.example", [{ host: "kms02.corp.example" }]) };
  expect(await unreached(files)).toMatchObject({ isInSrv: false });
  expect(await suspected(files)).toEqual({ N01: "likely", N05: "likely" });
});

test("a provider's host is behind nobody's own firewall", async () => {
  const files = { "vm.xml": tries(0x800706ba, "azkms.core.windows.net:1688") };
  expect(await suspected(files)).toEqual({});
});

test("a request that the host logged was not lost on its way there", async () => {
  const pc = { name: "pc9.corp.example", cmid: cmid(9), status: 5, minutesLeft: 0 };
  const log = eventXml([0, 2].map((hours) => handled({ ...pc, time: NOON + hours * HOUR })));
  const found = await unreached({ "pc.xml": tries(), "dns.txt": srv, "kms.xml": log });
  expect(found?.heard).toBeDefined();
  expect(found && suspects(found)).toEqual({});
});

test("a try that the same host answered later is none in vain", async () => {
  const pc = { computer: "pc9.corp.example", cmid: cmid(9) };
  const log = eventXml([
    ...exchange({ ...pc, time: NOON, code: 0x800706ba }),
    ...exchange({ ...pc, time: NOON + 20 * MINUTE, answer: { activated: true, count: 50 } }),
  ]);
  expect(
    await unreached({ "pc.xml": log, "dns.txt": srv, "pc.txt": clientDlv({ cmid: cmid(9) }) }),
  ).toBeUndefined();
});
