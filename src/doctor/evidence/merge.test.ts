import { expect, test } from "bun:test";
import fc from "fast-check";
import { Collector } from "./collector.ts";
import { merge } from "./merge.ts";
import type { ClientBlock, Evidence, EvidenceKind, HostBlock, ProductReport } from "./model.ts";
import type { Place } from "./place.ts";

const WINDOWS = "55c92734-d682-4d71-983e-d6ec3f16059f";
const PRO = "11111111-0000-4000-8000-000000000001";
const SERVER = "11111111-0000-4000-8000-000000000002";
const HOST_KEY = "11111111-0000-4000-8000-00000000000a";
const CMID = "c0000000-0000-4000-8000-000000000001";
const OTHER_CMID = "c0000000-0000-4000-8000-000000000002";
const NOON = Date.UTC(2026, 4, 4, 12);
const DAY = 86_400_000;

/** Puts one thing into the evidence. */
type Part = (collector: Collector) => void;

interface Client {
  readonly file: string;
  readonly product?: string;
  readonly pid?: string;
  readonly cmid?: string;
  readonly host?: string;
  readonly hostPid?: string;
  readonly at?: number;
  readonly status?: 1 | 5;
  readonly names?: readonly string[];
}

function place(file: string, line = 1): Place {
  return { file, line, record: 0, quote: "" };
}

/** A place behind all that was put into a file before. */
function next(collector: Collector, file: string): Place {
  return place(file, collector.readings.filter(({ origin }) => origin.file === file).length * 10);
}

function fact<T>(file: string, value: T) {
  return { value, at: place(file) };
}

function client(of: Client): Part {
  const { file, product = PRO, pid, cmid, host, hostPid, at, status = 1, names = [] } = of;
  return (collector) => {
    const { origin } = collector.begin(file, "slmgr-dlv", { names, language: "en" });
    const block: ClientBlock = {
      ...(cmid === undefined ? {} : { cmid: fact(file, cmid) }),
      ...(host === undefined ? {} : { discovered: fact(file, { name: host, port: 1688 }) }),
      ...(hostPid === undefined ? {} : { hostExtendedPid: fact(file, hostPid) }),
    };
    collector.products.push({
      ...report(file, product, "VOLUME_KMSCLIENT"),
      at: next(collector, file),
      origin,
      status: fact(file, status),
      ...(pid === undefined ? {} : { extendedPid: fact(file, pid) }),
      ...(at === undefined ? {} : { trustedTime: fact(file, { text: "", readings: [at] }) }),
      client: block,
    });
  };
}

interface Told {
  readonly installation?: string;
  readonly count?: number;
  readonly at?: number;
}

function host(file: string, pid: string, names: readonly string[] = [], told: Told = {}): Part {
  const { installation, count = 30, at } = told;
  return (collector) => {
    const { origin } = collector.begin(file, "slmgr-dlv", { names, language: "en" });
    const block: HostBlock = { count: fact(file, count), byStatus: {} };
    collector.products.push({
      ...report(file, HOST_KEY, "VOLUME_KMS_WS22"),
      at: next(collector, file),
      origin,
      extendedPid: fact(file, pid),
      ...(installation === undefined ? {} : { installationId: fact(file, installation) }),
      ...(at === undefined ? {} : { trustedTime: fact(file, { text: "", readings: [at] }) }),
      host: block,
    });
  };
}

function report(file: string, product: string, channel: string): Omit<ProductReport, "origin"> {
  return {
    at: place(file),
    product: fact(file, product),
    application: fact(file, WINDOWS),
    channel: fact(file, channel),
    partialKey: fact(file, "3V66T"),
    cutOff: false,
  };
}

/** A stretch that only names a machine, or only lies in a file. */
function other(file: string, kind: EvidenceKind, ...names: string[]): Part {
  return (collector) => void collector.begin(file, kind, { names });
}

function attempt(file: string, product: string): Part {
  return (collector) => {
    const { origin } = collector.begin(file, "slmgr-ato");
    const [at, code] = [place(file), fact(file, 0xc004f074)];
    collector.attempts.push({ origin, at, product: fact(file, product), code });
  };
}

interface Request {
  readonly product?: string;
  readonly cmid?: string;
  readonly code?: string;
  readonly status?: number;
  readonly time?: number;
}

/** A client's own log with one 12288. */
function sent(file: string, computer: string, askedHost: string, request: Request = {}): Part {
  const { product = PRO, cmid = CMID, code = "0x0", status = 5, time = NOON } = request;
  return (collector) => {
    log(collector, file, computer, 12288, time);
    const info = `${code}, 0x0, ${askedHost}:1688, ${cmid}, 2026/05/04 12:00, 0, ${status}, 0, ${product}, 25`;
    collector.request(12288, { file, line: 0, record: 1, time, computer }, info);
  };
}

/** A host's log with one 12290. */
function handled(file: string, computer: string, name: string, cmid: string): Part {
  return (collector) => {
    log(collector, file, computer, 12290, NOON);
    const info = `0x0, 25, ${name}, ${cmid}, 2026/05/04 12:00, 0, 5, 0, ${PRO}`;
    collector.request(12290, { file, line: 0, record: 1, time: NOON, computer }, info);
  };
}

function log(collector: Collector, file: string, computer: string, id: number, time: number): void {
  const known = collector.logs.find((one) => one.origin.file === file && one.computer === computer);
  if (known !== undefined) {
    known.counts[id] = (known.counts[id] ?? 0) + 1;
    return;
  }
  const isNameless = computer === "";
  const { origin } = collector.begin(file, isNameless ? "event-text" : "evtx", {
    names: isNameless ? [] : [computer],
  });
  const span = { first: time, last: time, counts: { [id]: 1 }, selected: false, zone: "utc" as const };
  collector.logs.push({ origin, computer, channel: "Application", ...span });
}

function evidenceOf(parts: readonly Part[]): Evidence {
  const collector = new Collector();
  for (const part of parts) part(collector);
  return merge(collector);
}

/** What every file is of, as `file: machine`. */
function machinesByFile(evidence: Evidence): string[] {
  return evidence.files.map(({ file, machine }) => `${file}: ${machine}`);
}

const cases: [sentence: string, parts: Part[], files: string[]][] = [
  [
    "a full name and the bare one in any case are one machine",
    [other("a", "ipconfig", "PC-1"), other("b", "evtx", "pc-1.corp.example")],
    ["a: pc-1", "b: pc-1"],
  ],
  [
    "two full names with one bare name are two machines, and the bare name is of neither",
    [
      other("a", "evtx", "pc.north.example"),
      other("b", "evtx", "pc.south.example"),
      other("c", "ipconfig", "PC"),
    ],
    ["a: pc.north.example", "b: pc.south.example", "c: pc"],
  ],
  [
    "the bare name is of the one that the same file names in full",
    [
      other("a", "evtx", "pc.north.example"),
      other("a", "ipconfig", "PC"),
      other("b", "evtx", "pc.south.example"),
    ],
    ["a: pc.north.example", "a: pc.north.example", "b: pc.south.example"],
  ],
  [
    "several names that a machine gives itself are one machine",
    [other("a", "ipconfig", "web1", "intranet.corp.example"), other("b", "evtx", "web1")],
    ["a: web1", "b: web1"],
  ],
  [
    "a transcript is of the machine that another part of its file names",
    [client({ file: "a", pid: "p1" }), other("a", "ipconfig", "pc-1")],
    ["a: pc-1", "a: pc-1"],
  ],
  [
    "a client's transcript is not of the host that its file names",
    [client({ file: "a", pid: "p1" }), handled("a", "kms", "pc-9", CMID)],
    ["a: kms", "a: a"],
  ],
  [
    "two transcripts of one file with one product and extended PID are one machine",
    [client({ file: "mail", pid: "p1" }), client({ file: "mail", pid: "p1" })],
    ["mail: mail"],
  ],
  [
    "two transcripts of one file with one product and two extended PIDs are two machines",
    [client({ file: "mail", pid: "p1" }), client({ file: "mail", pid: "p2" })],
    ["mail: mail:10", "mail: mail:20"],
  ],
  [
    "a host and a client in one mail are two machines",
    [host("mail", "h1"), client({ file: "mail", pid: "p1" })],
    ["mail: mail:10", "mail: mail:20"],
  ],
  [
    "an attempt in a mail is of the transcript of its product",
    [
      attempt("mail", PRO),
      host("mail", "h1"),
      client({ file: "mail", pid: "p1" }),
      handled("kms", "kms", "x", CMID),
    ],
    ["kms: kms", "mail: mail", "mail: kms", "mail: mail"],
  ],
  [
    "a CMID that a machine asked with says whose transcript it is",
    [
      client({ file: "a", cmid: CMID }),
      sent("b", "pc-1", "kms"),
      sent("c", "pc-2", "kms", { cmid: OTHER_CMID }),
    ],
    ["a: pc-1", "b: pc-1", "c: pc-2"],
  ],
  [
    "a CMID that a host's log names says whose transcript it is, though nothing else of that machine is there",
    [client({ file: "a", cmid: CMID }), handled("b", "kms", "pc-7.corp.example", CMID)],
    ["a: pc-7", "b: kms"],
  ],
  [
    "a CMID of two machines says nothing",
    [client({ file: "a", cmid: CMID }), handled("b", "kms", "pc-7", CMID), handled("b", "kms", "pc-8", CMID)],
    ["a: a", "b: kms"],
  ],
  [
    "clients name the host whose extended PID they state",
    [
      host("a", "h1"),
      host("b", "h2"),
      client({ file: "c", cmid: CMID, host: "kms1.corp.example", hostPid: "h1" }),
      client({ file: "d", cmid: OTHER_CMID, host: "kms2.corp.example", hostPid: "h2" }),
    ],
    ["a: kms1", "b: kms2", "c: c", "d: d"],
  ],
  [
    "the only host's transcript is of the only machine that wrote events of a host",
    [host("a", "h1"), handled("b", "kms", "pc-1", CMID)],
    ["a: kms", "b: kms"],
  ],
  [
    "the only host's transcript is of the host that answered",
    [host("a", "h1"), sent("b", "pc-1", "kms.corp.example")],
    ["a: kms", "b: pc-1"],
  ],
  [
    "the only host's transcript is not of a host that did not answer",
    [host("a", "h1"), sent("b", "pc-1", "old.corp.example", { code: "0x800706BA" })],
    ["a: a", "b: pc-1"],
  ],
  [
    "of two hosts' transcripts none is of the only machine that wrote events of a host",
    [host("a", "h1"), host("b", "h2"), handled("c", "kms", "pc-1", CMID)],
    ["a: a", "b: b", "c: kms"],
  ],
  [
    "a transcript is of the only machine that asked for its product at about its time",
    [
      client({ file: "a", at: NOON + DAY }),
      sent("b", "pc-1", "kms"),
      sent("c", "srv-1", "kms", { product: SERVER }),
    ],
    ["a: pc-1", "b: pc-1", "c: srv-1"],
  ],
  [
    "a transcript of another month is not",
    [client({ file: "a", at: NOON + 60 * DAY }), sent("b", "pc-1", "kms")],
    ["a: a", "b: pc-1"],
  ],
  [
    "a transcript with another CMID is not",
    [client({ file: "a", cmid: OTHER_CMID, at: NOON }), sent("b", "pc-1", "kms")],
    ["a: a", "b: pc-1"],
  ],
  [
    "of two transcripts that fit, the one with the state that the log ends in is its machine's",
    [
      client({ file: "a", pid: "p1", status: 1, at: NOON }),
      client({ file: "b", pid: "p2", status: 5, at: NOON }),
      sent("c", "pc-1", "kms", { code: "0x800706BA", status: 5 }),
    ],
    ["a: a", "b: pc-1", "c: pc-1"],
  ],
  [
    "of two transcripts that fit alike none is",
    [
      client({ file: "a", pid: "p1", status: 5, at: NOON }),
      client({ file: "b", pid: "p2", status: 5, at: NOON }),
      sent("c", "pc-1", "kms"),
    ],
    ["a: a", "b: b", "c: pc-1"],
  ],
  [
    "a folder that names one machine says whose the rest in it is",
    [
      client({ file: "x/pc/dlv", product: SERVER }),
      other("x/pc/more/ipconfig", "ipconfig", "pc-1"),
      other("x/pc/nslookup", "dns-answers"),
      other("x/note", "unknown"),
    ],
    ["x/note: ", "x/pc/dlv: pc-1", "x/pc/more/ipconfig: pc-1", "x/pc/nslookup: pc-1"],
  ],
  [
    "the topmost folder says nothing",
    [client({ file: "x/dlv", product: SERVER }), other("x/ipconfig", "ipconfig", "pc-1")],
    ["x/dlv: dlv", "x/ipconfig: pc-1"],
  ],
  [
    "a folder that names two machines says nothing",
    [
      client({ file: "x/pc/dlv", product: SERVER }),
      other("x/pc/a", "ipconfig", "pc-1"),
      other("x/pc/b", "ipconfig", "pc-2"),
      other("x/note", "unknown"),
    ],
    ["x/note: ", "x/pc/a: pc-1", "x/pc/b: pc-2", "x/pc/dlv: dlv"],
  ],
  [
    "what names no machine is called by its file, with its folder where another has that name",
    [client({ file: "x/pc/dlv", pid: "p1" }), client({ file: "x/srv/dlv", pid: "p2" })],
    ["x/pc/dlv: pc/dlv", "x/srv/dlv: srv/dlv"],
  ],
  [
    "events that do not say which computer logged them are of whom their CMID is",
    [sent("a", "", "kms"), handled("b", "kms", "pc-7", CMID)],
    ["a: pc-7", "b: kms"],
  ],
  [
    "a transcript is of the only log that names its product, though neither names a machine",
    [client({ file: "a", product: SERVER }), sent("b", "", "kms", { product: SERVER })],
    ["a: b", "b: b"],
  ],
  [
    "a transcript with another CMID than the log is not",
    [client({ file: "a", cmid: OTHER_CMID }), sent("b", "", "kms")],
    ["a: a", "b: b"],
  ],
  [
    "of two transcripts that fit a log without a name none is of its machine",
    [client({ file: "a" }), client({ file: "c" }), sent("b", "", "kms")],
    ["a: a", "b: b", "c: c"],
  ],
  [
    "the only host's transcript is of the only host's log, though neither names a machine",
    [host("a", "h1"), handled("b", "", "pc-1", CMID)],
    ["a: b", "b: b"],
  ],
  [
    "two hosts with one extended PID and two Installation IDs are two machines, and a client's word is of neither",
    [
      host("a", "h1", [], { installation: "1".repeat(63) }),
      host("b", "h1", [], { installation: "2".repeat(63) }),
      client({ file: "c", pid: "p1", host: "kms02.corp.example", hostPid: "h1" }),
    ],
    ["a: a", "b: b", "c: c"],
  ],
  [
    "two hosts with one extended PID that count differently at one moment are two machines",
    [
      host("a", "h1", [], { count: 3, at: NOON }),
      host("b", "h1", [], { count: 50, at: NOON }),
      client({ file: "c", pid: "p1", host: "kms02.corp.example", hostPid: "h1" }),
    ],
    ["a: a", "b: b", "c: c"],
  ],
  [
    "one host at two moments is one machine, whatever it counts",
    [
      host("a", "h1", [], { installation: "1".repeat(63), count: 3, at: NOON }),
      host("b", "h1", [], { installation: "1".repeat(63), count: 50, at: NOON + DAY }),
      client({ file: "c", pid: "p1", host: "kms02.corp.example", hostPid: "h1" }),
    ],
    ["a: kms02", "b: kms02", "c: c"],
  ],
  [
    "a placeholder in the place of a name is none",
    [client({ file: "a", names: ["<computer name>"] })],
    ["a: a"],
  ],
];

test.each(cases)("%s", (_, parts, files) => {
  expect(machinesByFile(evidenceOf(parts))).toEqual(files);
});

test("in whatever order the files come, the machines are the same", () => {
  const pool = cases.flatMap(([, parts], at) => parts.map((part) => ({ part, at })));
  const some = fc.uniqueArray(fc.nat({ max: cases.length - 1 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(some, fc.infiniteStream(fc.nat()), (chosen, numbers) => {
      const parts = pool.filter(({ at }) => chosen.includes(at)).map(({ part }) => part);
      const byFile = [...Map.groupBy(parts.map(withFile), ({ file }) => file).values()];
      const shuffled = byFile
        .map((group) => ({ group, key: numbers.next().value ?? 0 }))
        .sort((a, b) => a.key - b.key)
        .flatMap(({ group }) => group);
      const inOrder = evidenceOf(byFile.flat().map(({ part }) => part));
      const inOther = evidenceOf(shuffled.map(({ part }) => part));
      expect(inOther.files).toEqual(inOrder.files);
      expect(inOther.machines).toEqual(inOrder.machines);
    }),
  );
});

/** The file that a part puts its things into. */
function withFile(part: Part): { part: Part; file: string } {
  const collector = new Collector();
  part(collector);
  return { part, file: collector.readings[0]?.origin.file ?? "" };
}

test("a machine is found by its label, its full name and its bare one, and by none that two have", () => {
  const evidence = evidenceOf([
    other("a", "evtx", "pc.north.example"),
    other("b", "evtx", "pc.south.example"),
    other("c", "evtx", "KMS.corp.example"),
    client({ file: "d.txt", pid: "p9" }),
  ]);
  const labelOf = (name: string) => evidence.machineNamed(name)?.label;
  expect(labelOf("kms")).toBe("kms");
  expect(labelOf("Kms.Corp.Example.")).toBe("kms");
  expect(labelOf("kms.other.example")).toBeUndefined();
  expect(labelOf("pc")).toBeUndefined();
  expect(labelOf("PC.south.example")).toBe("pc.south.example");
  expect(labelOf("d.txt")).toBe("d.txt");
});

test("a machine is host, client or both by what it logged and printed, and has the CMIDs that it asked with", () => {
  const evidence = evidenceOf([
    sent("a", "kms", "kms"),
    handled("b", "kms", "pc-1", OTHER_CMID),
    host("c", "h1", ["kms2"]),
    client({ file: "d", names: ["pc-1"] }),
    other("e", "ipconfig", "router"),
  ]);
  const roles = evidence.machines.map(({ label, isHost, isClient, cmids }) => [
    label,
    isHost,
    isClient,
    cmids,
  ]);
  expect(roles).toEqual([
    ["kms", true, true, [CMID]],
    ["kms2", true, false, []],
    ["pc-1", false, true, []],
    ["router", false, false, []],
  ]);
});

test("requests whose event names no computer get the machine of their log", () => {
  const evidence = evidenceOf([sent("a", "", "kms"), handled("b", "kms", "pc-7", CMID)]);
  expect(evidence.sent.row(0).computer).toBe("pc-7");
});
