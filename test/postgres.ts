import { appendFileSync, chmodSync, chownSync, copyFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SQL } from "bun";
import { freePort } from "../src/fleet/free-port.ts";
import { newId } from "../src/protocol/ids.ts";
import type { CertificateFiles } from "../src/vendor/certificate.ts";

/** A PostgreSQL server of the tests' own. */
export interface PostgresServer {
  readonly port: number;
  /** Its data folder. */
  readonly data: string;
  /** Makes an empty database, and gives its address. */
  makeDatabase(): Promise<string>;
  /** Ends it at once, as a crash does: it has no time to write anything. */
  kill(): Promise<void>;
  /** Starts it again after that. */
  start(): Promise<void>;
  /** Stops all of its processes where they are, as a machine does that hangs: it says nothing more. */
  pause(): void;
  /** Has them go on. */
  resume(): void;
  /** Makes a standby take over. */
  promote(): void;
  stop(): Promise<void>;
}

/** What a server of a test's own is made with. */
export interface PostgresOptions {
  /** Makes it a standby of that one, by streaming replication. */
  readonly standbyOf?: PostgresServer;
  /** Serves TLS with this certificate, and nothing else. */
  readonly certificate?: CertificateFiles;
  /** Where its folder is made; without it among the temporary ones. */
  readonly place?: string;
  /** Options for initdb. */
  readonly initdb?: readonly string[];
  /** Settings of its own: `name=value`. */
  readonly settings?: readonly string[];
}

const USER = "muster";
const PATIENCE = 90_000;
/** Waits for the end of its input; then it ends the server in its folder, when there is one, and removes the folder. */
const GUARD = `read -r _; server=$(head -n 1 "$0/data/postmaster.pid") && kill -KILL "$server"; sleep 0.2; rm -rf "$0"`;

/** Starts a server on a free port of this machine, with nothing in it; it ends with the process at the latest. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(options.place ?? tmpdir(), "muster-postgres-"));
  const data = join(folder, "data");
  const isRoot = process.getuid?.() === 0;
  // The server refuses to run as root.
  const asServer = isRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : [];
  const owner = isRoot ? { user: await idOf("-u"), group: await idOf("-g") } : undefined;
  if (owner) chownSync(folder, owner.user, owner.group);
  const run = (program: string, ...args: string[]) => {
    const { exitCode, stdout, stderr } = Bun.spawnSync([...asServer, programPath(program), ...args]);
    if (exitCode !== 0) throw new Error(`${program} failed: ${stderr}${stdout}`);
  };
  const from = options.standbyOf;
  if (from === undefined) {
    const usual = ["-U", USER, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"];
    run("initdb", "-D", data, ...usual, ...(options.initdb ?? []));
  } else {
    const source = ["-h", "127.0.0.1", "-p", String(from.port), "-U", USER];
    run("pg_basebackup", "-D", data, ...source, "-R", "-X", "stream", "-c", "fast", "--no-sync");
  }
  if (options.certificate) useTls(data, options.certificate, owner);

  const port = freePort();
  const address = (database: string) => `postgres://${USER}@127.0.0.1:${port}/${database}`;
  let server: Bun.Subprocess | undefined;
  // A test run ends without a word to what it started; a closed pipe tells it all the same.
  const guard = Bun.spawn(["sh", "-c", GUARD, folder], { stdin: "pipe", stdout: "ignore", stderr: "ignore" });
  guard.unref();

  const start = async () => {
    const settings = [
      // A killed process loses nothing that it gave to the system, so that the tests need not wait for the disk.
      "fsync=off",
      "listen_addresses=127.0.0.1",
      "unix_socket_directories=",
      // For so long a standby that lost its primary may not notice that it is promoted.
      "wal_retrieve_retry_interval=100ms",
      ...(options.settings ?? []),
    ];
    const told = settings.flatMap((setting) => ["-c", setting]);
    const command = [...asServer, programPath("postgres"), "-D", data, "-p", String(port), ...told];
    for (const end = performance.now() + PATIENCE; ; ) {
      const child = Bun.spawn(command, { stdout: "ignore", stderr: "ignore" });
      server = child;
      const mode = options.certificate ? "?sslmode=require" : "";
      const isUp = await Promise.race([
        untilItAnswers(`${address("postgres")}${mode}`),
        child.exited.then(() => false),
      ]);
      if (isUp) return;
      if (performance.now() > end) throw new Error("PostgreSQL does not start.");
      // What a killed server leaves behind ends by itself, and the next one starts only then.
      await Bun.sleep(100);
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    server?.kill(signal);
    await server?.exited;
  };
  const signal = (name: NodeJS.Signals) => {
    if (server === undefined) return;
    for (const pid of [server.pid, ...childrenOf(server.pid)]) signalProcess(pid, name);
  };
  await start();
  return {
    port,
    data,
    start,
    async makeDatabase() {
      const name = `muster_${newId().replaceAll("-", "")}`;
      await using sql = new SQL(`${address("postgres")}${options.certificate ? "?sslmode=require" : ""}`, {
        max: 1,
      });
      await sql.unsafe(`CREATE DATABASE ${name}`);
      return address(name);
    },
    kill: () => end("SIGKILL"),
    pause: () => signal("SIGSTOP"),
    resume: () => signal("SIGCONT"),
    promote: () => run("pg_ctl", "promote", "-D", data, "-w", "-s"),
    async stop() {
      signal("SIGCONT");
      await end("SIGINT");
      guard.stdin.end();
      await guard.exited;
    },
  };
}

/** A server reads its key only where nobody else can. */
function useTls(
  data: string,
  { cert, key }: CertificateFiles,
  owner: { user: number; group: number } | undefined,
): void {
  for (const [name, file] of [
    ["server.crt", cert],
    ["server.key", key],
  ] as const) {
    const path = join(data, name);
    copyFileSync(file, path);
    chmodSync(path, 0o600);
    if (owner) chownSync(path, owner.user, owner.group);
  }
  writeFileSync(join(data, "pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust\n");
  appendFileSync(join(data, "postgresql.conf"), "ssl = on\n");
}

function signalProcess(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}

function childrenOf(pid: number): number[] {
  const listed = Bun.spawnSync(["ps", "-o", "pid=", "--ppid", String(pid)]).stdout.toString();
  return listed.trim().split(/\s+/).filter(Boolean).map(Number);
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

/** The path of a program of the server: Debian keeps them out of the PATH. */
export function programPath(name: string): string {
  const debian = [...new Bun.Glob(`*/bin/${name}`).scanSync("/usr/lib/postgresql")].sort();
  const newest = debian.at(-1);
  const path = newest === undefined ? Bun.which(name) : join("/usr/lib/postgresql", newest);
  if (path === null) throw new Error(`There is no program ${name}; install Debian's package postgresql.`);
  return path;
}

async function idOf(option: "-u" | "-g"): Promise<number> {
  return Number(await new Response(Bun.spawn(["id", option, "postgres"]).stdout).text());
}
