import packet from "dns-packet";
import { soaQuery } from "../../src/host/dns/find-zone.ts";
import { CLASS, encodeMessage, FLAG, makeFlags, OPCODE, RCODE } from "../../src/host/dns/message.ts";
import {
  checkSignature,
  encodeTime,
  openMessage,
  signMessage,
  TSIG_ERROR,
  type TsigKey,
} from "../../src/host/dns/tsig.ts";
import { encodeUpdate } from "../../src/host/dns/update.ts";
import { readUpdateAnswer, type Signed } from "../../src/host/dns/update-answer.ts";
import { type Broken, bytesOf } from "./target.ts";

/** What DNS servers and hosts send each other, always the same. */

export const ZONE = "corp.example";
export const SERVICE = `_muster._tcp.${ZONE}`;
const TIME = 1_795_305_600;
const KEY: TsigKey = {
  name: "muster.corp.example",
  algorithm: "hmac-sha256",
  secret: bytesOf("sixteen bytes ok"),
};

const record = { priority: 0, weight: 5, port: 1688, target: "kms01.corp.example" };
const update = encodeUpdate(ZONE, { domain: ZONE, remove: [{ ...record, port: 1689 }], add: [record] }, 7);
const request = signMessage(update, KEY, { time: TIME });
const signed: Signed = { key: KEY, mac: request.mac };

function answerOf(rcode: number): Uint8Array {
  const flags = makeFlags(OPCODE.UPDATE, rcode, FLAG.response);
  const questions = [{ name: ZONE, type: 6, class: CLASS.IN }];
  return encodeMessage({ id: 7, flags, questions, answers: [], authorities: [], additionals: [] });
}

const done = answerOf(RCODE.NOERROR);

/** Signed updates, as a DNS server gets them. */
export const UPDATES: readonly Uint8Array[] = [request.bytes];

/** Answers to a signed update: done, refused, and with a clock that is wrong. */
export const UPDATE_ANSWERS: readonly Uint8Array[] = [
  signMessage(done, KEY, { time: TIME, requestMac: request.mac }).bytes,
  signMessage(answerOf(RCODE.NOTAUTH), KEY, {
    time: TIME,
    requestMac: request.mac,
    error: TSIG_ERROR.BADTIME,
    other: encodeTime(TIME + 4000),
  }).bytes,
  answerOf(RCODE.REFUSED),
];

/** Whether a signed update is to be done; nothing else is. */
export function acceptUpdate(bytes: Uint8Array): Uint8Array | undefined {
  const opened = openMessage(bytes);
  if (opened?.tsig === undefined) return undefined;
  return checkSignature(opened.body, opened.tsig, KEY, { time: TIME }) === TSIG_ERROR.NONE
    ? opened.body
    : undefined;
}

export function isGenuineUpdate(body: Uint8Array): Broken {
  return Buffer.compare(body, update) !== 0 && "An update that nobody signed is accepted.";
}

export function readAnswer(bytes: Uint8Array) {
  return readUpdateAnswer(bytes, signed, TIME);
}

/** The host believes that it is published only when the server that shares its key said so of this update. */
export function isGenuineAnswer(
  { rcode, tsigError }: { rcode: number; tsigError: number },
  input: Uint8Array,
): Broken {
  if (rcode !== RCODE.NOERROR || tsigError !== TSIG_ERROR.NONE) return undefined;
  const body = openMessage(input)?.body;
  return (
    (body === undefined || Buffer.compare(body, done) !== 0) && "An answer that nobody signed is believed."
  );
}

const soa = {
  mname: "ns1.corp.example",
  rname: "root.corp.example",
  serial: 1,
  refresh: 3600,
  retry: 600,
  expire: 86_400,
  minimum: 60,
};

const questions = [{ type: "SOA", name: SERVICE }] as const;
const authority = { type: "SOA", name: ZONE, ttl: 60, data: soa } as const;

/** Answers to the question where the zone of a name begins, compressed as servers do. */
export const SOA_ANSWERS: readonly Uint8Array[] = [
  packet.encode({ type: "response", id: 7, questions: [...questions], authorities: [authority] }),
  packet.encode({ type: "response", id: 7, questions: [...questions], answers: [authority] }),
];

/** Messages of every kind, and what a resolver gets. */
export const MESSAGES: readonly Uint8Array[] = [
  ...UPDATES,
  ...UPDATE_ANSWERS,
  ...SOA_ANSWERS,
  soaQuery(7, SERVICE),
];

/** What a client's question for hosts is answered with; the id is the asker's. */
export const SRV_ANSWERS: readonly Uint8Array[] = [1, 3, 50].map((hosts) =>
  packet.encode({
    type: "response",
    id: 7,
    flags: packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE,
    questions: [{ type: "SRV", name: SERVICE }],
    answers: Array.from({ length: hosts }, (_, at) => ({
      type: "SRV" as const,
      name: SERVICE,
      ttl: 60,
      data: { priority: at % 2, weight: at, port: 1688, target: `kms${at}.corp.example` },
    })),
    additionals: [{ type: "A", name: "kms0.corp.example", ttl: 60, data: "10.0.0.1" }],
  }),
);
