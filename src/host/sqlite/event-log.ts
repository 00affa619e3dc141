import type { Database } from "bun:sqlite";
import { type EventId, isEventId, type LoggedEvent } from "../../protocol/events.ts";
import type { EventDraft } from "../decide.ts";
import { pause } from "../pause.ts";
import type { EventFilter, EventLogFigures } from "../store.ts";
import { type EventRow, toEvent } from "./rows.ts";

/** How many events are read between two pauses; so many take 1 to 3 ms. */
const SLICE = 5000;
/** How many of the oldest events are dropped in one transaction. */
const BATCH = 1000;
/** What a row takes on disk beside its texts: its number, time and id, and SQLite's own bytes. */
const ROW_BYTES = 32;
const BYTES = `sum(octet_length(info) + octet_length(machine) + coalesce(octet_length(cmid), 0) + ${ROW_BYTES})`;

type Values = Record<string, string | number | null>;

interface Measure {
  readonly last: number | null;
  readonly bytes: number | null;
}

/** Finds events, a slice at a time from the newest (or the earliest) on, and gives them oldest first. */
export async function readEvents(
  database: Database,
  filter: EventFilter,
): Promise<(LoggedEvent & { row: number })[]> {
  const { id, cmid, search, since, until, limit = Number.MAX_SAFE_INTEGER, earliest = false } = filter;
  const order = earliest ? "ASC" : "DESC";
  const slice = database.query<EventRow, [Values]>(
    `SELECT row, time, id, machine, info FROM event
     WHERE row BETWEEN $from AND $to AND time >= $since AND time < $until
       AND ($ids IS NULL OR id IN (SELECT value FROM json_each($ids))) AND ($cmid IS NULL OR cmid = $cmid)
       AND ($search IS NULL OR info LIKE $search ESCAPE '\\' OR machine LIKE $search ESCAPE '\\')
     ORDER BY row ${order} LIMIT $limit`,
  );
  const values = {
    since: since ?? 0,
    until: until ?? Number.MAX_SAFE_INTEGER,
    ids: id === undefined ? null : JSON.stringify([id].flat()),
    cmid: cmid ?? null,
    search: search ? `%${search.replace(/[\\%_]/g, "\\$&")}%` : null,
  };
  const { first, last } = ends(database);
  const least = Math.max(first, (filter.afterRow ?? 0) + 1);
  const most = Math.min(last, (filter.beforeRow ?? Number.MAX_SAFE_INTEGER) - 1);
  const found: EventRow[] = [];
  for (let done = 0; least + done <= most && found.length < limit; done += SLICE) {
    if (done > 0) await pause();
    const from = earliest ? least + done : Math.max(least, most - done - SLICE + 1);
    const to = earliest ? Math.min(most, least + done + SLICE - 1) : most - done;
    for (const row of slice.all({ ...values, from, to, limit: limit - found.length })) found.push(row);
  }
  return (earliest ? found : found.reverse()).flatMap(toEvent);
}

/** Knows how large the log is by reading each row once, and keeps it within a size. One for each open store. */
export class EventLog {
  private readonly database: Database;
  private readonly written = new Map<number, number>();
  private measuredTo = 0;
  private bytes = 0;
  /** What the transaction at hand has written. */
  private pending: { id: EventId; bytes: number; row: number }[] = [];
  /** What was there before this process is part of the size, but was not written by it. */
  private readonly before: number;

  constructor(database: Database) {
    this.database = database;
    this.before = ends(database).last;
  }

  /** Notes events that the transaction at hand has written as consecutive rows, and the last of these. */
  wrote(events: readonly EventDraft[], last: number, machine: string): void {
    const same = Buffer.byteLength(machine) + ROW_BYTES;
    for (const [at, { id, cmid = "", info }] of events.entries()) {
      const bytes = same + Buffer.byteLength(info) + Buffer.byteLength(cmid);
      this.pending.push({ id, bytes, row: last - events.length + 1 + at });
    }
  }

  /** Ends the transaction: what was written counts, unless others wrote in between; then it is read like theirs. */
  settle(isCommitted: boolean): void {
    const written = this.pending;
    this.pending = [];
    const last = written.at(-1)?.row;
    if (!isCommitted || last === undefined || last - written.length !== this.measuredTo) return;
    for (const { id, bytes } of written) {
      this.bytes += bytes;
      this.written.set(id, (this.written.get(id) ?? 0) + 1);
    }
    this.measuredTo = last;
  }

  /** Reads what is new, then drops the oldest events until the rest fits. Pauses between slices of work. */
  async keepWithin(most: number): Promise<EventLogFigures> {
    while (this.measure()) await pause();
    while (this.bytes > most && this.dropOldest()) await pause();
    const { first, last } = ends(this.database);
    return { bytes: this.bytes, events: last - first + 1, written: new Map(this.written) };
  }

  /** Measures one slice of new events; false when there are no more. */
  private measure(): boolean {
    const slice = "(SELECT * FROM event WHERE row > ?1 ORDER BY row LIMIT ?2)";
    const { last, bytes } = this.database
      .query<Measure, [number, number]>(`SELECT max(row) AS last, ${BYTES} AS bytes FROM ${slice}`)
      .get(this.measuredTo, SLICE) ?? { last: null, bytes: null };
    if (last === null) return false;
    const kinds = this.database
      .query<{ id: number; events: number }, [number, number]>(
        "SELECT id, count(*) AS events FROM event WHERE row > ?1 AND row <= ?2 GROUP BY id",
      )
      .all(Math.max(this.measuredTo, this.before), last);
    for (const { id, events } of kinds) {
      if (isEventId(id)) this.written.set(id, (this.written.get(id) ?? 0) + events);
    }
    this.bytes += bytes ?? 0;
    this.measuredTo = last;
    return true;
  }

  private dropOldest(): boolean {
    // Never one that is not measured yet: it was written after the decision that something is too much.
    const oldest = "(SELECT * FROM event WHERE row <= ?2 ORDER BY row LIMIT ?1)";
    const { last, bytes } = this.database
      .query<Measure, [number, number]>(`SELECT max(row) AS last, ${BYTES} AS bytes FROM ${oldest}`)
      .get(BATCH, this.measuredTo) ?? { last: null, bytes: null };
    if (last === null) return false;
    // Not flushed for its own sake: what a crash undoes here is dropped again, and no request waits for the disk.
    const before =
      this.database.query<{ synchronous: number }, []>("PRAGMA synchronous").get()?.synchronous ?? 2;
    this.database.run("PRAGMA synchronous = NORMAL");
    try {
      this.database.query<null, [number]>("DELETE FROM event WHERE row <= ?").run(last);
    } finally {
      this.database.run(`PRAGMA synchronous = ${before}`);
    }
    this.bytes -= bytes ?? 0;
    return true;
  }
}

/** The rows of the oldest and newest event. Rows are numbered without gaps and dropped from the front only. */
function ends(database: Database): { first: number; last: number } {
  const row = database
    .query<{ first: number | null; last: number | null }, []>(
      "SELECT (SELECT min(row) FROM event) AS first, (SELECT max(row) FROM event) AS last",
    )
    .get();
  return { first: row?.first ?? 1, last: row?.last ?? 0 };
}
