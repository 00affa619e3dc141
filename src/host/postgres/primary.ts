import { type ReservedSQL, SQL } from "bun";
import { databaseProblem, isAway, pooled, Unfit, unavailable } from "./database-problem.ts";

/** Settings of PostgreSQL that a session has from its start. */
export type SessionSettings = Readonly<Record<string, string | number>>;

/** Which of a database's lives this is: with each standby that takes over begins another timeline. */
export interface Life {
  /** The same for a server and all its standbys; "" where the server does not tell. */
  readonly system: string;
  readonly timeline: number;
}

/** A connection to the server that takes writes. */
export interface Primary {
  readonly address: URL;
  readonly pool: SQL;
  readonly connection: ReservedSQL;
  readonly life: Life;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly lost: Promise<void>;
}

interface Standing {
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
  readonly patience: string;
}

/** How long one server may take to let us in, in milliseconds. */
const PATIENCE = 5000;
/** How long to wait for the others when one of several servers takes writes: a later one may have taken over from it. */
const GRACE = 500;

const STANDING = `SELECT pg_is_in_recovery() AS "isStandby", current_setting('transaction_read_only') = 'on' AS "isReadOnly",
    current_setting('idle_in_transaction_session_timeout') AS patience`;
/** The control file tells a timeline only some time after it has begun; the name of the log's file does so at once. */
const LIFE = `SELECT system_identifier::text AS system, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS timeline
  FROM pg_control_system()`;
/** SQLSTATE classes of a question that a server does not take: not allowed, not known, not supported. */
const NOT_TOLD = /^(0A|42|55)/;

/**
 * Connects to that of the servers that takes writes; of two, to the one that took over from the other, and never to one
 * that the database has been taken over from (`known` is its last life that was seen). Throws STORE_UNAVAILABLE with
 * what each server said, ACCESS_DENIED, BAD_INPUT.
 */
export async function connectToPrimary(
  addresses: readonly URL[],
  settings: SessionSettings,
  known: Life | undefined,
): Promise<Primary> {
  const tries = addresses.map((address) => connect(address, settings));
  const { early, all } = endsOf(tries);
  const chosen = latest(openOf(await early), known) ?? latest(openOf(await all), known);
  for (const attempt of tries) {
    attempt.then(
      (each) => {
        if (each !== chosen) closePrimary(each);
      },
      () => {},
    );
  }
  if (chosen) return chosen;
  const replaced = new Unfit("another server has taken over from it");
  const reasons = (await all).map((end) => (end.status === "rejected" ? end.reason : replaced) as unknown);
  throw summary(addresses, reasons);
}

/** Ends a connection without waiting for the server. */
function closePrimary({ pool }: Primary): void {
  pool.close({ timeout: 0 }).catch(() => {});
}

/** The first whose database has, as far as anybody here knows, not been taken over by another server. */
export function latest<T extends { readonly life: Life }>(
  open: readonly T[],
  known: Life | undefined,
): T | undefined {
  const lives = [...open.map(({ life }) => life), ...(known ? [known] : [])];
  return open.find(({ life: { system, timeline } }) =>
    lives.every((life) => system === "" || life.system !== system || life.timeline <= timeline),
  );
}

async function connect(address: URL, settings: SessionSettings): Promise<Primary> {
  const { promise: lost, resolve } = Promise.withResolvers<void>();
  const pool = new SQL({
    url: address.href,
    adapter: "postgres",
    max: 1,
    connectionTimeout: PATIENCE / 1000,
    connection: settings,
    onclose: () => resolve(),
  });
  const late = setTimeout(() => pool.close({ timeout: 0 }).catch(() => {}), PATIENCE);
  try {
    const connection = await pool.reserve();
    const [standing] = await connection.unsafe<Standing[]>(STANDING);
    if (standing === undefined || standing.patience === "0") throw pooled();
    if (standing.isStandby) throw new Unfit("it is a standby, which only reads until it is promoted");
    if (standing.isReadOnly) throw new Unfit("it only reads: default_transaction_read_only is on");
    return { address, pool, connection, life: await lifeOf(connection), lost };
  } catch (error) {
    pool.close({ timeout: 0 }).catch(() => {});
    throw error;
  } finally {
    clearTimeout(late);
  }
}

/** Not every server tells everybody; one that does not is taken as it is. */
async function lifeOf(connection: ReservedSQL): Promise<Life> {
  try {
    const [row] = await connection.unsafe<{ system: string; timeline: string }[]>(LIFE);
    return { system: row?.system ?? "", timeline: Number.parseInt(row?.timeline ?? "0", 16) };
  } catch (error) {
    if (error instanceof SQL.PostgresError && NOT_TOLD.test(error.errno ?? ""))
      return { system: "", timeline: 0 };
    throw error;
  }
}

/** How tries end: those that did when one has succeeded and the rest had a moment more, and all of them. */
function endsOf<T>(tries: readonly Promise<T>[]) {
  const ends: PromiseSettledResult<T>[] = [];
  const all = Promise.all(
    tries.map(async (attempt, at) => {
      const [end] = await Promise.allSettled([attempt]);
      ends[at] = end;
      return end;
    }),
  );
  const enough = Promise.any(tries)
    .then(() => Bun.sleep(GRACE))
    .catch(() => all);
  // In their order; those that have not ended leave gaps, which flat() drops.
  const early = Promise.race([all, enough]).then(() => ends.flat());
  return { early, all };
}

function openOf(ends: readonly PromiseSettledResult<Primary>[]): Primary[] {
  return ends.flatMap((end) => (end.status === "fulfilled" ? [end.value] : []));
}

/** What to say when no server will do: what is wrong with each of them. */
function summary(addresses: readonly URL[], reasons: readonly unknown[]): unknown {
  const known = reasons.map(databaseProblem);
  const [first] = known;
  if (!known.some(isAway)) return first;
  const told = reasons.map((reason, at) => `${addresses[at]?.host}: ${(reason as Error).message}`);
  return unavailable(
    told.join("; "),
    reasons.find((_, at) => isAway(known[at])),
  );
}
