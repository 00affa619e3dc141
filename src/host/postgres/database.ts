import { type ReservedSQL, SQL } from "bun";
import { newId } from "../../protocol/ids.ts";
import { Problem, problem } from "../../protocol/problems.ts";
import { Breaker } from "./breaker.ts";
import {
  databaseProblem,
  isAway,
  isPassing,
  isSilent,
  Silence,
  Unfit,
  unavailable,
} from "./database-problem.ts";
import { connectToPrimary, type Life, type Primary, type SessionSettings } from "./primary.ts";
import { migrate } from "./schema.ts";

/** What a statement is given. */
export type Value = string | number | boolean | null | object;

/** One statement with its values. */
export type Statement = readonly [text: string, values: readonly Value[]];

/** The one row that a transaction locks before it reads: whoever holds it is the only one that writes. */
export interface State {
  readonly lastChange: number;
  readonly firstEvent: number;
  readonly lastEvent: number;
  readonly eventBytes: number;
}

/** A transaction that holds the lock. */
export interface Transaction {
  readonly state: State;
  /** Runs a statement now. */
  run<Row>(...statement: Statement): Promise<Row[]>;
  /** Adds a statement that is sent together with COMMIT: it costs no turn of its own. */
  last(...statement: Statement): void;
}

/** What is done in a transaction, with the rows of what it reads; it is done again when it is not known to be on disk. */
type Work<T> = (transaction: Transaction, rows: unknown[][]) => T | Promise<T>;

interface Write<T> {
  /** Numbers the writes of this process. */
  readonly number: number;
  readonly reads: readonly Statement[];
  readonly work: Work<T>;
  /** What the work came to, once its COMMIT was sent. */
  sent: { readonly result: T } | undefined;
}

interface Session {
  readonly primary: Primary;
  readers: SQL;
}

/** How long a host waits for its database, in milliseconds; a server that is cut off answers nothing at all. */
const PATIENCE = 10_000;
/** For so long a lost connection is opened again and again before anybody is told, in milliseconds. */
const RIDE_OUT = 3000;
const RIDE_PAUSE = 100;
const READERS = 3;

const SETTINGS: SessionSettings = {
  application_name: "muster",
  // A host that stops in the middle must not keep the others from writing, nor one that is cut off.
  idle_in_transaction_session_timeout: 3000,
  tcp_user_timeout: PATIENCE,
  // Firewalls forget a connection on which nothing is said for long.
  tcp_keepalives_idle: 30,
  tcp_keepalives_interval: 3,
  tcp_keepalives_count: 3,
  lock_timeout: PATIENCE - 2000,
  statement_timeout: PATIENCE - 1000,
  // Our statements are short: to compile one costs more than to run it.
  jit: "off",
};
/** A plan made when a table was small must not read all of it when it is large. */
const WRITER_SETTINGS: SessionSettings = {
  ...SETTINGS,
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  enable_seqscan: "off",
};

/** Nobody is answered before the commit is on disk, even where the server's default is not to wait for it. */
const LOCK: Statement = [
  `SELECT last_change::float8 AS "lastChange", first_event::float8 AS "firstEvent", last_event::float8 AS "lastEvent",
     event_bytes::float8 AS "eventBytes",
     CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END
   FROM state WHERE id = 1 FOR UPDATE`,
  [],
];

/** What a process wrote last is kept beside it: whether a COMMIT that was not answered holds is read there, under the lock. */
const NOTE_WRITE = `INSERT INTO writer (id, write, time) VALUES ($1, $2, now())
  ON CONFLICT (id) DO UPDATE SET write = excluded.write, time = excluded.time`;
const LAST_WRITE = "SELECT write::float8 AS write FROM writer WHERE id = $1";
/** Longer than any process goes on asking for what became of a write. */
const FORGET_WRITERS = "DELETE FROM writer WHERE time < now() - interval '1 day'";

/**
 * A PostgreSQL database: one connection that writes, a few that read, all to the server that takes writes. A connection
 * that is lost is opened again at the next use; `epoch` tells that this happened, and that what was learned over the old
 * one may not hold any more: a standby that took over may lack what its primary was last told.
 */
export class PostgresDatabase {
  /** Grows with each connection that is lost. */
  epoch = 0;
  /** Done before the first write after a connection was lost, while the lock is not held. */
  onReconnect: (() => Promise<void>) | undefined;
  private preparedFor = 0;
  private readonly addresses: readonly URL[];
  private readonly breaker: Breaker;
  /** Names this process to the database, to find out what became of a COMMIT that was not answered. */
  private readonly writer = newId();
  private writes = 0;
  private session: Session | undefined;
  private connecting: Promise<Session> | undefined;
  private isClosed = false;
  private life: Life | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  /** The addresses of the servers, of which one takes writes. */
  constructor(addresses: readonly URL[]) {
    this.addresses = addresses;
    this.breaker = new Breaker(() => this.look());
  }

  /** Connects for the first time, and brings the schema up to date. Throws STORE_NEWER, ACCESS_DENIED, STORE_UNAVAILABLE. */
  async open(): Promise<void> {
    try {
      const { connection } = (await this.connected()).primary;
      await within(migrate(connection));
      const [row] = await connection.unsafe<{ encoding: string }[]>(
        "SELECT current_setting('server_encoding') AS encoding",
      );
      if (row && row.encoding !== "UTF8")
        throw problem("BAD_INPUT", `The database is encoded in ${row.encoding}; make one in UTF8.`);
      await connection.unsafe(FORGET_WRITERS);
    } catch (error) {
      throw databaseProblem(error);
    }
  }

  /** Reads outside any transaction. Throws STORE_UNAVAILABLE. */
  async read<Row>(...[text, values]: Statement): Promise<Row[]> {
    return this.ridingOut(
      ({ readers }) => within(readers.unsafe<Row[]>(text, [...values])),
      // It may be busy with what else is read.
      (session) => {
        closeSoon(session.readers);
        session.readers = openReaders(session.primary.address);
      },
    );
  }

  /**
   * Does work as the only writer of all hosts. `reads` are sent together with the lock, so that they see what the last
   * writer left, and cost one turn between them; what the work adds by `last` is sent together with COMMIT. When this
   * resolves, it is on disk, once. Throws STORE_UNAVAILABLE when it is not known to be.
   */
  async write<T>(reads: readonly Statement[], work: Work<T>): Promise<T> {
    // Before it takes its turn: while the breaker looks, that may take long.
    this.breaker.check();
    const write: Write<T> = { number: ++this.writes, reads, work, sent: undefined };
    return this.inTurn(() =>
      this.ridingOut(
        async ({ primary }) => {
          await this.prepare();
          return within(this.transact(primary, write));
        },
        (session, reason) => {
          this.drop(session);
          this.breaker.trip(reason);
        },
      ),
    );
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.breaker.stop();
    // Whoever waits for a database that is away waits no longer.
    if (this.breaker.isOpen && this.session) this.drop(this.session);
    await this.turn.catch(() => {});
    const session = await this.connecting?.catch(() => undefined);
    if (session === undefined) return;
    this.session = undefined;
    const { pool, connection } = session.primary;
    // A reserved connection would be waited for.
    await connection.release();
    await Promise.all([pool, session.readers].map((each) => each.close({ timeout: 1 }))).catch(() => {});
  }

  /**
   * Uses a session, and another one when it is lost: a server that starts again, a connection that was dropped or a
   * standby that takes over in time is noticed by nobody else.
   */
  private async ridingOut<T>(
    use: (session: Session) => Promise<T>,
    onSilence: (session: Session, reason: Problem) => void,
  ): Promise<T> {
    for (let until: number | undefined; ; ) {
      this.breaker.check();
      let session: Session | undefined;
      try {
        session = await this.connected();
        return await use(session);
      } catch (error) {
        const known = session === undefined ? awayNow(error) : databaseProblem(error);
        if (!isAway(known)) throw known;
        if (session && isSilent(known)) onSilence(session, known);
        if (session && !isPassing(known)) throw known;
        if (session) this.drop(session);
        const isFirst = until === undefined;
        until ??= performance.now() + RIDE_OUT;
        if (!isPassing(known) || performance.now() > until || this.isClosed) {
          this.breaker.trip(known);
          throw known;
        }
        if (!isFirst) await Bun.sleep(RIDE_PAUSE);
      }
    }
  }

  private async prepare(): Promise<void> {
    const { epoch } = this;
    if (epoch === this.preparedFor) return;
    await this.onReconnect?.();
    this.preparedFor = epoch;
  }

  /** One after the other on the connection that writes. */
  private inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.turn.then(run, run);
    this.turn = result.catch(() => {});
    return result;
  }

  private async transact<T>({ connection }: Primary, write: Write<T>): Promise<T> {
    const run = <Row>(...[text, values]: Statement) => connection.unsafe<Row[]>(text, [...values]);
    const ending: Statement[] = [];
    try {
      const isAgain = write.sent !== undefined;
      const [, [state] = [], last, ...rows] = await all<unknown[]>([
        connection.unsafe("BEGIN"),
        run<State>(...LOCK),
        isAgain ? run<{ write: number }>(LAST_WRITE, [this.writer]) : [],
        ...write.reads.map((read) => run(...read)),
      ]);
      if (state === undefined)
        throw problem("BAD_INPUT", "The database lacks its state; restore it from a backup.");
      const [written] = (last ?? []) as { write: number }[];
      if (write.sent && written?.write === write.number) {
        await connection.unsafe("ROLLBACK");
        return write.sent.result;
      }
      const result = await write.work(
        {
          state: state as State,
          run: async (...each) => run(...each),
          last: (...statement) => void ending.push(statement),
        },
        rows,
      );
      write.sent = { result };
      ending.push([NOTE_WRITE, [this.writer, write.number]]);
      const done = await all<unknown>([...ending.map((each) => run(...each)), connection.unsafe("COMMIT")]);
      const { command } = done.at(-1) as { command: string };
      if (command !== "COMMIT") throw new Error(`The database answered ${command} to COMMIT.`);
      return result;
    } catch (error) {
      // A connection that is lost has rolled back by itself.
      await connection.unsafe("ROLLBACK").catch(() => {});
      throw error;
    }
  }

  /** The session there is, or the next one. */
  private connected(): Promise<Session> {
    this.connecting ??= this.connect();
    return this.connecting;
  }

  private async connect(): Promise<Session> {
    try {
      const primary = await connectToPrimary(this.addresses, WRITER_SETTINGS, this.life);
      this.life = primary.life;
      const session = { primary, readers: openReaders(primary.address) };
      this.session = session;
      primary.lost.then(() => this.drop(session));
      return session;
    } catch (error) {
      this.connecting = undefined;
      throw error;
    }
  }

  private drop(session: Session): void {
    if (this.session !== session) return;
    this.session = undefined;
    this.connecting = undefined;
    this.epoch++;
    closeSoon(session.primary.pool);
    closeSoon(session.readers);
  }

  /** Looks whether a database that was away takes writes again. */
  private async look(): Promise<void> {
    await this.inTurn(async () => {
      const session = await this.connected();
      try {
        await within(takeLock(session.primary.connection));
      } catch (error) {
        this.drop(session);
        throw error;
      }
    });
  }
}

async function takeLock(connection: ReservedSQL): Promise<void> {
  const [text, values] = LOCK;
  try {
    await all([connection.unsafe("BEGIN"), connection.unsafe(text, [...values])]);
  } finally {
    await connection.unsafe("ROLLBACK");
  }
}

function openReaders({ href }: URL): SQL {
  return new SQL({
    url: href,
    adapter: "postgres",
    max: READERS,
    connectionTimeout: PATIENCE / 1000,
    connection: SETTINGS,
  });
}

function closeSoon(pool: SQL): void {
  pool.close({ timeout: 0 }).catch(() => {});
}

/** A host that has run is not told to correct its options: whatever keeps it from its database is for now. */
function awayNow(error: unknown): unknown {
  const known = databaseProblem(error);
  if (!(known instanceof Problem) || known.name === "STORE_UNAVAILABLE") return known;
  return unavailable(known.message, new Unfit(known.message));
}

/** All of several statements that were sent at once; what went wrong first, when something did. */
async function all<T>(statements: readonly (PromiseLike<unknown> | readonly unknown[])[]): Promise<T[]> {
  const ends = await Promise.allSettled(statements);
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return ends.map((end) => (end.status === "fulfilled" ? (end.value as T) : (undefined as T)));
}

async function within<T>(work: PromiseLike<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Silence("the database does not answer")), PATIENCE);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
