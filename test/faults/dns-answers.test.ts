import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Answer } from "dns-packet";
import { readEvents } from "../../src/client/event-log.ts";
import { type AttemptResult, createClient } from "../../src/client/index.ts";
import { type Deployment, deploy } from "../../src/fleet/deployment.ts";
import { type RunningHost, runHost } from "../../src/host/run.ts";
import { eventFields } from "../../src/protocol/events.ts";
import { MINUTE } from "../../src/protocol/time.ts";
import { addressRecord, srvRecord } from "../fake-dns.ts";
import { fingerprintOf } from "../requests.ts";
import { type Asked, answer, CODES, type Lies, startLiar, TRUNCATED } from "./liar.ts";

/**
 * A real client that asks a name server which answers wrongly. It finds the host or says which cause keeps it from that,
 * and it does so once its patience is over, at the latest.
 */

setDefaultTimeout(600_000);

const DOMAIN = "corp.test";
const SRV = `_muster._tcp.${DOMAIN}`;
const KMS = `kms01.${DOMAIN}`;
/** tcpmux: nothing listens there, and no other server is ever given it. */
const DEAD_PORT = 1;
/** How long a client with a lease, and one without, waits until it asks again, in minutes; a tenth more or less. */
const [RENEWAL, ACTIVATION] = [7 * 24 * 60, 120];

let folder: string;
let deployment: Deployment;
let host: RunningHost;
let outcomes: Map<string, AttemptResult[]>;

const good = () => srvRecord(DOMAIN, KMS, host.listener.port);
const dead = (at: number, priority: number) =>
  srvRecord(DOMAIN, `dead-${at}.${DOMAIN}`, DEAD_PORT, { priority });

/** What a right answer to any question is, with these SRV records. */
function truth(asked: Asked, records: readonly Answer[]): Buffer {
  if (asked.name === SRV) return answer(asked, asked.type === "SRV" ? records : []);
  return answer(asked, asked.type === "A" ? [addressRecord(asked.name, "127.0.0.1")] : []);
}

/** Lies about the SRV record, and tells the truth of addresses. */
const about = (lie: (asked: Asked) => readonly Uint8Array[], tcp?: Lies["tcp"]): Lies => ({
  udp: (asked) => (asked.name === SRV ? lie(asked) : [truth(asked, [])]),
  ...(tcp === undefined ? {} : { tcp }),
});
const withRecords = (records: () => readonly Answer[]): Lies =>
  about(
    (asked) => [answer(asked, [], { flags: TRUNCATED })],
    (asked) => [truth(asked, records())],
  );
const otherId = (asked: Asked) => ({ packet: { ...asked.packet, id: (asked.packet.id ?? 0) ^ 1 } });
const otherName = (asked: Asked) => ({
  packet: { ...asked.packet, questions: [{ type: "SRV" as const, name: "_muster._tcp.other.test" }] },
});
/** An answer whose owner is a compression pointer to itself. */
function endless(asked: Asked): Uint8Array {
  const whole = answer(asked, [good()]);
  const owner =
    whole.indexOf(Uint8Array.of(0xc0, 0x0c)) < 0
      ? asked.bytes.length
      : whole.indexOf(Uint8Array.of(0xc0, 0x0c));
  whole.writeUInt16BE(0xc000 | owner, owner);
  return whole;
}

const cname = (name: string, data: string): Answer => ({ type: "CNAME", name, ttl: 60, data });
const MANY = 700;

/** What the server does, how often the client tries, and what each try comes to. */
const CASES: [what: string, lies: Lies, ...expected: string[]][] = [
  ["says the truth", about((asked) => [truth(asked, [good()])]), "SUCCESS"],
  [
    "answers with another transaction first",
    about((asked) => [answer(otherId(asked), [srvRecord(DOMAIN, "evil.test", 1)]), truth(asked, [good()])]),
    "SUCCESS",
  ],
  [
    "answers with other transactions only",
    about((asked) => [answer(otherId(asked), [good()])]),
    "DNS_SERVER_FAILURE",
  ],
  ["answers another question", about((asked) => [answer(otherName(asked), [good()])]), "DNS_SERVER_FAILURE"],
  [
    "refers to another server",
    about((asked) => [
      answer(asked, [], { authorities: [{ type: "NS", name: DOMAIN, ttl: 60, data: "ns.other.test" }] }),
    ]),
    "DNS_NAME_NOT_FOUND",
  ],
  [
    "names an address as the target",
    about((asked) => [truth(asked, [srvRecord(DOMAIN, "127.0.0.1", host.listener.port)])]),
    "SUCCESS",
  ],
  [
    "names the record itself as the target",
    about((asked) => [truth(asked, [srvRecord(DOMAIN, SRV, 1688)])]),
    "NO_HOST_CONTACTED HOST_NAME_NOT_RESOLVED",
  ],
  [
    "says that the record is another name for itself",
    about((asked) => [answer(asked, [cname(SRV, SRV)])]),
    "DNS_NAME_NOT_FOUND",
  ],
  [
    "leads in a circle",
    about((asked) => [answer(asked, [cname(SRV, "a.test"), cname("a.test", SRV)])]),
    "DNS_NAME_NOT_FOUND",
  ],
  [
    "leads in a circle for the host",
    { udp: (asked) => [asked.name === SRV ? truth(asked, [good()]) : answer(asked, [cname(KMS, KMS)])] },
    "NO_HOST_CONTACTED HOST_NAME_NOT_RESOLVED",
  ],
  [
    "leads elsewhere for the record",
    about((asked) => [answer(asked, [cname(SRV, "a.test"), { ...good(), name: "a.test" }])]),
    "SUCCESS",
  ],
  ["names port 0", about((asked) => [truth(asked, [srvRecord(DOMAIN, KMS, 0)])]), "DNS_NO_RECORDS"],
  [
    "names port 0 and the right one",
    about((asked) => [truth(asked, [srvRecord(DOMAIN, KMS, 0), good()])]),
    "SUCCESS",
  ],
  [
    "says that there is decidedly no host",
    about((asked) => [truth(asked, [srvRecord(DOMAIN, ".", 0)])]),
    "DNS_NO_RECORDS",
  ],
  [
    "cuts its answer and does not speak TCP",
    about((asked) => [answer(asked, [], { flags: TRUNCATED })]),
    "DNS_SERVER_FAILURE",
  ],
  [
    "cuts its answer and hangs up over TCP",
    about(
      (asked) => [answer(asked, [], { flags: TRUNCATED })],
      () => [],
    ),
    "DNS_SERVER_FAILURE",
  ],
  ["cuts its answer and gives it over TCP", withRecords(() => [good()]), "SUCCESS"],
  [
    "answers with 64 KB over TCP",
    withRecords(() => [...Array.from({ length: MANY }, (_, at) => dead(at, 1)), good()]),
    "SUCCESS",
  ],
  [
    `names ${MANY} dead hosts`,
    withRecords(() => Array.from({ length: MANY }, (_, at) => dead(at, 1))),
    `NO_HOST_CONTACTED${" CONNECTION_REFUSED".repeat(256)} DNS_SERVER_FAILURE`,
  ],
  [
    "names 49 hosts that refuse, and one",
    withRecords(
      () =>
        [
          ...Array.from({ length: 49 }, (_, at) => dead(at, 0)),
          { ...good(), data: { priority: 1, port: host.listener.port, target: KMS } },
        ] as Answer[],
    ),
    `SUCCESS${" CONNECTION_REFUSED".repeat(49)}`,
  ],
  [
    "answers with garbage",
    about(() => [Buffer.from("It is a lovely day, is it not?")]),
    "DNS_SERVER_FAILURE",
  ],
  [
    "answers with garbage of the right transaction",
    about((asked) => [Buffer.concat([asked.bytes.subarray(0, 2), Buffer.alloc(300, 0xff)])]),
    "DNS_SERVER_FAILURE",
  ],
  ["answers with a name that never ends", about((asked) => [endless(asked)]), "DNS_SERVER_FAILURE"],
  ["answers with nothing", about(() => [Buffer.alloc(0)]), "DNS_SERVER_FAILURE"],
  ["does not answer", about(() => []), "DNS_SERVER_FAILURE"],
  ["refuses", about((asked) => [answer(asked, [], { flags: CODES.refused })]), "DNS_SERVER_FAILURE"],
  [
    "knows no such name at first",
    about((asked) => [
      asked.at === 0 ? answer(asked, [], { flags: CODES.nameError }) : truth(asked, [good()]),
    ]),
    "DNS_NAME_NOT_FOUND",
    "SUCCESS",
  ],
  [
    "fails at first",
    about((asked) => [
      asked.at === 0 ? answer(asked, [], { flags: CODES.serverFailure }) : truth(asked, [good()]),
    ]),
    "DNS_SERVER_FAILURE",
    "SUCCESS",
  ],
  [
    "adds addresses that nobody asked for",
    about((asked) => [answer(asked, [good()], { additionals: [addressRecord(KMS, "192.0.2.66")] })]),
    "SUCCESS",
  ],
  [
    "adds the address of another name to that of the host",
    {
      udp: (asked) => [
        asked.name === SRV
          ? truth(asked, [good()])
          : answer(
              asked,
              asked.type === "A"
                ? [addressRecord(KMS, "127.0.0.1"), addressRecord("bank.test", "127.0.0.66")]
                : [],
            ),
      ],
    },
    "SUCCESS",
  ],
];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "muster-lies-"));
  deployment = await deploy(folder, { hostName: "kms01", now: Date.now() });
  host = await runHost({
    folder: deployment.hostFolder,
    address: "127.0.0.1",
    port: 0,
    clock: Date.now,
    onTrouble: console.error,
  });
  // Some wait until their patience is over; so they all wait at the same time.
  const all = CASES.map(async ([what, lies, ...expected], at): Promise<[string, AttemptResult[]]> => {
    const liar = await startLiar(lies);
    try {
      return [what, await attempts(`pc-${at}`, liar.server, expected.length)];
    } finally {
      liar.stop();
    }
  });
  outcomes = new Map(await Promise.all(all));
});
afterAll(async () => {
  await host.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function attempts(name: string, server: string, tries: number): Promise<AttemptResult[]> {
  const client = createClient({
    dir: join(folder, name),
    dns: [server],
    suffixes: [DOMAIN],
    machine: { name: `${name}.${DOMAIN}`, fingerprint: fingerprintOf(name), virtual: false },
  });
  // The edition that one machine of many activates: what counts here is that the host answered.
  await client.install(deployment.products[1]?.setupKey ?? "", deployment.catalogue);
  const results: AttemptResult[] = [];
  for (let at = 0; at < tries; at++) results.push(await client.activate());
  return results;
}

const isAnswered = (name: string) => name === "SUCCESS" || name === "COUNT_INSUFFICIENT";

function eventsOf(what: string) {
  const at = CASES.findIndex(([each]) => each === what);
  return readEvents(join(folder, `pc-${at}`))
    .filter(({ id }) => id === 12288)
    .map(({ info }) => eventFields(12288, info));
}

describe("A client whose name server", () => {
  test.each(CASES)("%s", (what, _, ...expected) => {
    const results = outcomes.get(what) ?? [];
    const told = results.map(({ name, tries }) => {
      const verdict = isAnswered(name) ? "SUCCESS" : name;
      const of = tries.map((each) => each.name).filter((each) => each !== verdict);
      return [verdict, ...of].join(" ");
    });
    expect(told).toEqual(expected);

    // Each host that was asked has its event 12288 with what came of it; so has an attempt that found none to ask.
    const sent = results.flatMap(({ name, code, tries }) => {
      const asked = tries.filter((each) => each.host.includes(":")).map((each) => each.code);
      if (isAnswered(name)) return [...asked, "0x00000000"];
      return asked.length > 0 ? asked : [code];
    });
    expect(eventsOf(what).map((event) => event.code)).toEqual(sent);
    const { time = 0, nextAttempt = 0, activated } = results.at(-1) ?? {};
    const pauses = (nextAttempt - time) / MINUTE / (activated ? RENEWAL : ACTIVATION);
    expect(Math.abs(pauses - 1)).toBeLessThanOrEqual(0.1);
  });
});
