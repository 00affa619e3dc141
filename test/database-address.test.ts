import { describe, expect, onTestFinished, test } from "bun:test";
import { openPostgresStore } from "../src/host/postgres/store.ts";
import { makeAuthority } from "./certificates.ts";
import { makeFolder } from "./folders.ts";
import { startPgBouncer } from "./pgbouncer.ts";
import { makeDatabase, startPostgres } from "./postgres.ts";
import { problemOf } from "./problems.ts";

const open = (url: string) => openPostgresStore({ url, machine: "kms01" });

describe("a database that speaks TLS only", () => {
  test("is a store in the ways of sslmode, and none to which it cannot be proven", async () => {
    const folder = makeFolder();
    const authority = makeAuthority(folder);
    const certificate = authority.issue("db", ["DNS:localhost"]);
    const postgres = await startPostgres({ certificate });
    onTestFinished(() => postgres.stop());
    const database = await postgres.makeDatabase();
    const byName = database.replace("127.0.0.1", "localhost");
    const known = `sslrootcert=${authority.file}`;
    const strange = `sslrootcert=${makeAuthority(folder, "strange").file}`;
    for (const url of [
      `${database}?sslmode=require`,
      `${database}?sslmode=prefer`,
      `${database}?sslmode=verify-ca&${known}`,
      `${byName}?sslmode=verify-full&${known}`,
    ]) {
      const store = await open(url);
      await store.checkWritable(Date.now());
      expect(await store.events({})).toEqual([]);
      await store.close();
    }
    for (const [url, says] of [
      [`${database}?sslmode=disable`, /refuses this host \(no pg_hba.conf entry .* no encryption\)/],
      [`${database}?sslmode=verify-full&${known}`, /not secure/],
      [`${byName}?sslmode=verify-full`, /not secure/],
      [`${byName}?sslmode=verify-ca&${strange}`, /not secure/],
      [`${byName}?sslmode=verify-full&sslrootcert=${folder}/nowhere.pem`, /nowhere\.pem cannot be read/],
      [`${byName}?sslmode=verify-full&sslrootcert=${certificate.key}`, /not secure/],
    ] as const) {
      const problem = await problemOf(open(url));
      expect(problem.message).toMatch(says);
    }
  });

  test("is asked for in vain where there is none", async () => {
    const problem = await problemOf(open(`${await makeDatabase()}?sslmode=require`));
    expect(problem.name).toBe("ACCESS_DENIED");
  });
});

describe("PgBouncer in the place of the database is refused in words that say what to do", () => {
  const dropped = [
    "application_name,idle_in_transaction_session_timeout,lock_timeout,statement_timeout,jit",
    "tcp_user_timeout,tcp_keepalives_idle,tcp_keepalives_interval,tcp_keepalives_count",
    "enable_hashjoin,enable_mergejoin,enable_seqscan",
  ];
  test.each([
    ["when it refuses the settings of a session", ["pool_mode = transaction"]],
    ["when it drops them", ["pool_mode = transaction", `ignore_startup_parameters = ${dropped.join(",")}`]],
    [
      "with a server for each session",
      ["pool_mode = session", `ignore_startup_parameters = ${dropped.join(",")}`],
    ],
  ])("%s", async (_, settings) => {
    const problem = await problemOf(open(await startPgBouncer(await makeDatabase(), ...settings)));
    expect(problem.name).toBe("BAD_INPUT");
    expect(problem.message).toContain("give the address of PostgreSQL itself");
  });
});

test.each([
  ["postgres://muster@a,b:5433/muster?target_session_attrs=standby", /leave target_session_attrs out/],
  ["postgres://muster@a/muster?sslmode=strict", /must be disable, prefer/],
  ["postgres://muster@a/muster?sslmode=verify-full&sslrootcert=ca.pem", /whole path/],
  ["postgres://muster@a:x,b/muster", /postgres:\/\/user@server:5432\/database/],
])("the address %s is refused", async (url, says) => {
  const problem = await problemOf(open(url));
  expect(problem.name).toBe("BAD_INPUT");
  expect(problem.message).toMatch(says);
});
