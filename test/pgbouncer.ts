import { onTestFinished } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../src/fleet/free-port.ts";
import { makeFolder } from "./folders.ts";
import { until } from "./muster.ts";

/** Puts a PgBouncer before a database until the test ends, and gives the address by it. */
export async function startPgBouncer(database: string, ...settings: readonly string[]): Promise<string> {
  const url = new URL(database);
  const folder = makeFolder();
  const port = freePort();
  const [file, users] = [join(folder, "pgbouncer.ini"), join(folder, "users.txt")];
  writeFileSync(users, `"${url.username}" ""\n`);
  const lines = [
    "[databases]",
    `* = host=127.0.0.1 port=${url.port}`,
    "[pgbouncer]",
    "listen_addr = 127.0.0.1",
    `listen_port = ${port}`,
    "unix_socket_dir =",
    "auth_type = trust",
    `auth_file = ${users}`,
    ...settings,
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  const isRoot = process.getuid?.() === 0;
  // It refuses to run as root.
  if (isRoot) for (const path of [folder, file, users]) chmodSync(path, 0o755);
  const pgbouncer = Bun.spawn(["pgbouncer", ...(isRoot ? ["-u", "postgres"] : []), file], {
    stdout: "ignore",
    stderr: "ignore",
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  });
  onTestFinished(async () => {
    pgbouncer.kill("SIGKILL");
    await pgbouncer.exited;
  });
  await until("PgBouncer listens", () =>
    Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } }).then(
      (socket) => {
        socket.end();
        return true;
      },
      () => false,
    ),
  );
  url.port = String(port);
  return url.href;
}
