import type { Evidence, Machine } from "../evidence/model.ts";
import type { Place } from "../evidence/place.ts";
import { HandledRows } from "./handled-rows.ts";
import { type Order, orderOf } from "./order.ts";

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

/** The requests of every client in evidence, joined with their answers and with the host's log. */
export function requestsOf(evidence: Evidence): Requests[] {
  const { sent } = evidence;
  const groups = new Map<number, number[]>();
  const [computer, product] = [sent.table.column("computer"), sent.table.column("product")];
  const products = sent.table.values("product").length;
  for (let row = 0; row < sent.length; row++) {
    const key = (computer[row] ?? 0) * products + (product[row] ?? 0);
    const rows = groups.get(key);
    if (rows === undefined) groups.set(key, [row]);
    else rows.push(row);
  }
  const order = orderOf(evidence);
  const answers = answersOf(evidence, order);
  const handled = new HandledRows(evidence);
  return [...groups.values()].map((rows) => requestsFrom(evidence, rows, answers, handled, order));
}

function requestsFrom(
  evidence: Evidence,
  unsorted: number[],
  answers: Answers,
  handled: HandledRows,
  order: Order,
): Requests {
  const { table } = evidence.sent;
  const time = table.column("time");
  const rows = unsorted.sort(
    (one, two) => (time[one] ?? 0) - (time[two] ?? 0) || order(table, one) - order(table, two),
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
      const own = { rows: answers.byComputer.get(computer) ?? [], times: answers.times };
      const newest = rows.slice(from);
      return newest.map((row, at): Exchange => {
        return new LoggedExchange(
          evidence,
          row,
          // What failed on the way has no answer: the next 12289 is of another product, or of another host.
          table.get(row, "code") === 0 ? answerOf(evidence, row, newest[at + 1], own, order) : undefined,
          handled.of(row),
        );
      });
    },
  };
}

/** An exchange as its rows hold it: a large log has hundreds of thousands, few of which are ever quoted. */
class LoggedExchange implements Exchange {
  readonly time: number;
  readonly code: number;
  private readonly evidence: Evidence;
  private readonly row: number;
  private readonly answerRow: number | undefined;
  private readonly handledRow: number | undefined;

  constructor(evidence: Evidence, row: number, answer: number | undefined, handled: number | undefined) {
    const { table } = evidence.sent;
    this.time = table.get(row, "time");
    this.code = table.get(row, "code");
    this.evidence = evidence;
    this.row = row;
    this.answerRow = answer;
    this.handledRow = handled;
  }

  get answer(): Answer | undefined {
    return this.answerRow === undefined ? undefined : new LoggedAnswer(this.evidence, this.answerRow);
  }

  get handled(): Handled | undefined {
    return this.handledRow === undefined ? undefined : new LoggedHandled(this.evidence, this.handledRow);
  }

  get host(): string {
    return hostAndPort(this.evidence.sent.table.get(this.row, "host")).name;
  }

  get port(): number {
    return hostAndPort(this.evidence.sent.table.get(this.row, "host")).port;
  }

  get cmid(): string {
    return this.evidence.sent.table.get(this.row, "cmid");
  }

  get status(): number {
    return this.evidence.sent.table.get(this.row, "status");
  }

  get minutesLeft(): number {
    return this.evidence.sent.table.get(this.row, "minutesLeft");
  }

  get product(): string {
    return this.evidence.sent.table.get(this.row, "product");
  }

  get required(): number {
    return this.evidence.sent.table.get(this.row, "required");
  }

  get at(): Place {
    return this.evidence.sent.place(this.row);
  }
}

class LoggedAnswer implements Answer {
  private readonly evidence: Evidence;
  private readonly row: number;

  constructor(evidence: Evidence, row: number) {
    this.evidence = evidence;
    this.row = row;
  }

  get code(): number {
    return this.evidence.answered.table.get(this.row, "code");
  }

  get activated(): boolean {
    return this.evidence.answered.table.get(this.row, "activated") === 1;
  }

  get count(): number {
    return this.evidence.answered.table.get(this.row, "count");
  }

  get activationInterval(): number {
    return this.evidence.answered.table.get(this.row, "activationInterval");
  }

  get renewalInterval(): number {
    return this.evidence.answered.table.get(this.row, "renewalInterval");
  }

  get at(): Place {
    return this.evidence.answered.place(this.row);
  }
}

class LoggedHandled implements Handled {
  private readonly evidence: Evidence;
  private readonly row: number;

  constructor(evidence: Evidence, row: number) {
    this.evidence = evidence;
    this.row = row;
  }

  get host(): string {
    return this.evidence.handled.table.get(this.row, "computer");
  }

  get code(): number {
    return this.evidence.handled.table.get(this.row, "code");
  }

  get time(): number {
    return this.evidence.handled.table.get(this.row, "time");
  }

  get at(): Place {
    return this.evidence.handled.place(this.row);
  }
}

type LoggedTable = Parameters<Order>[0];

/** Whether the log of both has one event before the other, as far as that is known. */
function isBefore(
  one: LoggedTable,
  row: number,
  other: LoggedTable,
  otherRow: number,
  order: Order,
): boolean {
  const first = order(one, row);
  const second = order(other, otherRow);
  if (first === 0 || second === 0 || first >= second) return false;
  return one.get(row, "file") === other.get(otherRow, "file");
}

/** The row of 12289 that answers a row of 12288, before the `next` one of its machine. */
function answerOf(
  { sent: { table: sent }, answered: { table: answered } }: Evidence,
  row: number,
  next: number | undefined,
  { rows, times }: { readonly rows: readonly number[]; readonly times: ArrayLike<number> },
  order: Order,
): number | undefined {
  const time = sent.get(row, "time");
  const until = next === undefined ? Number.POSITIVE_INFINITY : sent.get(next, "time");
  for (let at = firstSince(rows, times, time - 1000); at < rows.length; at++) {
    const index = rows[at] as number;
    const logged = answered.get(index, "time");
    if (logged > time + ANSWERED_WITHIN || logged > until) break;
    // At the same time the order in the log tells which request an answer is to.
    if (isBefore(answered, index, sent, row, order)) continue;
    if (next !== undefined && logged === until && isBefore(sent, next, answered, index, order)) break;
    return index;
  }
  return undefined;
}

/** Rows of 12289. */
interface Answers {
  /** Of each computer, oldest first. */
  readonly byComputer: ReadonlyMap<string, readonly number[]>;
  readonly times: ArrayLike<number>;
}

function answersOf(evidence: Evidence, order: Order): Answers {
  const { table } = evidence.answered;
  const rows = new Map<string, number[]>();
  for (let row = 0; row < evidence.answered.length; row++) {
    const computer = table.get(row, "computer");
    const known = rows.get(computer);
    if (known === undefined) rows.set(computer, [row]);
    else known.push(row);
  }
  const time = table.column("time");
  for (const list of rows.values()) {
    list.sort((one, two) => (time[one] ?? 0) - (time[two] ?? 0) || order(table, one) - order(table, two));
  }
  return { byComputer: rows, times: time };
}

/** The parts of the text asked for last, because neighbours in a log mostly ask one host. */
let lastParts = { text: "", name: "", port: 0 };

/** `kms01.corp.example:1688` in its parts; the port is 0 when it is not stated. */
function hostAndPort(text: string): { readonly name: string; readonly port: number } {
  if (text !== lastParts.text) lastParts = { text, ...partsOf(text) };
  return lastParts;
}

function partsOf(text: string): { name: string; port: number } {
  const match = /^(.*?):(\d{1,5})$/.exec(text.trim());
  const [name, port] = match === null ? [text.trim(), 0] : [match[1] ?? "", Number(match[2])];
  return { name: name.toLowerCase(), port };
}

/** The first of rows in the order of time that is not before a moment; asked for every request, so it makes no object. */
function firstSince(rows: readonly number[], times: ArrayLike<number>, moment: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[rows[middle] as number] ?? Number.NaN) >= moment) high = middle;
    else low = middle + 1;
  }
  return low;
}
