import type { Evidence, Machine } from "../evidence/model.ts";
import type { Place } from "../evidence/place.ts";

/** One try of a client at one host: the request, the client's reading of the answer, and what the host logged of it. */
export interface Exchange {
  readonly time: number;
  /** Field 1 of 12288: what really happened, where slmgr only says 0xC004F074. */
  readonly code: number;
  /** Host and port that were tried; `""` when none was found. */
  readonly host: string;
  readonly port: number;
  readonly cmid: string;
  readonly status: number;
  readonly minutesLeft: number;
  readonly product: string;
  readonly required: number;
  readonly at: Place;
  readonly answer: Answer | undefined;
  readonly handled: Handled | undefined;
}

/** 12289: the answer as the client took it. */
export interface Answer {
  readonly code: number;
  readonly activated: boolean;
  readonly count: number;
  /** Minutes. */
  readonly activationInterval: number;
  readonly renewalInterval: number;
  readonly at: Place;
}

/** 12290: the request as the host took it. */
export interface Handled {
  /** The host that logged it. */
  readonly host: string;
  readonly code: number;
  readonly time: number;
  readonly at: Place;
}

/** All 12288 of one machine for one product, oldest first. */
export interface Requests {
  readonly machine: Machine | undefined;
  /** As the events state it. */
  readonly computer: string;
  readonly product: string;
  readonly length: number;
  readonly first: number;
  readonly last: number;
  /** The newest so many, oldest of them first. */
  newest(most: number): readonly Exchange[];
}

const MINUTE = 60_000;
/** Answers follow their requests by seconds; a host that is slow to answer takes less than this. */
const ANSWERED_WITHIN = 5 * MINUTE;
/** Clocks of client and host may differ by as much as activation allows, and a little more when it is refused. */
const HANDLED_WITHIN = 12 * 60 * MINUTE;

/** The requests of every client in evidence, joined with their answers and with the host's log. */
export function requestsOf(evidence: Evidence): Requests[] {
  const { sent } = evidence;
  const groups = new Map<string, number[]>();
  const [computer, product] = [sent.table.column("computer"), sent.table.column("product")];
  for (let row = 0; row < sent.length; row++) {
    const key = `${computer[row]} ${product[row]}`;
    const rows = groups.get(key);
    if (rows === undefined) groups.set(key, [row]);
    else rows.push(row);
  }
  const answers = answersByComputer(evidence);
  const handled = handledByCmid(evidence);
  return [...groups.values()].map((rows) => requestsFrom(evidence, rows, answers, handled));
}

function requestsFrom(
  evidence: Evidence,
  unsorted: number[],
  answers: ReadonlyMap<string, readonly number[]>,
  handled: ReadonlyMap<string, readonly number[]>,
): Requests {
  const { table } = evidence.sent;
  const time = table.column("time");
  const record = table.column("record");
  const rows = unsorted.sort(
    (one, two) => (time[one] ?? 0) - (time[two] ?? 0) || (record[one] ?? 0) - (record[two] ?? 0),
  );
  const [first = 0, last = 0] = [rows[0], rows.at(-1)];
  const computer = table.get(first, "computer");
  return {
    machine: evidence.machineNamed(computer),
    computer,
    product: table.get(first, "product"),
    length: rows.length,
    first: table.get(first, "time"),
    last: table.get(last, "time"),
    newest: (most) => {
      const from = Math.max(0, rows.length - most);
      return rows.slice(from).map((row, at) => {
        const next = rows[from + at + 1];
        const until = next === undefined ? Number.POSITIVE_INFINITY : (time[next] ?? 0);
        return exchangeOf(evidence, row, until, answers.get(computer) ?? [], handled);
      });
    },
  };
}

function exchangeOf(
  evidence: Evidence,
  index: number,
  until: number,
  answers: readonly number[],
  handledRows: ReadonlyMap<string, readonly number[]>,
): Exchange {
  const row = evidence.sent.row(index);
  const { name, port } = hostAndPort(row.host);
  return {
    time: row.time,
    code: row.code,
    host: name,
    port,
    cmid: row.cmid,
    status: row.status,
    minutesLeft: row.minutesLeft,
    product: row.product,
    required: row.required,
    at: evidence.sent.place(index),
    answer: answerOf(evidence, row, until, answers),
    handled: handledOf(evidence, row, handledRows.get(row.cmid) ?? []),
  };
}

function answerOf(
  evidence: Evidence,
  sent: { time: number; record: number; file: string },
  until: number,
  rows: readonly number[],
): Answer | undefined {
  const { table } = evidence.answered;
  const time = table.column("time");
  const from = lowerBound(rows, (row) => (time[row] ?? 0) >= sent.time - 1000);
  for (let at = from; at < rows.length; at++) {
    const index = rows[at] as number;
    const logged = time[index] ?? 0;
    if (logged > sent.time + ANSWERED_WITHIN || logged > until) break;
    const record = table.get(index, "record");
    // Within one second the order of the records tells which request an answer is to.
    if (record !== 0 && sent.record !== 0 && table.get(index, "file") === sent.file && record < sent.record)
      continue;
    const answered = evidence.answered.row(index);
    return {
      code: answered.code,
      activated: answered.activated === 1,
      count: answered.count,
      activationInterval: answered.activationInterval,
      renewalInterval: answered.renewalInterval,
      at: evidence.answered.place(index),
    };
  }
  return undefined;
}

function handledOf(
  evidence: Evidence,
  sent: { time: number; clientTime: number; product: string },
  rows: readonly number[],
): Handled | undefined {
  const { table } = evidence.handled;
  let best: number | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    if (table.get(row, "product") !== sent.product) continue;
    const sameMinute = table.get(row, "clientTime") === sent.clientTime;
    const apart = Math.abs(table.get(row, "time") - sent.time);
    // The client's own clock stands in both, so it joins them even when the two machines' clocks are hours apart.
    const distance = sameMinute ? 0 : apart;
    const allowed = sameMinute ? HANDLED_WITHIN * 60 : ANSWERED_WITHIN;
    if (apart <= allowed && distance < bestDistance) [best, bestDistance] = [row, distance];
  }
  if (best === undefined) return undefined;
  return {
    host: table.get(best, "computer"),
    code: table.get(best, "code"),
    time: table.get(best, "time"),
    at: evidence.handled.place(best),
  };
}

function answersByComputer(evidence: Evidence): ReadonlyMap<string, readonly number[]> {
  const { table } = evidence.answered;
  const rows = new Map<string, number[]>();
  for (let row = 0; row < evidence.answered.length; row++) {
    const computer = table.get(row, "computer");
    const known = rows.get(computer);
    if (known === undefined) rows.set(computer, [row]);
    else known.push(row);
  }
  const time = table.column("time");
  for (const list of rows.values()) list.sort((one, two) => (time[one] ?? 0) - (time[two] ?? 0));
  return rows;
}

/** Rows of 12290, for those CMIDs only that clients in evidence have. */
function handledByCmid(evidence: Evidence): ReadonlyMap<string, readonly number[]> {
  const wanted = new Set(evidence.sent.table.values("cmid"));
  const { table } = evidence.handled;
  const ids = table.values("cmid").map((cmid) => wanted.has(cmid));
  const rows = new Map<string, number[]>();
  const column = table.column("cmid");
  for (let row = 0; row < evidence.handled.length; row++) {
    if (!ids[column[row] ?? 0]) continue;
    const cmid = table.get(row, "cmid");
    const known = rows.get(cmid);
    if (known === undefined) rows.set(cmid, [row]);
    else known.push(row);
  }
  return rows;
}

/** `kms01.corp.example:1688` in its parts; the port is 0 when it is not stated. */
export function hostAndPort(text: string): { name: string; port: number } {
  const match = /^(.*?):(\d{1,5})$/.exec(text.trim());
  const [name, port] = match === null ? [text.trim(), 0] : [match[1] ?? "", Number(match[2])];
  return { name: name.toLowerCase(), port };
}

function lowerBound(rows: readonly number[], reached: (row: number) => boolean): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reached(rows[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}
