import { expect, test } from "bun:test";
import fc from "fast-check";
import { DAY, MINUTE } from "../../protocol/time.ts";
import {
  cmid,
  ENTERPRISE,
  evidenceOf,
  type LoggedRequest,
  OFFICE_2021,
  SERVER_2022,
  span,
} from "./log-for-tests.ts";
import type { ClientMachine, ClientsReport } from "./report.ts";
import { summarise } from "./summarise.ts";

const START = Date.UTC(2026, 2, 1, 8);
const at = (days: number) => START + days * DAY;
const HOUR = DAY / 24;

/** The report of a log that reaches over so many days, whatever was requested in it. */
function report(requests: readonly LoggedRequest[], days = 60): ClientsReport {
  return summarise(evidenceOf(requests, { logs: [span(START, at(days))] }));
}

function machine(of: ClientsReport, label: string): ClientMachine {
  const found = of.machines.find((each) => each.label === label);
  if (found === undefined)
    throw new Error(`no ${label} among ${of.machines.map((each) => each.label).join(", ")}`);
  return found;
}

/** A machine that renews every 7 days from one day to another. */
function renewing(name: string, number: number, from: number, to: number): LoggedRequest[] {
  const requests: LoggedRequest[] = [];
  for (let day = from; day <= to; day += 7) requests.push({ time: at(day), name, cmid: cmid(number) });
  return requests;
}

test("a machine that calls itself by its bare name and with its domain, in any case, is one machine", () => {
  const all = report([
    { time: at(0), name: "PC-1" },
    { time: at(7), name: "pc-1.corp.example" },
    { time: at(14), name: "PC-1.CORP.EXAMPLE" },
  ]);
  expect(all.machines).toHaveLength(1);
  expect(machine(all, "pc-1")).toMatchObject({ requests: 3, names: ["pc-1", "pc-1.corp.example"] });
});

test("two machines of one name in two domains stay apart, and the bare name goes to the one that has its CMID", () => {
  const all = report([
    { time: at(0), name: "web.north.example", cmid: cmid(1) },
    { time: at(0), name: "web.south.example", cmid: cmid(2) },
    { time: at(7), name: "WEB", cmid: cmid(2) },
  ]);
  expect(all.machines.map(({ label, requests }) => [label, requests]).sort()).toEqual([
    ["web.north.example", 1],
    ["web.south.example", 2],
  ]);
});

test("addresses are not taken for names with a domain, and machines without a name go by their CMID", () => {
  const all = report([
    { time: at(0), name: "10.1.0.5", cmid: cmid(1) },
    { time: at(0), name: "10.2.0.6", cmid: cmid(2) },
    { time: at(0), name: "", cmid: cmid(3) },
    { time: at(1), name: "", cmid: cmid(3) },
  ]);
  expect(all.machines.map((each) => each.label).sort()).toEqual([cmid(3), "10.1.0.5", "10.2.0.6"]);
});

test("a machine that renews is fine, and is next expected a renewal interval after its last request", () => {
  const pc = machine(report(renewing("pc-1", 1, 0, 56)), "pc-1");
  expect(pc).toMatchObject({ condition: "ok", expires: at(56 + 180), next: at(63), status: 1 });
});

test("a machine that is not seen for more than two renewal intervals is overdue, and its end is known", () => {
  const pc = machine(report([...renewing("pc-1", 1, 0, 42), ...renewing("pc-2", 2, 0, 60)]), "pc-1");
  expect(pc).toMatchObject({ condition: "overdue", last: at(42), expires: at(222) });
});

test("two renewal intervals exactly are not yet overdue", () => {
  expect(machine(report(renewing("pc-1", 1, 0, 42), 56), "pc-1").condition).toBe("ok");
});

test("a machine that stays away until its activation has ended is said to have expired", () => {
  expect(machine(report(renewing("pc-1", 1, 0, 7), 188), "pc-1").condition).toBe("expired");
});

test("a log that ends too early calls nobody overdue", () => {
  const all = report([{ time: at(0), name: "pc-1" }], 5);
  expect(all.hosts[0]).toMatchObject({ short: true });
  expect(machine(all, "pc-1").condition).toBe("ok");
});

test("a machine whose last request was refused is failing, keeps what it says it has left, and tries again in two hours", () => {
  const pc = machine(
    report([
      { time: at(50), name: "pc-1" },
      { time: at(57), name: "pc-1", code: 0xc004f06c, minutesLeft: 249_120 },
    ]),
    "pc-1",
  );
  expect(pc).toMatchObject({
    condition: "failing",
    code: 0xc004f06c,
    failures: [{ code: 0xc004f06c, requests: 1 }],
  });
  expect(pc.expires).toBe(at(57) + 249_120 * MINUTE);
  expect(pc.next).toBe(at(57) + 120 * MINUTE);
});

test("a host's success is not an activation: a machine that asks again without a licence got none", () => {
  const requests = [0, 2, 4].map((hours) => ({
    time: at(59) + hours * HOUR,
    name: "pc-1",
    status: 5,
    minutesLeft: 0,
  }));
  const pc = machine(report(requests), "pc-1");
  expect(pc.condition).toBe("not-activated");
  expect(pc.expires).toBeUndefined();
});

test("a first activation that is followed by a renewal is fine", () => {
  const pc = machine(
    report([
      { time: at(50), name: "pc-1", status: 5, minutesLeft: 0 },
      { time: at(57), name: "pc-1" },
    ]),
    "pc-1",
  );
  expect(pc.condition).toBe("new");
});

test("0x4004F040 is a success with a note", () => {
  const all = report([{ time: at(59), name: "pc-1", code: 0x4004f040 }]);
  expect(all.failed).toBe(0);
  expect(machine(all, "pc-1").condition).toBe("new");
});

test("a machine is new when the log shows two renewal intervals before it without it, and for 30 days", () => {
  const all = report([
    ...renewing("old", 1, 3, 59),
    ...renewing("new", 2, 40, 54),
    ...renewing("settled", 3, 20, 55),
  ]);
  expect(machine(all, "old").condition).toBe("ok");
  expect(machine(all, "new").condition).toBe("new");
  expect(machine(all, "settled").condition).toBe("ok");
});

test("an edition that was upgraded is replaced, not overdue; another Office beside Windows is not", () => {
  const all = report([
    { time: at(0), name: "srv-1", product: "de32eafd-aaee-4662-9444-c1befb41bde2", required: 5 },
    ...renewing("srv-1", 1, 20, 55).map((request) => ({ ...request, product: SERVER_2022 })),
    ...renewing("srv-1", 1, 2, 58).map((request) => ({ ...request, product: OFFICE_2021 })),
  ]);
  const server = machine(all, "srv-1");
  expect(server.condition).toBe("ok");
  expect(server.products.map(({ product, condition }) => [product?.name, condition])).toEqual([
    ["Windows Server 2022 Standard", "ok"],
    ["Office LTSC 2021 Professional Plus", "ok"],
    ["Windows Server 2019 Standard", "replaced"],
  ]);
});

test("an Office that stopped renewing is told although its Windows goes on", () => {
  const all = report([
    ...renewing("pc-1", 1, 4, 60),
    ...renewing("pc-1", 1, 0, 14).map((request) => ({ ...request, product: OFFICE_2021 })),
  ]);
  expect(machine(all, "pc-1").condition).toBe("overdue");
});

test("one CMID that several names use in turns is a cluster of clones", () => {
  const turns = [0, 1, 2, 3, 4, 5].map((each) => ({ time: at(50 + each), name: `lab-0${(each % 3) + 1}` }));
  const [cluster] = report(turns).clusters;
  expect(cluster).toMatchObject({ verdict: "overlapping", cmid: cmid(1), prefix: "lab-0" });
  expect(cluster?.members.map((member) => [member.machine, member.requests])).toEqual([
    ["lab-01", 2],
    ["lab-02", 2],
    ["lab-03", 2],
  ]);
});

test("one CMID that goes from one name to another was renamed or imaged again, and accuses nobody", () => {
  const all = report([...renewing("desktop-x1", 1, 0, 21), ...renewing("pc-17", 1, 28, 56)]);
  expect(all.clusters).toMatchObject([{ verdict: "sequential" }]);
  expect(machine(all, "desktop-x1")).toMatchObject({ condition: "renamed", renamedTo: "pc-17" });
  expect(machine(all, "pc-17")).toMatchObject({ condition: "ok", renamedFrom: "desktop-x1" });
});

test("a name that appeared just now with another's CMID is left open", () => {
  const all = report([...renewing("pc-1", 1, 0, 56), { time: at(58), name: "pc-2" }]);
  expect(all.clusters).toMatchObject([{ verdict: "open" }]);
});

test("a machine that goes on with a CMID of its own is not renamed when another takes its old one", () => {
  const all = report([
    ...renewing("pc-1", 1, 0, 7),
    ...renewing("pc-1", 2, 14, 56),
    ...renewing("pc-2", 1, 28, 56),
  ]);
  expect(machine(all, "pc-1").condition).toBe("ok");
  expect(machine(all, "pc-1").renamedTo).toBeUndefined();
});

test("several CMIDs one after the other are benign, in turns they are not", () => {
  const all = report([
    ...renewing("rearmed", 1, 0, 21),
    ...renewing("rearmed", 2, 28, 56),
    ...[40, 41, 42, 43].map((day) => ({ time: at(day), name: "vdi", cmid: cmid(10 + (day % 2)) })),
  ]);
  expect(all.changes.map(({ machine: of, verdict, cmids }) => [of, verdict, cmids.length])).toEqual([
    ["vdi", "alternating", 2],
    ["rearmed", "sequential", 2],
  ]);
});

test("another CMID for Office than for Windows is no change", () => {
  const all = report([
    ...renewing("pc-1", 1, 0, 56),
    ...renewing("pc-1", 2, 1, 56).map((request) => ({ ...request, product: OFFICE_2021 })),
  ]);
  expect(all.changes).toEqual([]);
});

test("failures are counted by code, product and machine, and quote their last request", () => {
  const failing = (name: string, day: number, product: string) => ({
    time: at(day),
    name,
    product,
    code: 0xc004f042,
  });
  const { failures, failed } = report([
    failing("a", 1, ENTERPRISE),
    failing("a", 2, ENTERPRISE),
    failing("b", 3, ENTERPRISE),
    failing("c", 3, SERVER_2022),
  ]);
  expect(failed).toBe(4);
  expect(failures.map(({ machines, requests, product }) => [product?.family, machines, requests])).toEqual([
    ["client", ["a", "b"], 3],
    ["server", ["c"], 1],
  ]);
  expect(failures[0]?.at).toMatchObject({ file: "kms.evtx", record: 3 });
});

test("the count of 30 days rises with each CMID, falls 30 days after its last request, and knows the cap", () => {
  const all = report([
    { time: at(0), name: "a", cmid: cmid(1) },
    { time: at(2), name: "b", cmid: cmid(2) },
    { time: at(3), name: "b-clone", cmid: cmid(2) },
    { time: at(40), name: "c", cmid: cmid(3), product: SERVER_2022 },
  ]);
  const [window] = all.windows;
  expect(window).toMatchObject({ host: "kms1.corp.example", pool: "Windows", required: [5, 25], cap: 50 });
  expect(window?.distinct.slice(0, 3)).toEqual([1, 1, 2]);
  expect([29, 30, 32, 33, 40].map((day) => window?.distinct[day])).toEqual([2, 1, 1, 0, 1]);
  expect(window).toMatchObject({ current: 1, highest: 2 });
});

test("Windows, each Office, and what is not known are counted apart", () => {
  const unknown = "11111111-2222-4333-8444-555555555555";
  const all = report([
    { time: at(0), name: "a", product: ENTERPRISE },
    { time: at(0), name: "a", product: OFFICE_2021 },
    { time: at(0), name: "a", product: unknown, required: 5 },
    { time: at(0), name: "b", product: unknown, required: 25, cmid: cmid(2) },
  ]);
  expect(all.windows.map(({ pool, current }) => [pool, current])).toEqual([
    ["", 1],
    ["Office LTSC 2021", 1],
    ["Windows", 2],
  ]);
  expect(all.products.find((each) => each.id === unknown)?.product).toBeUndefined();
});

test("hosts are counted apart, and a machine is overdue by the log of the host that it used", () => {
  const all = summarise(
    evidenceOf(
      [
        { time: at(0), name: "a", host: "kms1", file: "1.evtx" },
        { time: at(0), name: "b", host: "kms2", file: "2.evtx", cmid: cmid(2) },
      ],
      { logs: [span(START, at(5), { computer: "kms1" }), span(START, at(50), { computer: "kms2" })] },
    ),
  );
  expect(all.hosts.map(({ host, requests }) => [host, requests])).toEqual([
    ["kms1", 1],
    ["kms2", 1],
  ]);
  expect(machine(all, "a").condition).toBe("ok");
  expect(machine(all, "b").condition).toBe("overdue");
});

test("a log that is there twice, as a file and as an export, is counted once", () => {
  const requests = renewing("pc-1", 1, 0, 56).map((request, each) => ({ ...request, record: each + 1 }));
  const twice = [...requests, ...requests.map((request) => ({ ...request, file: "kms.csv" }))];
  const all = report(twice);
  expect(all).toMatchObject({ requests: 9, repeated: 9 });
  expect(machine(all, "pc-1").requests).toBe(9);
});

test("the renewal interval is the one that the evidence states", () => {
  const evidence = evidenceOf([...renewing("pc-1", 1, 0, 7)], { logs: [span(START, at(30))] });
  evidence.answered.add(
    { file: "a", line: 1, record: 0, time: at(1), computer: "pc-1" },
    {
      code: 0,
      flags: 0,
      activated: 1,
      count: 30,
      activationInterval: 120,
      renewalInterval: 20_160,
      clientTime: 0,
    },
    "",
  );
  const all = summarise(evidence);
  expect(all).toMatchObject({ renewalInterval: 20_160, renewalIntervalStated: true });
  expect(machine(all, "pc-1").condition).toBe("ok");
});

test("requests without a time are counted, and mislead nobody", () => {
  const all = report([
    { time: Number.NaN, name: "pc-1" },
    { time: at(50), name: "pc-2", cmid: cmid(2) },
  ]);
  expect(all).toMatchObject({ requests: 2, undated: 1 });
  expect(machine(all, "pc-1").condition).toBe("ok");
  expect(machine(all, "pc-1").expires).toBeUndefined();
});

test("an empty log gives an empty report", () => {
  const all = report([]);
  expect(all).toMatchObject({ requests: 0, machines: [], windows: [], days: [], hosts: [] });
});

const anyRequest = fc.record({
  time: fc.oneof(
    fc.integer({ min: 0, max: 90 * 24 }).map((hours) => START + hours * HOUR),
    fc.constant(Number.NaN),
  ),
  name: fc.constantFrom(
    "pc-1",
    "PC-1.corp.example",
    "pc-2",
    "pc-2.a.example",
    "pc-2.b.example",
    "10.0.0.1",
    "",
  ),
  cmid: fc.integer({ min: 1, max: 6 }).map(cmid),
  product: fc.constantFrom(ENTERPRISE, SERVER_2022, OFFICE_2021, "0".repeat(8)),
  code: fc.constantFrom(0, 0x4004f040, 0xc004f06c, 0xc004f042),
  status: fc.integer({ min: 0, max: 6 }),
  minutesLeft: fc.integer({ min: 0, max: 259_200 }),
  virtual: fc.constantFrom(0, 1),
  host: fc.constantFrom("kms1.corp.example", "kms2.corp.example"),
});
const anyLog = fc
  .array(anyRequest, { maxLength: 60 })
  .map((all) => all.map((request, record) => ({ ...request, record: record + 1 })));

test("the requests of machines, products, hosts and states each add up to all", () => {
  fc.assert(
    fc.property(anyLog, (requests) => {
      const all = report(requests, 90);
      const total = (items: readonly { requests: number }[]) =>
        items.reduce((sum, each) => sum + each.requests, 0);
      const failures = requests.filter((request) => request.code >= 0x8000_0000).length;
      expect(all.requests).toBe(requests.length);
      expect(total(all.machines)).toBe(requests.length);
      expect(total(all.machines.flatMap((each) => each.products))).toBe(requests.length);
      expect(total(all.products)).toBe(requests.length);
      expect(total(all.days) + all.undated).toBe(requests.length);
      expect(all.requestsByStatus.reduce((sum, each) => sum + each, 0)).toBe(requests.length);
      expect(total(all.failures)).toBe(failures);
      expect(total(all.machines.flatMap((each) => each.failures))).toBe(failures);
    }),
  );
});

test("a count never exceeds the CMIDs or the requests of its log", () => {
  fc.assert(
    fc.property(anyLog, (requests) => {
      const all = report(requests, 90);
      for (const { host, highest, current, distinct } of all.windows) {
        const own = requests.filter((request) => request.host === host);
        expect(highest).toBeLessThanOrEqual(new Set(own.map((request) => request.cmid)).size);
        expect(current).toBeLessThanOrEqual(highest);
        expect(Math.min(...distinct)).toBeGreaterThanOrEqual(0);
      }
      for (const product of all.products) expect(product.machines).toBeLessThanOrEqual(all.machines.length);
    }),
  );
});

test("the order of records does not matter", () => {
  fc.assert(
    fc.property(
      anyLog.chain((log) => fc.tuple(fc.constant(log), fc.shuffledSubarray(log, { minLength: log.length }))),
      ([log, shuffled]) => {
        expect(report(shuffled, 90)).toEqual(report(log, 90));
      },
    ),
  );
});
