import { expect, test } from "bun:test";
import { evidenceOf } from "../../../test/doctor/evidence.ts";
import {
  cmid,
  eventXml,
  exchange,
  hostDlv,
  MINUTE,
  NOON,
  nslookup,
  PRODUCTS,
} from "../../../test/doctor/texts.ts";
import { caseOf } from "./case.ts";

const logged = [1, 2, 3]
  .map(
    (number) =>
      `Information\t3/10/2026 11:5${number}:08 AM\tKmsRequests\t12290\tNone\t"An activation request has been processed.\r\nInfo:\r\n0x0,25,pc-${number}.corp.example,${cmid(number)},2026/3/10 11:5${number},0,1,249120,${PRODUCTS.windows11Enterprise}"`,
  )
  .toReversed();
const log = ["Level\tDate and Time\tSource\tEvent ID\tTask Category", ...logged, ""].join("\r\n");

test("a log without a name is of the host that clients asked when they were logged there", async () => {
  const time = Date.UTC(2026, 2, 10, 11, 52, 8);
  const own = exchange({
    computer: "pc-2.corp.example",
    time,
    cmid: cmid(2),
    host: "act3.corp.example:1688",
    answer: { activated: true, count: 50 },
  });
  const the = caseOf(
    await evidenceOf({
      "requests.txt": log,
      "pc.xml": eventXml(own),
      "dns.txt": nslookup("corp.example", [{ host: "act3.corp.example" }, { host: "act4.corp.example" }]),
    }),
  );
  expect(the.hosts.map(({ label, population }) => [label, population?.pools[0]?.cmids.size])).toEqual([
    ["act3.corp.example", 3],
    ["act4.corp.example", undefined],
  ]);
  expect(the.hostNamed("requests.txt")?.label).toBe("act3.corp.example");
});

test("a log and a report without names are of one host, whose log is read", async () => {
  const the = caseOf(await evidenceOf({ "a.txt": log, "b.txt": hostDlv({ count: 3, time: NOON + MINUTE }) }));
  expect(the.hosts).toHaveLength(1);
  expect(the.hosts[0]?.population?.pools[0]?.cmids.size).toBe(3);
  expect(the.hosts[0]?.log?.counts[12290]).toBe(3);
});
