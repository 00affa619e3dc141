import { problem } from "../../protocol/problems.ts";

/** Whether a store is named by the address of a PostgreSQL database. */
export function isPostgres(store: string): boolean {
  return /^postgres(ql)?:\/\//i.test(store);
}

/** The address of a database without its secrets, for people to read: `postgres://muster@db.corp.example/muster`. */
export function showLocation(store: string): string {
  const { username, host, pathname } = readLocation(store);
  return `postgres://${username === "" ? "" : `${username}@`}${host}${pathname}`;
}

/** Whether an address has a password in it. */
export function hasPassword(store: string): boolean {
  const { password, searchParams } = readLocation(store);
  return password !== "" || searchParams.has("password");
}

/** Reads the address of a database. Throws BAD_INPUT, which does not repeat what may be a secret. */
export function readLocation(store: string): URL {
  const url = URL.parse(store);
  if (url !== null && isPostgres(store) && url.pathname.length > 1) return url;
  throw problem(
    "BAD_INPUT",
    "The store is not the address of a PostgreSQL database; give it as postgres://user@server:5432/database.",
  );
}
