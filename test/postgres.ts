import { chownSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SQL } from "bun";
import { newId } from "../src/protocol/ids.ts";

/** A PostgreSQL server of the tests' own. */
export interface PostgresServer {
  readonly port: number;
  /** Makes an empty database, and gives its address. */
  makeDatabase(): Promise<string>;
  /** Ends it at once, as a crash does: it has no time to write anything. */
  kill(): Promise<void>;
  /** Starts it again after that. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const USER = "muster";
const PATIENCE = 30_000;
/** Waits for the end of its input; then it ends the server in its folder, when there is one, and removes the folder. */
const GUARD = `read -r _; server=$(head -n 1 "$0/data/postmaster.pid") && kill -KILL "$server"; sleep 0.2; rm -rf "$0"`;

/** Starts a server on a free port of this machine, with nothing in it; it ends with the process at the latest. */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "muster-postgres-"));
  const data = join(folder, "data");
  const isRoot = process.getuid?.() === 0;
  // The server refuses to run as root.
  const asServer = isRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : [];
  if (isRoot) chownSync(folder, await idOf("-u"), await idOf("-g"));
  const options = ["-U", USER, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"];
  const made = Bun.spawnSync([...asServer, programPath("initdb"), "-D", data, ...options]);
  if (made.exitCode !== 0) throw new Error(`initdb failed: ${made.stderr}`);

  const port = freePort();
  const address = (database: string) => `postgres://${USER}@127.0.0.1:${port}/${database}`;
  let server: Bun.Subprocess | undefined;
  const end = (signal: NodeJS.Signals) => server?.kill(signal);
  // A test run ends without a word to what it started; a closed pipe tells it all the same.
  const guard = Bun.spawn(["sh", "-c", GUARD, folder], { stdin: "pipe", stdout: "ignore", stderr: "ignore" });
  guard.unref();

  const start = async () => {
    // A killed process loses nothing that it gave to the system, so that the tests need not wait for the disk.
    const settings = [
      "-c",
      "fsync=off",
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      `unix_socket_directories=${folder}`,
    ];
    const command = [...asServer, programPath("postgres"), "-D", data, "-p", String(port), ...settings];
    for (const end = performance.now() + PATIENCE; ; ) {
      const child = Bun.spawn(command, { stdout: "ignore", stderr: "ignore" });
      server = child;
      const isUp = await Promise.race([untilItAnswers(address("postgres")), child.exited.then(() => false)]);
      if (isUp) return;
      if (performance.now() > end) throw new Error("PostgreSQL does not start.");
      // What a killed server leaves behind ends by itself, and the next one starts only then.
      await Bun.sleep(100);
    }
  };
  await start();
  return {
    port,
    start,
    async makeDatabase() {
      const name = `muster_${newId().replaceAll("-", "")}`;
      await using sql = new SQL(address("postgres"), { max: 1 });
      await sql.unsafe(`CREATE DATABASE ${name}`);
      return address(name);
    },
    async kill() {
      end("SIGKILL");
      await server?.exited;
    },
    async stop() {
      end("SIGINT");
      await server?.exited;
      guard.stdin.end();
      await guard.exited;
    },
  };
}

let shared: Promise<PostgresServer> | undefined;

/** The address of an empty database in a server that all tests of this process share. */
export async function makeDatabase(): Promise<string> {
  shared ??= startPostgres();
  return (await shared).makeDatabase();
}

async function untilItAnswers(address: string): Promise<boolean> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const sql = new SQL(address, { max: 1, connectionTimeout: 5 });
    try {
      await sql.unsafe("SELECT 1");
      return true;
    } catch {
      if (performance.now() > end) return false;
      await Bun.sleep(50);
    } finally {
      await sql.close({ timeout: 0 }).catch(() => {});
    }
  }
}

/** Debian keeps the programs of the server out of the PATH. */
function programPath(name: string): string {
  const debian = [...new Bun.Glob(`*/bin/${name}`).scanSync("/usr/lib/postgresql")].sort();
  const newest = debian.at(-1);
  const path = newest === undefined ? Bun.which(name) : join("/usr/lib/postgresql", newest);
  if (path === null) throw new Error(`There is no program ${name}; install Debian's package postgresql.`);
  return path;
}

async function idOf(option: "-u" | "-g"): Promise<number> {
  return Number(await new Response(Bun.spawn(["id", option, "postgres"]).stdout).text());
}

function freePort(): number {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = server;
  server.stop(true);
  return port;
}
