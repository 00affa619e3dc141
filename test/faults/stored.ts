import { Database } from "bun:sqlite";
import { SQL } from "bun";

/** A machine as a row of the store has it. */
export interface StoredMachine {
  readonly application: string;
  readonly cmid: string;
  readonly fingerprint: string;
  readonly ticket: number;
  /** Milliseconds since the epoch. */
  readonly leaseExpires: number;
  readonly lastSeen: number;
  readonly requests: number;
}

/** What is in a store. */
export interface Stored {
  readonly machines: readonly StoredMachine[];
  /** How many requests its cumulative figures have. */
  readonly received: number;
  /** How many events 12400 it has: one CMID, two machines. */
  readonly clones: number;
}

const MACHINES = `SELECT a.id AS application, m.cmid AS cmid, i.fingerprint AS fingerprint, m.ticket AS ticket,
    m.lease_expires AS "leaseExpires", m.last_seen AS "lastSeen", m.requests AS requests
  FROM machine m JOIN application a ON a.number = m.application
  LEFT JOIN identity i ON i.application = m.application AND i.cmid = m.cmid`;
const RECEIVED = "SELECT coalesce(sum(total), 0) AS n FROM received";
const EVENTS = (id: number) => `SELECT count(*) AS n FROM event WHERE id = ${id}`;
const CLONES = EVENTS(12400);

/** Reads a store by SQL, and by nothing of the host's: a file by its path, a database by its address. */
export async function readStored(place: string): Promise<Stored> {
  return place.startsWith("postgres") ? readDatabase(place) : readFile(place);
}

/** How many events of an id a store has. */
export async function countEvents(place: string, id: number): Promise<number> {
  if (place.startsWith("postgres")) {
    await using sql = new SQL(place, { max: 1 });
    return Number((await sql.unsafe<{ n: string }[]>(EVENTS(id)))[0]?.n ?? 0);
  }
  using database = new Database(place, { readwrite: true, create: false });
  return database.query<{ n: number }, []>(EVENTS(id)).get()?.n ?? 0;
}

function readFile(path: string): Stored {
  using database = new Database(path, { readwrite: true, create: false });
  database.run("PRAGMA busy_timeout = 5000");
  const faults = database.query<{ integrity_check: string }, []>("PRAGMA integrity_check(1)").all();
  const [fault] = faults.filter(({ integrity_check }) => integrity_check !== "ok");
  if (fault !== undefined) throw new Error(`The store is damaged: ${fault.integrity_check}`);
  const number = (query: string) => database.query<{ n: number }, []>(query).get()?.n ?? 0;
  return {
    machines: database.query<StoredMachine, []>(MACHINES).all(),
    received: number(RECEIVED),
    clones: number(CLONES),
  };
}

async function readDatabase(url: string): Promise<Stored> {
  await using sql = new SQL(url, { max: 1 });
  const number = async (query: string) => Number((await sql.unsafe<{ n: string }[]>(query))[0]?.n ?? 0);
  const rows = await sql.unsafe<Record<keyof StoredMachine, string>[]>(MACHINES);
  const machines = rows.map(({ application, cmid, fingerprint, ...figures }) => ({
    application,
    cmid,
    fingerprint,
    ticket: Number(figures.ticket),
    leaseExpires: Number(figures.leaseExpires),
    lastSeen: Number(figures.lastSeen),
    requests: Number(figures.requests),
  }));
  return { machines, received: await number(RECEIVED), clones: await number(CLONES) };
}
