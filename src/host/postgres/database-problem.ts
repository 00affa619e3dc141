import { SQL } from "bun";
import { Problem, problem } from "../../protocol/problems.ts";

/** Seconds that clients are told to wait: a standby takes over, or a server starts again, in about so many. */
const RETRY_AFTER = 30;

/**
 * SQLSTATE classes and codes of a server that cannot be used now: connection lost, rolled back for another's sake, out
 * of room, no longer or not yet serving, a standby that only reads, a lock not given in time, a failing disk.
 */
const UNAVAILABLE = /^(08|40|53|57|58|25006|25P03|55P03|XX)/;
/** Those among them that another connection may be rid of: this one is lost, or goes to a standby now. */
const PASSING = /^(08|57P|25006|25P03)/;
/** Not allowed in, or no such database. */
const REFUSED = /^(28|3D000|42501)/;
/** A connection pooler, which lets through only the few settings of a session that it knows. */
const POOLED = /unsupported startup parameter/;
/** A server that does not know a setting of ours. */
const OLD = /^unrecognized configuration parameter/;
const TLS = /^ERR_POSTGRES_(TLS|SSL|CHANNEL_BINDING)|^ERR_BORINGSSL|^ERR_TLS|CERT|SELF_SIGNED|UNABLE_TO_/;

/** A server that answers, and cannot be a host's store now; its message says why. */
export class Unfit extends Error {}

/** A server that does not answer at all. */
export class Silence extends Error {}

/** What to say of an error that using a database threw; no word of it is a secret. What is no such error stays as it is. */
export function databaseProblem(error: unknown): unknown {
  if (error instanceof Problem) return error;
  if (isTls(error)) {
    const sentence = `The connection to the database is not secure (${error.message}); correct the server's certificate, or sslmode and sslrootcert in the store's address.`;
    return problem("ACCESS_DENIED", sentence, { cause: error });
  }
  if (error instanceof Unfit || error instanceof Silence) return unavailable(error.message, error);
  if (!(error instanceof SQL.PostgresError)) return error;
  const { errno = "", message } = error;
  if (POOLED.test(message)) return pooled(error);
  if (OLD.test(message))
    return problem("BAD_INPUT", "The database is older than PostgreSQL 12; use a newer one.", {
      cause: error,
    });
  if (REFUSED.test(errno)) {
    const sentence = `The database refuses this host (${message}); correct the store's address, or the rights of its user.`;
    return problem("ACCESS_DENIED", sentence, { cause: error });
  }
  return errno === "" || UNAVAILABLE.test(errno) ? unavailable(message, error) : error;
}

/** Whether a problem is that the database is away. */
export function isAway(error: unknown): error is Problem {
  return error instanceof Problem && error.name === "STORE_UNAVAILABLE";
}

/** Whether a failure is one of the connection, and may be over for whoever connects again. */
export function isPassing({ cause }: Problem): boolean {
  if (cause instanceof Unfit) return true;
  if (!(cause instanceof SQL.PostgresError)) return false;
  return !cause.errno || PASSING.test(cause.errno);
}

/** Whether a failure is that the server does not answer at all. */
export function isSilent({ cause }: Problem): boolean {
  return cause instanceof Silence;
}

/** The problem of a database that is away. */
export function unavailable(reason: string, cause?: unknown): Problem {
  const sentence = `The host cannot write to its store (${reason}); ask again later.`;
  return problem("STORE_UNAVAILABLE", sentence, { retryAfter: RETRY_AFTER, cause });
}

/** The problem of a connection pooler in the place of a server. */
export function pooled(cause?: unknown): Problem {
  const sentence =
    "The store's address is that of a connection pooler, which drops the settings of a session; give the address of PostgreSQL itself, a host takes four connections.";
  return problem("BAD_INPUT", sentence, { cause });
}

function isTls(error: unknown): error is Error {
  const { code } = error as { code?: unknown };
  return error instanceof Error && typeof code === "string" && TLS.test(code);
}
