import { accessSync, constants } from "node:fs";
import { isAbsolute } from "node:path";
import { problem } from "../../protocol/problems.ts";

/** What `sslmode` may say; without it, and without PGSSLMODE, the connection is not encrypted. */
const TLS_MODES: ReadonlySet<string> = new Set([
  "disable",
  "allow",
  "prefer",
  "require",
  "verify-ca",
  "verify-full",
]);
/** A host writes, so it can ask for no other server than one that takes writes. */
const WRITABLE: ReadonlySet<string> = new Set(["any", "read-write", "primary"]);

/** Files of certificates and keys. */
const FILES = ["sslrootcert", "sslcert", "sslkey"];

const ADDRESS = /^postgres(?:ql)?:\/\/(?:(?<user>[^@/?#]*)@)?(?<servers>[^/?#]*)(?<rest>\/.+)$/i;

/** Whether a store is named by the address of a PostgreSQL database. */
export function isPostgres(store: string): boolean {
  return /^postgres(ql)?:\/\//i.test(store);
}

/** The address of a database without its secrets, for people to read: `postgres://muster@db.corp.example/muster`. */
export function showLocation(store: string): string {
  const servers = readLocation(store);
  const [{ username = "", pathname = "" } = {}] = servers;
  const hosts = servers.map(({ host }) => host).join(",");
  return `postgres://${username === "" ? "" : `${username}@`}${hosts}${pathname}`;
}

/** Whether an address has a password in it. */
export function hasPassword(store: string): boolean {
  return readLocation(store).some(
    ({ password, searchParams }) => password !== "" || searchParams.has("password"),
  );
}

/**
 * Reads the address of a database, with several servers as libpq writes them (`a:5432,b:5433`). Gives an address for
 * each of them. Throws BAD_INPUT, which does not repeat what may be a secret.
 */
export function readLocation(store: string): readonly URL[] {
  const { user, servers = "", rest = "" } = ADDRESS.exec(store)?.groups ?? {};
  const who = user === undefined ? "" : `${user}@`;
  const urls = servers.split(",").map((server) => URL.parse(`postgres://${who}${server}${rest}`));
  const read = urls.flatMap((url) => (url !== null && url.pathname.length > 1 ? [url] : []));
  if (read.length < urls.length) {
    throw problem(
      "BAD_INPUT",
      "The store is not the address of a PostgreSQL database; give it as postgres://user@server:5432/database.",
    );
  }
  for (const { searchParams } of read) refuseOptions(searchParams);
  return read;
}

function refuseOptions(options: URLSearchParams): void {
  const wanted = options.get("target_session_attrs");
  if (wanted !== null && !WRITABLE.has(wanted)) {
    throw problem(
      "BAD_INPUT",
      "A host writes to its store: leave target_session_attrs out of the store's address, or give read-write.",
    );
  }
  for (const name of FILES) {
    const file = options.get(name);
    if (file === null || isAbsolute(file)) continue;
    throw problem("BAD_INPUT", `The ${name} of the store's address must be the whole path of a file.`);
  }
  const mode = options.get("sslmode");
  if (mode !== null && !TLS_MODES.has(mode)) {
    throw problem(
      "BAD_INPUT",
      "The sslmode of the store's address must be disable, prefer, require, verify-ca or verify-full.",
    );
  }
}

/** Makes sure that the certificates and keys which addresses name can be read. Throws BAD_INPUT. */
export function checkFiles(addresses: readonly URL[]): void {
  for (const { searchParams } of addresses) {
    for (const file of FILES.map((name) => searchParams.get(name))) {
      if (file === null) continue;
      try {
        accessSync(file, constants.R_OK);
      } catch (error) {
        const sentence = `The file ${file} cannot be read; correct the store's address, or the file's rights.`;
        throw problem("BAD_INPUT", sentence, { cause: error });
      }
    }
  }
}
