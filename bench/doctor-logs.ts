import { closeSync, openSync, writeSync } from "node:fs";
import { classic, type Event, eventRecord, type Source } from "../test/evtx/events.ts";
import { fileHeader, type LogRecord, writeChunks } from "../test/evtx/log.ts";

const DAY = 86_400_000;
const HOST = "kms01.corp.example";
const licensing = {
  provider: "Microsoft-Windows-Security-SPP",
  guid: "{E23B33B0-C8C9-472C-A5F9-F2BDFEA0F156}",
};
const host: Source = {
  ...licensing,
  eventSource: "KmsRequests",
  channel: "Key Management Service",
  computer: HOST,
};

/** Activation ids, and the counts that they need: most machines are Windows clients, some have Office too. */
const PRODUCTS: readonly [id: string, required: number][] = [
  ["73111121-5638-40f6-bc11-f1d7b0d64300", 25],
  ["9bd77860-9b31-4b7b-96ad-2564017315bf", 5],
  ["fbdb3e18-a8ef-4fb3-9183-dffd60bd0984", 5],
];

/** One event of a log, with its Info line. */
export interface Logged {
  readonly source: Source;
  readonly id: 12288 | 12289 | 12290;
  readonly number: number;
  readonly time: number;
  readonly info: string;
}

interface Machine {
  readonly name: string;
  readonly cmid: string;
  readonly product: string;
  readonly required: number;
  readonly virtual: number;
  readonly source: Source;
}

/** A fleet of so many machines: one in a hundred shares its CMID with the next, as clones do. */
function fleet(count: number): Machine[] {
  const pick = random(count);
  return Array.from({ length: count }, (_, at): Machine => {
    const name = `pc-${String(at).padStart(5, "0")}.corp.example`;
    const own = at % 100 === 99 ? at - 1 : at;
    const [product, required] = PRODUCTS[pick(10) < 8 ? 0 : 1 + pick(2)] ?? ["", 0];
    const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
    const cmid = `${hex(Math.imul(own + 1, 2654435761) >>> 0, 8)}-7d2a-4c1e-9f3b-${hex(own, 12)}`;
    const source = {
      ...licensing,
      eventSource: "Software Protection Platform Service",
      channel: "Application",
      computer: name,
    };
    return { name, cmid, product, required, virtual: pick(2), source };
  });
}

/** What a host logs (12290) of so many requests by so many machines, each of which comes once a week. */
export function* hostLog(requests: number, machines: number): Generator<Logged> {
  let number = 0;
  for (const { time, machine, code, minutesLeft } of visits(requests, machines)) {
    number += 1;
    yield { source: host, id: 12290, number, time, info: handled(machine, time, code, minutesLeft) };
  }
}

/** What clients log of their requests and the answers (12288 and 12289), forwarded to one log. */
export function* clientLog(requests: number, machines: number): Generator<Logged> {
  let number = 0;
  for (const { time, machine, code, minutesLeft } of visits(requests, machines)) {
    const { source, cmid, virtual, product, required } = machine;
    const result = code.padEnd(10, "0");
    const client = `${HOST}:1688,${cmid},${infoTime(time)},${virtual},1,${minutesLeft},${product},${required}`;
    number += 1;
    yield { source, id: 12288, number, time, info: `${result},0x00000000,${client}` };
    number += 1;
    const answer = `1,0,50,120,10080,${infoTime(time)}`;
    yield { source, id: 12289, number, time: time + 400, info: `${result},0x00000000,${answer}` };
  }
}

function handled(
  { required, name, cmid, virtual, product }: Machine,
  time: number,
  code: string,
  left: number,
) {
  return `${code},${required},${name},${cmid},${infoTime(time)},${virtual},1,${left},${product}`;
}

/** Who came when; one visit in a hundred is refused. */
function* visits(requests: number, machines: number) {
  const pick = random(machines);
  const all = fleet(machines);
  const gap = (7 * DAY) / machines;
  for (let visit = 0; visit < requests; visit++) {
    // A stride that shares no factor with the fleet: neighbours in the log are not neighbours in it.
    const machine = all[(visit * 7919) % machines] as Machine;
    const time = Math.floor(Date.UTC(2026, 2, 1, 8) + visit * gap + pick(Math.ceil(gap)));
    const code = pick(100) === 0 ? "0xC004F06C" : "0x0";
    yield { time, machine, code, minutesLeft: 259_200 - pick(20_000) };
  }
}

function infoTime(time: number): string {
  const at = new Date(time);
  const minute = String(at.getUTCMinutes()).padStart(2, "0");
  return `${at.getUTCFullYear()}/${at.getUTCMonth() + 1}/${at.getUTCDate()} ${at.getUTCHours()}:${minute}`;
}

/** Numbers from 0 up to, not including, `n`; the same series for the same seed. */
function random(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * n);
  };
}

/** Writes a log as Windows keeps it. */
export function writeEvtx(path: string, events: Iterable<Logged>): void {
  const file = openSync(path, "w");
  let chunks = 0;
  try {
    writeSync(file, fileHeader(0, 0n));
    for (const chunk of writeChunks(records(events))) {
      writeSync(file, chunk);
      chunks += 1;
    }
    writeSync(file, fileHeader(chunks, 0n), 0, 4096, 0);
  } finally {
    closeSync(file);
  }
}

function* records(events: Iterable<Logged>): Generator<LogRecord> {
  for (const { info, ...event } of events) {
    const whole: Event = { ...event, qualifiers: 16384, payload: classic([info]) };
    yield eventRecord(whole);
  }
}

/** Writes a log as `wevtutil qe /f:xml` prints it. */
export function writeXml(path: string, events: Iterable<Logged>): void {
  writeText(path, xmlLines(events));
}

function* xmlLines(events: Iterable<Logged>): Generator<string> {
  yield "<Events>\n";
  for (const { source, id, number, time, info } of events) {
    const { provider, guid = "", eventSource = "", channel, computer } = source;
    const system = [
      `<Provider Name='${provider}' Guid='${guid}' EventSourceName='${eventSource}'/>`,
      `<EventID Qualifiers='16384'>${id}</EventID><Version>0</Version><Level>4</Level><Task>0</Task>`,
      `<Opcode>0</Opcode><Keywords>0x80000000000000</Keywords>`,
      `<TimeCreated SystemTime='${new Date(time).toISOString().replace("Z", "4614000Z")}'/>`,
      `<EventRecordID>${number}</EventRecordID><Correlation/><Execution ProcessID='0' ThreadID='0'/>`,
      `<Channel>${channel}</Channel><Computer>${computer}</Computer><Security/>`,
    ];
    const xmlns = "http://schemas.microsoft.com/win/2004/08/events/event";
    yield `<Event xmlns='${xmlns}'><System>${system.join("")}</System><EventData><Data>${info}</Data></EventData></Event>\n`;
  }
  yield "</Events>\n";
}

/** Writes a log as `Get-WinEvent | Select-Object … | Export-Csv` does. */
export function writeCsv(path: string, events: Iterable<Logged>): void {
  writeText(path, csvLines(events));
}

const MESSAGES = {
  12288: "The client has sent an activation request to the key management service machine.",
  12289: "The client has processed an activation response from the key management service machine.",
  12290: "An activation request has been processed.",
} as const;

function* csvLines(events: Iterable<Logged>): Generator<string> {
  yield '"TimeCreated","Id","ProviderName","MachineName","RecordId","Message"\r\n';
  for (const { source, id, number, time, info } of events) {
    const message = `${MESSAGES[id]}\r\nInfo:\r\n${info}`;
    const cells = [localTime(time), id, source.provider, source.computer, number, message];
    yield `${cells.map((cell) => `"${cell}"`).join(",")}\r\n`;
  }
}

function localTime(time: number): string {
  const at = new Date(time);
  const two = (value: number) => String(value).padStart(2, "0");
  const hour = at.getUTCHours();
  const clock = `${hour % 12 || 12}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} ${hour < 12 ? "AM" : "PM"}`;
  return `${at.getUTCMonth() + 1}/${at.getUTCDate()}/${at.getUTCFullYear()} ${clock}`;
}

function writeText(path: string, lines: Iterable<string>): void {
  const file = openSync(path, "w");
  let waiting: string[] = [];
  const write = () => {
    writeSync(file, waiting.join(""));
    waiting = [];
  };
  try {
    for (const line of lines) if (waiting.push(line) === 10_000) write();
    write();
  } finally {
    closeSync(file);
  }
}
