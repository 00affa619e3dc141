import { isEventId, type LoggedEvent } from "../../protocol/events.ts";
import type { EventDraft } from "../decide.ts";
import type { EventFilter, EventLogFigures } from "../store.ts";
import { bigints, integers, texts } from "./arrays.ts";
import type { PostgresDatabase, Transaction } from "./database.ts";
import { likePattern } from "./like-pattern.ts";

/** What a row takes on disk beside its texts: its number, time and id, and what PostgreSQL adds to each row. */
const ROW_BYTES = 72;
/** How many of the oldest events are dropped in one transaction. */
const BATCH = 1000;

/** Writes events with a transaction, numbered without gaps in the order of the commits of all hosts. */
export function writeEvents(
  { state, last }: Pick<Transaction, "state" | "last">,
  events: readonly EventDraft[],
  machine: string,
  now: number,
): void {
  if (events.length === 0) return;
  last(
    `INSERT INTO event (number, time, id, cmid, machine, info)
     SELECT number, $1, id, cmid, $2, info FROM unnest($3::bigint[], $4::integer[], $5::text[], $6::text[])
       AS drafts (number, id, cmid, info)`,
    [
      now,
      machine,
      bigints(events.map((_, at) => state.lastEvent + 1 + at)),
      integers(events.map(({ id }) => id)),
      texts(events.map(({ cmid }) => cmid ?? null)),
      texts(events.map(({ info }) => info)),
    ],
  );
  const same = Buffer.byteLength(machine) + ROW_BYTES;
  const bytes = events.reduce(
    (sum, { info, cmid = "" }) => sum + same + Buffer.byteLength(info) + Buffer.byteLength(cmid),
    0,
  );
  last("UPDATE state SET last_event = last_event + $1, event_bytes = event_bytes + $2", [
    events.length,
    bytes,
  ]);
}

/** Finds events, and gives them oldest first. */
export async function readEvents(
  database: PostgresDatabase,
  { id, cmid, search, since, until, afterRow, beforeRow, limit, earliest = false }: EventFilter,
): Promise<(LoggedEvent & { row: number })[]> {
  const rows = await database.read<{ row: number; time: number; id: number; machine: string; info: string }>(
    `SELECT number::float8 AS row, time::float8 AS time, id, machine, info FROM event
     WHERE number > $1 AND number < $2 AND time >= $3 AND time < $4 AND ($5::integer[] IS NULL OR id = ANY($5))
       AND ($6::text IS NULL OR cmid = $6) AND ($7::text IS NULL OR lower(info) LIKE $7 OR lower(machine) LIKE $7)
     ORDER BY number ${earliest ? "ASC" : "DESC"} LIMIT $8`,
    [
      afterRow ?? 0,
      beforeRow ?? Number.MAX_SAFE_INTEGER,
      since ?? 0,
      until ?? Number.MAX_SAFE_INTEGER,
      id === undefined ? null : integers([id].flat()),
      cmid ?? null,
      search ? likePattern(search) : null,
      limit ?? Number.MAX_SAFE_INTEGER,
    ],
  );
  return (earliest ? rows : rows.reverse()).flatMap(({ id: number, ...rest }) =>
    isEventId(number) ? [{ ...rest, id: number }] : [],
  );
}

/** Keeps the log of all hosts within a size, and knows what this one wrote. One for each open store. */
export class EventLog {
  private readonly database: PostgresDatabase;
  private readonly machine: string;
  private readonly written = new Map<number, number>();
  private readTo = 0;

  constructor(database: PostgresDatabase, machine: string) {
    this.database = database;
    this.machine = machine;
  }

  /** What was there before this process was not written by it. */
  async open(): Promise<void> {
    this.readTo = (await this.figures()).last;
  }

  /** Counts what is new, then drops the oldest events until the rest fits. */
  async keepWithin(most: number): Promise<EventLogFigures> {
    let { first, last, bytes } = await this.figures();
    await this.countWritten(last);
    if (bytes > most && first <= last) {
      while (await this.dropOldest(most));
      ({ first, last, bytes } = await this.figures());
    }
    return { bytes, events: last - first + 1, written: new Map(this.written) };
  }

  private async figures(): Promise<{ first: number; last: number; bytes: number }> {
    const [row] = await this.database.read<{ first: number; last: number; bytes: number }>(
      "SELECT first_event::float8 AS first, last_event::float8 AS last, event_bytes::float8 AS bytes FROM state",
      [],
    );
    return row ?? { first: 1, last: 0, bytes: 0 };
  }

  private async countWritten(last: number): Promise<void> {
    if (last <= this.readTo) return;
    const kinds = await this.database.read<{ id: number; events: number }>(
      `SELECT id, count(*)::integer AS events FROM event WHERE number > $1 AND number <= $2 AND machine = $3 GROUP BY id`,
      [this.readTo, last, this.machine],
    );
    for (const { id, events } of kinds) this.written.set(id, (this.written.get(id) ?? 0) + events);
    this.readTo = last;
  }

  /** Drops one batch; false when what is left fits, or somebody else has seen to it. */
  private async dropOldest(most: number): Promise<boolean> {
    return this.database.write([], async ({ state, run, last }) => {
      const { firstEvent, lastEvent, eventBytes } = state;
      if (eventBytes <= most || firstEvent > lastEvent) return false;
      const end = Math.min(lastEvent, firstEvent + BATCH - 1);
      const [dropped] = await run<{ bytes: number }>(
        `WITH dropped AS (DELETE FROM event WHERE number <= $1 RETURNING machine, cmid, info)
         SELECT coalesce(sum(octet_length(info) + octet_length(machine) + coalesce(octet_length(cmid), 0) + ${ROW_BYTES}), 0)::float8
           AS bytes FROM dropped`,
        [end],
      );
      last("UPDATE state SET first_event = $1, event_bytes = event_bytes - $2", [
        end + 1,
        dropped?.bytes ?? 0,
      ]);
      return true;
    });
  }
}
