import { SQL } from "bun";
import { Problem, problem } from "../../protocol/problems.ts";

/** Seconds that clients are told to wait: a standby takes over, or a server starts again, in about so many. */
const RETRY_AFTER = 30;

/**
 * SQLSTATE classes and codes of a server that cannot be used now: connection lost, rolled back for another's sake, out
 * of room, no longer or not yet serving, a standby that only reads, a lock not given in time, a failing disk.
 */
const UNAVAILABLE = /^(08|40|53|57|58|25006|25P03|55P03|XX)/;
/** Not allowed in, or no such database. */
const REFUSED = /^(28|3D000|42501)/;

/** What to say of an error that using a database threw; no word of it is a secret. What is no such error stays as it is. */
export function databaseProblem(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof SQL.PostgresError)) return error;
  const { errno = "", message } = error;
  if (REFUSED.test(errno)) {
    const sentence = `The database refuses this host (${message}); correct the store's address, or the rights of its user.`;
    return problem("ACCESS_DENIED", sentence, { cause: error });
  }
  return errno === "" || UNAVAILABLE.test(errno) ? unavailable(message, error) : error;
}

/** The problem of a database that is away. */
export function unavailable(reason: string, cause?: unknown): Problem {
  const sentence = `The host cannot write to its store (${reason}); ask again later.`;
  return problem("STORE_UNAVAILABLE", sentence, { retryAfter: RETRY_AFTER, cause });
}
