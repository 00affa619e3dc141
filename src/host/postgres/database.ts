import { type ReservedSQL, SQL } from "bun";
import { problem } from "../../protocol/problems.ts";
import { databaseProblem, unavailable } from "./database-problem.ts";
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

/** How long a host waits for its database, in milliseconds; a server that is cut off answers nothing at all. */
const PATIENCE = 10_000;
const READERS = 3;

/** Nobody is answered before the commit is on disk, even where the server's default is not to wait for it. */
const LOCK: Statement = [
  `SELECT last_change::float8 AS "lastChange", first_event::float8 AS "firstEvent", last_event::float8 AS "lastEvent",
     event_bytes::float8 AS "eventBytes",
     CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END
   FROM state WHERE id = 1 FOR UPDATE`,
  [],
];

/**
 * A PostgreSQL database: one connection that writes, a few that read. A connection that is lost is opened again at the
 * next use; `epoch` tells that this happened, and that what was learned over the old one may not hold any more: a
 * standby that took over may lack what its master was last told.
 */
export class PostgresDatabase {
  /** Grows with each connection that is lost. */
  epoch = 0;
  private readonly url: string;
  private writer: SQL;
  private readers: SQL;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(url: string) {
    this.url = url;
    this.writer = this.connect(1);
    this.readers = this.connect(READERS);
  }

  /** Connects for the first time, and brings the schema up to date. Throws STORE_NEWER, ACCESS_DENIED, STORE_UNAVAILABLE. */
  async open(): Promise<void> {
    await this.exclusively(async (connection) => {
      await migrate(connection);
      const [row] = await connection.unsafe<{ encoding: string }[]>(
        "SELECT current_setting('server_encoding') AS encoding",
      );
      if (row && row.encoding !== "UTF8")
        throw problem("BAD_INPUT", `The database is encoded in ${row.encoding}; make one in UTF8.`);
    });
  }

  /** Reads outside any transaction. Throws STORE_UNAVAILABLE. */
  async read<Row>(...[text, values]: Statement): Promise<Row[]> {
    try {
      return await within(this.readers.unsafe<Row[]>(text, [...values]));
    } catch (error) {
      const known = databaseProblem(error);
      if (isAway(known)) this.readers = this.replace(this.readers, READERS);
      throw known;
    }
  }

  /**
   * Does work as the only writer of all hosts. `reads` are sent together with the lock, so that they see what the last
   * writer left, and cost one turn between them; what the work adds by `last` is sent together with COMMIT. When this
   * resolves, it is on disk. Throws STORE_UNAVAILABLE when it is not known to be.
   */
  async write<T>(
    reads: readonly Statement[],
    work: (transaction: Transaction, rows: unknown[][]) => T | Promise<T>,
  ): Promise<T> {
    return this.exclusively(async (connection) => {
      const run = <Row>(...[text, values]: Statement) => connection.unsafe<Row[]>(text, [...values]);
      const ending: Statement[] = [];
      try {
        const [, [state] = [], ...rows] = await all<unknown[]>([
          connection.unsafe("BEGIN"),
          run<State>(...LOCK),
          ...reads.map((read) => run(...read)),
        ]);
        if (state === undefined)
          throw problem("BAD_INPUT", "The database lacks its state; restore it from a backup.");
        const last = (...statement: Statement) => void ending.push(statement);
        const result = await work(
          { state: state as State, run: async (...each) => run(...each), last },
          rows,
        );
        const done = await all<unknown>([...ending.map((each) => run(...each)), connection.unsafe("COMMIT")]);
        const { command } = done.at(-1) as { command: string };
        if (command !== "COMMIT") throw unavailable(`the database answered ${command}`);
        return result;
      } catch (error) {
        // A connection that is lost has rolled back by itself.
        await connection.unsafe("ROLLBACK").catch(() => {});
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.turn.catch(() => {});
    await Promise.all([this.writer.close({ timeout: 1 }), this.readers.close({ timeout: 1 })]).catch(
      () => {},
    );
  }

  /** One after the other on the connection that writes. */
  private exclusively<T>(work: (connection: ReservedSQL) => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      let connection: ReservedSQL | undefined;
      try {
        connection = await within(this.writer.reserve());
        return await within(work(connection));
      } catch (error) {
        const known = databaseProblem(error);
        if (isAway(known)) {
          connection = undefined;
          this.epoch++;
          this.writer = this.replace(this.writer, 1);
        }
        throw known;
      } finally {
        connection?.release();
      }
    };
    const result = this.turn.then(run, run);
    this.turn = result.catch(() => {});
    return result;
  }

  private connect(max: number): SQL {
    return new SQL({
      url: this.url,
      adapter: "postgres",
      max,
      connectionTimeout: PATIENCE / 1000,
      // A connection that is lost between two uses is replaced without a word.
      onclose: () => {
        if (max === 1) this.epoch++;
      },
      connection: {
        application_name: "muster",
        // A host that stops in the middle must not keep the others from writing.
        idle_in_transaction_session_timeout: PATIENCE / 2,
        lock_timeout: PATIENCE - 2000,
        statement_timeout: PATIENCE - 1000,
        // Our statements are short: to compile one costs more than to run it.
        jit: "off",
        // A plan made when a table was small must not read all of it when it is large.
        ...(max === 1 ? { enable_hashjoin: "off", enable_mergejoin: "off", enable_seqscan: "off" } : {}),
      },
    });
  }

  private replace(old: SQL, max: number): SQL {
    old.close({ timeout: 0 }).catch(() => {});
    return this.connect(max);
  }
}

function isAway(error: unknown): boolean {
  return (error as { name?: unknown } | undefined)?.name === "STORE_UNAVAILABLE";
}

/** All of several statements that were sent at once; what went wrong first, when something did. */
async function all<T>(statements: readonly PromiseLike<unknown>[]): Promise<T[]> {
  const ends = await Promise.allSettled(statements);
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return ends.map((end) => (end.status === "fulfilled" ? (end.value as T) : (undefined as T)));
}

async function within<T>(work: PromiseLike<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable("the database does not answer")), PATIENCE);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
