import { Database } from "bun:sqlite";
import { expect, onTestFinished, test } from "bun:test";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { storePath } from "../src/host/folder.ts";
import { HOST_STORE } from "../src/host/sqlite/schema.ts";
import { changeSchema, makeSite } from "./admin-site.ts";
import { startBind } from "./bind.ts";
import { makeFolder } from "./folders.ts";
import { makeDatabase, type PostgresServer, startPostgres } from "./postgres.ts";
import { walk } from "./walk.ts";

const MAIN = join(import.meta.dir, "..", "src", "cli", "main.ts");

/** The key of a DNS server of corp.example that runs at the port that the pages name. */
async function startDns(): Promise<string> {
  const records = ["kms01 A 127.0.0.1", "kms02 A 127.0.0.1"];
  const bind = await startBind({ zone: "corp.example", port: 16953, records });
  onTestFinished(() => bind.stop());
  return bind.keyFile;
}

/** What `systemctl stop muster-host` does to the hosts at these ports, and `kill` to the first one. */
const hostService = (...ports: number[]) => `
case "$*" in
  "stop muster-host") fuser -k -TERM ${ports.map((port) => `${port}/tcp`).join(" ")} ;;
  "kill --signal=KILL muster-host") fuser -k -KILL ${ports[0]}/tcp ;;
esac >/dev/null 2>&1
while fuser ${ports[0]}/tcp >/dev/null 2>&1; do sleep 0.1; done`;

/** What `systemctl stop postgresql` and `start` do. */
function databaseService(server: PostgresServer): string {
  const door = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch({ url }) {
      await (url.endsWith("/stop") ? server.kill() : server.start());
      return new Response();
    },
  });
  onTestFinished(() => void door.stop(true));
  return `if [ "$2" = postgresql ]; then exec curl -s ${door.url}$1; fi`;
}

test("one host: the page does what it says", async () => {
  const key = await startDns();
  const prepare = (folder: string) => copyFileSync(key, join(folder, "muster.key"));
  expect(await walk("docs/one-host.md", { prepare })).toBeGreaterThan(20);
}, 400_000);

test("two hosts: the page does what it says", async () => {
  const key = await startDns();
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  const place = {
    async prepare(folder: string) {
      await makeSite(folder, ["two/kms01"]);
      copyFileSync(key, join(folder, "muster.key"));
    },
    env: {
      PGHOST: "127.0.0.1",
      PGPORT: String(server.port),
      PGUSER: "muster",
      MUSTER_HOST_STORE: `postgres://muster@127.0.0.1:${server.port}/muster`,
    },
    programs: { systemctl: `${databaseService(server)}\n${hostService(16921)}` },
  };
  expect(await walk("docs/two-hosts.md", place)).toBeGreaterThan(20);
}, 400_000);

test("backup: the page does what it says", async () => {
  const place = {
    prepare: (folder: string) => makeSite(folder, ["kms01", "kms02"]),
    env: { DATABASE: await makeDatabase() },
  };
  expect(await walk("docs/backup.md", place)).toBeGreaterThan(10);
}, 400_000);

test("restore: the page does what it says", async () => {
  const place = {
    prepare: (folder: string) => makeSite(folder, ["kms01", "kms02"]),
    env: { DATABASE: await makeDatabase(), EMPTY_DATABASE: await makeDatabase() },
    programs: { systemctl: hostService(16941, 16943) },
  };
  expect(await walk("docs/restore.md", place)).toBeGreaterThan(15);
}, 400_000);

test("upgrade: the page does what it says, and the store is of the present schema then", async () => {
  let host = "";
  const place = {
    async prepare(folder: string) {
      await makeSite(folder, ["kms01", "kms02", "future"]);
      host = join(folder, "kms01");
      changeSchema(host, HOST_STORE.migrations.length - 1);
      changeSchema(join(folder, "future"), 99);
    },
  };
  expect(await walk("docs/upgrade.md", place)).toBeGreaterThanOrEqual(7);
  using database = new Database(storePath(host), { readonly: true });
  expect(database.query("PRAGMA user_version").values()).toEqual([[HOST_STORE.migrations.length]]);
}, 400_000);

/** The command of a unit that a page shows, with an installed Muster's places in the place of this machine's. */
function commandOf(page: string, unit: string, places: Readonly<Record<string, string>>): string {
  const text = readFileSync(new URL(`../docs/${page}`, import.meta.url), "utf8");
  const body = text.split(`\`\`\`ini ${unit}\n`)[1]?.split("```")[0] ?? "";
  const command = /^ExecStart=(.*)$/m.exec(body)?.[1] ?? "";
  const here = Object.entries(places).reduce((line, [there, own]) => line.replaceAll(there, own), command);
  // A unit's own escape.
  return here.replaceAll("%%", "%");
}

test("the units of the pages start a host and back it up", async () => {
  const folder = makeFolder();
  await makeSite(folder, ["host"]);
  writeFileSync(
    join(folder, "muster.toml"),
    "[host]\nport = 0\nadmin-port = 0\nno-dns = true\ndns = false\n",
  );
  const places = {
    "/usr/local/bin/muster": `${process.execPath} ${MAIN}`,
    "/var/lib/muster/host": join(folder, "host"),
    "/var/backups/muster": join(folder, "backups"),
  };
  const env = { ...process.env, MUSTER_CONFIG: join(folder, "muster.toml"), LC_ALL: "C" };
  const service = Bun.spawn(["sh", "-c", `exec ${commandOf("one-host.md", "muster-host.service", places)}`], {
    env,
    stdout: "pipe",
    stderr: "ignore",
  });
  const { value } = await service.stdout.getReader().read();
  expect(new TextDecoder().decode(value)).toStartWith("The host host answers at ");
  const backup = Bun.spawn(["sh", "-c", commandOf("backup.md", "muster-backup.service", places)], {
    env,
    stdout: "pipe",
  });
  expect(await new Response(backup.stdout).text()).toMatch(/backups\/kms01-[A-Z][a-z]{2}\.tar\.gz/);
  service.kill("SIGTERM");
  expect(await service.exited).toBe(0);
}, 400_000);
