import { Database, SQLiteError } from "bun:sqlite";
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { type Problem, problem } from "../protocol/problems.ts";
import { type DatabaseKind, damaged, databaseProblem } from "./database-problem.ts";
import { NON_BLOCKING } from "./files.ts";

/** What a database file says of itself. */
interface Identity {
  readonly applicationId: number;
  readonly schema: number;
}

// The header of a database: https://www.sqlite.org/fileformat.html, section 1.3.
const MAGIC = "SQLite format 3\u0000";
const HEADER_LENGTH = 100;
const PAGE_SIZE_AT = 16;
const PAGES_AT = 28;
const USER_VERSION_AT = 60;
const APPLICATION_ID_AT = 68;

/**
 * Looks at a file before SQLite opens it for writing, which may write to whatever it opens. Gives whether the file is
 * there. Throws BAD_INPUT for one that is damaged or something else, STORE_NEWER for one that a later Muster wrote.
 */
export function checkDatabaseFile(path: string, kind: DatabaseKind): boolean {
  const file = readHeader(path, kind);
  if (file === undefined) return false;
  const { header, size } = file;
  if (size === 0) throw damaged(path, kind, "it is empty");
  if (header.toString("latin1", 0, MAGIC.length) !== MAGIC) throw damaged(path, kind, "it is no database");
  const { applicationId, schema } = identityIn(header) ?? readIdentity(path, kind);
  if (applicationId !== kind.applicationId) throw damaged(path, kind, "it is a database of something else");
  if (schema > kind.migrations.length) throw newer(path, kind, schema);
  return true;

  /** Undefined when the header does not tell: it may be older than the write-ahead log, or have no id. */
  function identityIn(bytes: Buffer): Identity | undefined {
    if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) return undefined;
    if (lengthOf(bytes) > size) throw damaged(path, kind, "it is cut short");
    const id = bytes.readUInt32BE(APPLICATION_ID_AT);
    return id === 0 ? undefined : { applicationId: id, schema: bytes.readUInt32BE(USER_VERSION_AT) };
  }
}

function lengthOf(header: Buffer): number {
  const pageSize = header.readUInt16BE(PAGE_SIZE_AT);
  // A size of 1 stands for 65536.
  return header.readUInt32BE(PAGES_AT) * (pageSize === 1 ? 65_536 : pageSize);
}

/** Asks SQLite. The first databases had no id: they are known by a table. */
function readIdentity(path: string, kind: DatabaseKind): Identity {
  try {
    using database = new Database(path, { readonly: true });
    const number = (sql: string) => Number(Object.values(database.query(sql).get() ?? {})[0]);
    const applicationId = number("PRAGMA application_id");
    const schema = number("PRAGMA user_version");
    const named = `SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '${kind.table}'`;
    const isOurs = applicationId === 0 && schema > 0 && number(named) === 1;
    return { applicationId: isOurs ? kind.applicationId : applicationId, schema };
  } catch (error) {
    const known = databaseProblem(error, path, kind);
    throw known instanceof SQLiteError ? damaged(path, kind, known.message, known) : known;
  }
}

function readHeader(path: string, kind: DatabaseKind): { header: Buffer; size: number } | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, NON_BLOCKING);
    const stat = fstatSync(file);
    if (!stat.isFile()) throw damaged(path, kind, "it is no plain file");
    const header = Buffer.alloc(HEADER_LENGTH);
    readSync(file, header, 0, HEADER_LENGTH, 0);
    return { header, size: stat.size };
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "ENOENT") return undefined;
    throw code === "ELOOP"
      ? damaged(path, kind, "it is a link to itself")
      : databaseProblem(error, path, kind);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function newer(path: string, { name, migrations }: DatabaseKind, schema: number): Problem {
  return problem(
    "STORE_NEWER",
    `${name} ${path} has schema ${schema}, this Muster knows up to ${migrations.length}; use the Muster that wrote it, or a newer one.`,
  );
}
