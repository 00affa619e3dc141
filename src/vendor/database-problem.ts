import { Problem, problem } from "../protocol/problems.ts";

/** One kind of database of Muster: what its files must be, and how sentences name it. */
export interface DatabaseKind {
  /** As a sentence begins: "The ledger". */
  readonly name: string;
  /** In the header of each file (`PRAGMA application_id`), so that no other program's database is taken for ours. */
  readonly applicationId: number;
  /** A table that each of them has had since the first schema. */
  readonly table: string;
  /** Bytes of a page of a new file, SQLite's default when left out; a file keeps the size it was made with. */
  readonly pageSize?: number;
  /** SQL texts in order. A released one is never changed: what it made stands in people's files. */
  readonly migrations: readonly string[];
}

/** What to say of an error that using a database threw. What is no such error stays as it is. */
export function databaseProblem(error: unknown, path: string, kind: Pick<DatabaseKind, "name">): unknown {
  if (error instanceof Problem) return error;
  const code = String((error as { code?: unknown }).code ?? "");
  const reason = error instanceof Error ? error.message : code;
  const options = { cause: error };
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    const sentence = `Another process is using ${lower(kind.name)} ${path}; try again when it is done.`;
    return problem("IN_USE", sentence, options);
  }
  if (/^(SQLITE_(READONLY|CANTOPEN|PERM)|EACCES$|EPERM$|EROFS$)/.test(code)) {
    const sentence = `${kind.name} ${path} cannot be opened for writing; run this as the account that owns the folder, and see that its disk is not read-only.`;
    return problem("ACCESS_DENIED", sentence, options);
  }
  if (/^(SQLITE_(FULL|IOERR)|ENOSPC$|EDQUOT$|EFBIG$|EIO$)/.test(code)) {
    const sentence = `${kind.name} ${path} cannot be written (${reason}); make room on its disk, then run this again.`;
    return problem("STORE_UNAVAILABLE", sentence, options);
  }
  return /^SQLITE_(NOTADB|CORRUPT)/.test(code) ? damaged(path, kind, reason, error) : error;
}

/** The problem of a file that is not what it should be. */
export function damaged(
  path: string,
  { name }: Pick<DatabaseKind, "name">,
  reason: string,
  cause?: unknown,
): Problem {
  return problem(
    "BAD_INPUT",
    `${name} ${path} cannot be used: ${reason}; it is left as it is, restore it from a backup.`,
    { cause },
  );
}

function lower(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
