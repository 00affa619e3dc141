import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { bundleFiles, collectEvidence } from "../src/doctor/collect/collect.ts";
import { evidenceCommands } from "../src/doctor/collect/commands.ts";
import { deploy } from "../src/fleet/deployment.ts";
import { makeFolder } from "./folders.ts";
import { muster, type Outcome, startHostProcess, stopHostProcess } from "./muster.ts";

setDefaultTimeout(180_000);

/** The files of an archive, by name. */
function filesIn(path: string): Record<string, string> {
  const entries = Object.entries(unzipSync(readFileSync(path)));
  return Object.fromEntries(entries.map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]));
}

/** A host and a client on one machine that have spoken with each other; the host runs no more. */
async function makeRoles() {
  const deployment = await deploy(makeFolder(), { hostName: "kms01", now: Date.now() });
  const client = join(makeFolder(), "client");
  const key = deployment.products[0]?.setupKey ?? "";
  await muster("ipk", key, "--catalogue", deployment.catalogueFile, "--data", client);
  const host = await startHostProcess(deployment.hostFolder, "--port", "0", "--no-dns", "--admin-port", "0");
  await muster("skms", host.url.replace("http://", ""), "--data", client);
  await muster("ato", "--data", client, "--machine-name", "pc-7.corp.example");
  await stopHostProcess(host);
  return { host: deployment.hostFolder, client, key };
}

/** Runs `muster …` on a machine of this name, which is another for every program that it starts, too. */
async function musterOn(name: string, ...args: string[]): Promise<Outcome> {
  const main = join(import.meta.dir, "..", "src", "cli", "main.ts");
  const named = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', name];
  const child = Bun.spawn([...named, process.execPath, main, ...args], { stdout: "pipe", stderr: "pipe" });
  const [out, err, exit] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out, err, exit };
}

describe("muster collect", () => {
  test("makes an archive that only its maker may read, and that the doctor reads", async () => {
    const { host, client } = await makeRoles();
    const bundles = [host, client].map((_, at) => join(makeFolder(), `${at}.zip`));
    for (const [at, data] of [host, client].entries()) {
      const { exit, err } = await muster("collect", "--data", data, "-o", bundles[at] ?? "", "--json");
      expect([exit, err]).toEqual([0, ""]);
      expect(statSync(bundles[at] ?? "").mode & 0o777).toBe(0o600);
    }
    expect(Object.keys(filesIn(bundles[0] ?? ""))).toContain("muster-host/events.xml");
    expect(Object.keys(filesIn(bundles[1] ?? ""))).toContain("muster-client/dlv.json");
    const { out } = await muster("doctor", "--json", ...bundles);
    const { evidence } = JSON.parse(out) as { evidence: { file: string; kind: string; role: string }[] };
    const of = (kind: string, role: string) =>
      evidence.filter((each) => each.kind === kind && each.role === role);
    expect(of("slmgr-dlv", "host")).toHaveLength(1);
    expect(of("slmgr-dlv", "client")).toHaveLength(2);
    expect([...of("event-xml", "host"), ...of("event-xml", "client")]).toHaveLength(2);
  });

  test("names its machine, so that all of an archive is known to be of one", async () => {
    const deployment = await deploy(makeFolder(), { hostName: "kms07", now: Date.now() });
    const path = join(makeFolder(), "bundle.zip");
    await musterOn("kms07", "collect", "--data", deployment.hostFolder, "-o", path);
    const { out } = await muster("doctor", "--json", path);
    const { system, machines, evidence } = JSON.parse(out) as {
      system: string;
      machines: number;
      evidence: { kind: string; machine: string }[];
    };
    expect([system, machines]).toEqual(["muster", 1]);
    const machineOf = (kind: string) => evidence.find((each) => each.kind === kind)?.machine;
    expect([machineOf("slmgr-dlv"), machineOf("netstat")]).toEqual(["kms07", "kms07"]);
  });

  test("says in the archive what it ran and what came of it", async () => {
    const { client } = await makeRoles();
    const path = join(makeFolder(), "bundle.zip");
    await muster("collect", "--data", client, "-o", path);
    const text = filesIn(path)["collected.txt"] ?? "";
    expect(text).toContain(`muster-client/dlv.txt: muster dlv --role client --data ${client} (taken)`);
    expect(text).toContain("hostname.txt: hostname (taken)");
  });

  test("takes no key, token, lease or licence", async () => {
    const { host, client, key } = await makeRoles();
    const secrets = [host, client].flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => /\.(key|token|jws)$|host-keys|token|license/.test(name))
        .flatMap((name) => readFileSync(join(folder, name), "utf8").match(/[\w+/=.-]{24,}/g) ?? []),
    );
    // The host's private key, its token, and what signs a lease are among them.
    expect(secrets.length).toBeGreaterThan(4);
    for (const data of [host, client]) {
      const path = join(makeFolder(), "bundle.zip");
      await muster("collect", "--data", data, "-o", path);
      const all = JSON.stringify(filesIn(path));
      expect(all).not.toContain(key);
      expect(all).not.toContain("eyJ");
      expect(all).not.toContain("PRIVATE KEY");
      for (const secret of secrets.filter(
        (text) => !/^[0-9a-f-]{36}$/.test(text) && !all.includes(`/${text}`),
      )) {
        expect(all).not.toContain(secret);
      }
    }
  });

  test("with --redact leaves no name of this machine, its host or its clients", async () => {
    const { host } = await makeRoles();
    const path = join(makeFolder(), "bundle.zip");
    expect((await musterOn("kms07", "collect", "--redact", "--data", host, "-o", path)).exit).toBe(0);
    const files = filesIn(path);
    const plain = JSON.stringify(files);
    expect(plain).not.toMatch(/pc-7|kms07|corp\.example/);
    expect((files["hostname.txt"] ?? "").trim()).toMatch(/^machine-\d+$/);
    expect(files["muster-host/events.xml"]).toMatch(/machine-\d+\.domain-\d+/);
  });

  test("says what to do on a machine without a role", async () => {
    const { exit, err } = await muster("collect", "--data", makeFolder(), "-o", join(makeFolder(), "x.zip"));
    expect(exit).toBe(2);
    expect(err).toContain("give files to look at, or the folder of a role with --data");
  });
});

test("a full product key in what a command prints, such as Windows' registry has one, is cut to its last five", async () => {
  const line = "BackupProductKeyDefault    REG_SZ    ABCDE-FGHJK-LMNPQ-RSTVW-XYZ23";
  const japanese = Buffer.from([0x83, 0x4c, 0x81, 0x5b]).toString("latin1");
  const file = join(makeFolder(), "spp.txt");
  writeFileSync(file, `${line}\r\n${japanese}\r\n`, "latin1");
  const files = bundleFiles(
    await collectEvidence([{ file: "registry/spp.txt", argv: ["cat", file] }]),
    "pc-7",
  );
  const taken = Buffer.from(files.find(({ name }) => name === "registry/spp.txt")?.bytes ?? []).toString(
    "latin1",
  );
  expect(taken).toBe(`BackupProductKeyDefault    REG_SZ    XXXXX-XXXXX-XXXXX-XXXXX-XYZ23\r\n${japanese}\r\n`);
});

test("a command that is not there, or fails, costs its own file only", async () => {
  const taken = await collectEvidence([
    { file: "a.txt", argv: ["no-such-program-of-any-kind"] },
    { file: "b.txt", argv: ["sh", "-c", "echo it says why >&2; exit 3"] },
    { file: "c.txt", argv: ["echo", "well"] },
  ]);
  expect(taken.map(({ result }) => result)).toEqual(["not there", "ended with 3", "taken"]);
  expect(bundleFiles(taken, "pc-7").map(({ name }) => name)).toEqual(["collected.txt", "b.txt", "c.txt"]);
});

test("of Windows, every command only reads, and none asks for a key", () => {
  const commands = evidenceCommands({
    platform: "win32",
    suffixes: ["corp.example"],
    muster: ["muster.exe"],
    folders: {},
    windows: "C:\\Windows",
  });
  const texts = commands.map(({ argv }) => argv.join(" "));
  for (const text of texts) {
    expect(text).not.toMatch(/ \/(ipk|upk|cpky|ato|rearm|skms|ckms|rilc)\b|add|delete|set |Set-|import/i);
    expect(text).not.toMatch(/BackupProductKeyDefault|DigitalProductId/);
  }
  expect(texts).toContain(
    "C:\\Windows\\System32\\cscript.exe //nologo C:\\Windows\\System32\\slmgr.vbs /dlv",
  );
  expect(texts).toContain("nslookup -type=srv _vlmcs._tcp.corp.example");
  expect(new Set(commands.map(({ file }) => file)).size).toBe(commands.length);
});
