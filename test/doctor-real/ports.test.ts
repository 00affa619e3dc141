import { afterAll, beforeAll, describe, expect, onTestFinished, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "../muster.ts";
import { type Machine, type Network, startNetwork } from "./network.ts";

setDefaultTimeout(180_000);

let network: Network;
let pc: Machine;
let server: Machine;

beforeAll(async () => {
  network = await startNetwork({ domain: "corp.example", resolver: "10.78.0.2" });
  pc = await network.add("pc-1", "10.78.0.21");
  server = await network.add("server", "10.78.0.11");
});

afterAll(() => network?.stop());

/** What the doctor quotes of a look at one host from the client's machine. */
async function look(host: string, timeout = 30): Promise<string[]> {
  const script = fileURLToPath(import.meta.resolve("./look-here.ts"));
  const { out, err, exit } = await pc.run(process.execPath, script, host, `${timeout * 1000}`);
  if (exit !== 0) throw new Error(err);
  return out
    .trim()
    .split("\n")
    .map((line) => line.replace(/ after [\d.]+ ms/, ""));
}

describe("From another machine, a port is seen to be", () => {
  test("refused, where the machine is there and nothing listens", async () => {
    expect(await look("10.78.0.11:1688")).toEqual(["TCP 10.78.0.11:1688: refused"]);
  });

  test("silent behind a firewall that drops, at a machine that answers a ping", async () => {
    const rules =
      "add table inet wall; add chain inet wall in { type filter hook input priority 0; }; add rule inet wall in tcp dport 1688 drop";
    expect((await server.run("nft", rules)).err).toBe("");
    try {
      expect(await look("10.78.0.11:1688", 3)).toEqual([
        "TCP 10.78.0.11:1688: timeout",
        "Ping 10.78.0.11: answered",
      ]);
    } finally {
      await server.run("nft", "delete table inet wall");
    }
  });

  test("unreachable, where there is no machine, or no way", async () => {
    expect(await look("10.78.0.99:1688")).toEqual(["TCP 10.78.0.99:1688: unreachable"]);
    expect(await look("203.0.113.1:1688")).toEqual(["TCP 203.0.113.1:1688: unreachable"]);
  });

  test("RPC, but no KMS host, where Samba's endpoint mapper listens", async () => {
    const samba = await startSamba(server);
    try {
      await until("Samba listens", async () => (await look("10.78.0.11:135"))[0]?.endsWith("open") ?? false);
      // It starts the program behind the port when it is asked for the first time.
      expect(await look("10.78.0.11:135", 60)).toEqual([
        "TCP 10.78.0.11:135: open",
        "RPC bind 10.78.0.11:135: RPC answers, but without the Key Management Service",
      ]);
    } finally {
      samba.kill("SIGKILL");
      await samba.exited;
    }
  });
});

/** Starts Samba's RPC server alone, with files of its own; all its children end with it. */
async function startSamba({ within }: Machine) {
  // Paths of its sockets have room for no long name of a folder for temporary files.
  const folder = mkdtempSync("/tmp/muster-samba-");
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const folders = ["private dir", "lock directory", "state directory", "cache directory", "pid directory"];
  const lines = [...folders, "ncalrpc dir"].map((name) => {
    const path = join(folder, name.replace(" ", "-"));
    mkdirSync(path);
    // It refuses other rights than these, whatever the umask is.
    chmodSync(path, name === "private dir" ? 0o700 : 0o755);
    return `${name} = ${path}`;
  });
  const settings = [
    "[global]",
    "server role = standalone server",
    "rpc start on demand helpers = no",
    `log file = ${join(folder, "log")}`,
    ...lines,
  ];
  const file = join(folder, "smb.conf");
  writeFileSync(file, settings.join("\n"));
  const program = "/usr/libexec/samba/samba-dcerpcd";
  const alone = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const options = ["-F", "--no-process-group", "--libexec-rpcds", "-s", file];
  return Bun.spawn([...within, ...alone, program, ...options], { stdout: "ignore", stderr: "ignore" });
}
