import { BatchCounts } from "../counts.ts";
import type { Arrival, Decision, Known } from "../decide.ts";
import type { Machine, Tally } from "../machine.ts";
import { sumReceived } from "../received.ts";
import { bigints, booleans, integers, texts } from "./arrays.ts";
import type { Statement, Transaction } from "./database.ts";
import type { CountJournal } from "./journal.ts";
import { MACHINE_COLUMNS, type MachineRow, toMachine } from "./rows.ts";

/** A machine as a batch found it and leaves it. */
export interface Settled {
  readonly number: number;
  readonly before: Machine | undefined;
  readonly after: Machine;
}

/** A batch that is decided and not yet written. */
export interface DecidedBatch {
  readonly decisions: readonly Decision[];
  /** Each machine once. */
  readonly settled: readonly Settled[];
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly leased: number;
}

/** Reads the machines that ask. */
export function readAskers(batch: readonly Arrival[], journal: CountJournal): Statement {
  const known = batch.flatMap(({ request }) => {
    const number = journal.numberOf(request.application);
    return number === undefined ? [] : [{ number, cmid: request.cmid }];
  });
  return [
    `SELECT ${MACHINE_COLUMNS} FROM known_machine WHERE (application, cmid) IN
       (SELECT asked.application, asked.cmid FROM unnest($1::integer[], $2::text[]) AS asked (application, cmid))`,
    [integers(known.map(({ number }) => number)), texts(known.map(({ cmid }) => cmid))],
  ];
}

/** Decides each request of a batch with what those before it have changed. */
export function decideBatch(
  batch: readonly Arrival[],
  askers: readonly MachineRow[],
  decide: (arrival: Arrival, known: Known) => Decision,
  journal: CountJournal,
  now: number,
): DecidedBatch {
  const counts = new BatchCounts(journal.counts, now);
  const stored = new Map(askers.map((row) => [`${row.application_id} ${row.cmid}`, toMachine(row)]));
  const settled = new Map<string, Settled>();
  const tallies = new Map<string, Tally>();
  const decisions = batch.map((arrival) => {
    const { application, cmid } = arrival.request;
    const key = `${application} ${cmid}`;
    const before = stored.get(key);
    const machine = settled.get(key)?.after ?? before;
    const decision = decide(arrival, { machine, tally: counts.tally(application), leased: counts.leased });
    const number = journal.numberOf(application);
    if (number !== undefined && decision.kind === "admission" && decision.machine) {
      settled.set(key, { number, before, after: decision.machine });
      tallies.set(application, decision.tally);
      counts.admit(machine, decision.machine, decision.tally);
    }
    return decision;
  });
  return { decisions, settled: [...settled.values()], tallies, leased: counts.leased };
}

/** Writes what a batch changed, beside its events and counts. */
export function writeBatch(
  batch: readonly Arrival[],
  { decisions, settled, tallies }: DecidedBatch,
  journal: CountJournal,
  { last }: Pick<Transaction, "last">,
): void {
  writeMachines(settled, last);
  writeIdentities(
    settled.filter(({ before, after }) => before === undefined || !isSame(before, after)),
    last,
  );
  for (const [id, { largestRequired }] of tallies) {
    if (largestRequired > journal.counts.tally(id, 0).largestRequired) {
      last("UPDATE application SET largest_required = $1 WHERE id = $2", [largestRequired, id]);
    }
  }
  writeReceived(batch, decisions, journal, last);
}

function isSame(one: Machine, other: Machine): boolean {
  return (
    one.name === other.name &&
    one.fingerprint === other.fingerprint &&
    one.virtual === other.virtual &&
    one.address === other.address
  );
}

function writeMachines(settled: readonly Settled[], last: Transaction["last"]): void {
  if (settled.length === 0) return;
  const whole = (of: (machine: Machine) => number) => bigints(settled.map(({ after }) => of(after)));
  last(
    `INSERT INTO machine (application, cmid, product, status, first_seen, last_seen, lease_expires, ticket,
       previous_ticket, requests, code)
     SELECT * FROM unnest($1::integer[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::bigint[], $7::bigint[],
       $8::bigint[], $9::bigint[], $10::bigint[], $11::text[])
     ON CONFLICT (application, cmid) DO UPDATE SET product = excluded.product, status = excluded.status,
       first_seen = excluded.first_seen, last_seen = excluded.last_seen, lease_expires = excluded.lease_expires,
       ticket = excluded.ticket, previous_ticket = excluded.previous_ticket, requests = excluded.requests,
       code = excluded.code`,
    [
      integers(settled.map(({ number }) => number)),
      texts(settled.map(({ after }) => after.cmid)),
      texts(settled.map(({ after }) => after.product)),
      integers(settled.map(({ after }) => after.status)),
      whole(({ firstSeen }) => firstSeen),
      whole(({ lastSeen }) => lastSeen),
      whole(({ leaseExpires }) => leaseExpires),
      whole(({ ticket }) => ticket),
      whole(({ previousTicket }) => previousTicket),
      whole(({ requests }) => requests),
      texts(settled.map(({ after }) => after.code)),
    ],
  );
}

function writeIdentities(settled: readonly Settled[], last: Transaction["last"]): void {
  if (settled.length === 0) return;
  last(
    `INSERT INTO identity (application, cmid, name, fingerprint, virtual, address)
     SELECT * FROM unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[])
     ON CONFLICT (application, cmid) DO UPDATE SET name = excluded.name, fingerprint = excluded.fingerprint,
       virtual = excluded.virtual, address = excluded.address`,
    [
      integers(settled.map(({ number }) => number)),
      texts(settled.map(({ after }) => after.cmid)),
      texts(settled.map(({ after }) => after.name)),
      texts(settled.map(({ after }) => after.fingerprint)),
      booleans(settled.map(({ after }) => after.virtual)),
      texts(settled.map(({ after }) => after.address)),
    ],
  );
}

function writeReceived(
  batch: readonly Arrival[],
  decisions: readonly Decision[],
  journal: CountJournal,
  last: Transaction["last"],
): void {
  const rows = sumReceived(batch, decisions).flatMap(({ application, ...sum }) => {
    const number = journal.numberOf(application);
    return number === undefined ? [] : [{ number, ...sum }];
  });
  if (rows.length === 0) return;
  last(
    `INSERT INTO received (application, status, total, failed)
     SELECT * FROM unnest($1::integer[], $2::integer[], $3::bigint[], $4::bigint[])
     ON CONFLICT (application, status) DO UPDATE SET total = received.total + excluded.total,
       failed = received.failed + excluded.failed`,
    [
      integers(rows.map(({ number }) => number)),
      integers(rows.map(({ status }) => status)),
      bigints(rows.map(({ total }) => total)),
      bigints(rows.map(({ failed }) => failed)),
    ],
  );
}
