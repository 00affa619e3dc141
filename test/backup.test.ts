import { Database } from "bun:sqlite";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Deployment } from "../src/fleet/deployment.ts";
import { backupHost } from "../src/host/backup/backup.ts";
import { restoreHost } from "../src/host/backup/restore.ts";
import { FOLDER_FILES, storePath } from "../src/host/folder.ts";
import { newId } from "../src/protocol/ids.ts";
import type { ProblemName } from "../src/protocol/problems.ts";
import { makeFolder } from "./folders.ts";
import { insertMachines, makeMachine } from "./machines.ts";
import { muster, startHostProcess, stopHostProcess } from "./muster.ts";
import { problemOf } from "./problems.ts";
import { makeRequest, NOW } from "./requests.ts";
import { post, startHost, startSystem, stopHost } from "./system.ts";

setDefaultTimeout(300_000);

const MAIN = join(import.meta.dir, "..", "src", "cli", "main.ts");

/** A host that has served some machines and is stopped. */
async function makeHost(machines = 3): Promise<{ deployment: Deployment; folder: string }> {
  const { deployment, host, url } = await startSystem();
  const [product] = deployment.products;
  if (!product) throw new Error("a deployment has products");
  for (let at = 0; at < machines; at++)
    await post(url, makeRequest(product, { now: Date.now(), name: `pc-${at}` }));
  await host.store.changeSetting("retention-days", "30", () => [], NOW);
  await stopHost(host);
  return { deployment, folder: deployment.hostFolder };
}

/** Everything that makes a host what it is. */
function contentOf(folder: string): Record<string, unknown> {
  using database = new Database(storePath(folder), { readonly: true });
  const tables = database
    .query<{ name: string }, []>("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .all();
  const rows = tables.map(({ name }) => [name, database.query(`SELECT * FROM "${name}"`).values()]);
  const files = FOLDER_FILES.filter((name) => existsSync(join(folder, name)));
  return {
    ...Object.fromEntries(rows),
    ...Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), "utf8")])),
  };
}

describe("a backup", () => {
  test("put into another folder makes the same host, file by file and row by row", async () => {
    const { folder } = await makeHost();
    const file = join(makeFolder(), "kms01.tar.gz");
    const { manifest, bytes } = await backupHost(folder, file, NOW);
    expect([statSync(file).size, statSync(file).mode & 0o777]).toEqual([bytes, 0o600]);
    expect(manifest.rows).toMatchObject({ machine: 3, application: 1 });
    const target = join(makeFolder(), "deep", "host");
    const restored = await restoreHost(file, target, { force: false, now: NOW });
    expect(restored.replaced).toBeUndefined();
    expect(contentOf(target)).toEqual(contentOf(folder));
    for (const name of readdirSync(target))
      expect([name, statSync(join(target, name)).mode & 0o777]).toEqual([name, 0o600]);
    expect([statSync(target).mode & 0o777, readdirSync(dirname(target))]).toEqual([0o700, ["host"]]);
  });

  test("is what tar unpacks anywhere", async () => {
    const { folder } = await makeHost();
    const out = makeFolder();
    await backupHost(folder, join(out, "kms01.tar.gz"), NOW);
    const { stdout, exitCode } = Bun.spawnSync(["tar", "-xzvf", "kms01.tar.gz"], { cwd: out });
    expect(exitCode).toBe(0);
    const names = stdout.toString().trim().split("\n");
    expect(names.sort()).toEqual(
      ["catalogue.jws", "host-licence.jws", "host.json", "host.key", "host.sqlite", "manifest.json"].map(
        (name) => `muster-host/${name}`,
      ),
    );
    expect(readFileSync(join(out, "muster-host", "host.key"))).toEqual(
      readFileSync(join(folder, "host.key")),
    );
  });

  test("made under load holds every machine that was answered before it began, and serves on", async () => {
    const { deployment, host, url } = await startSystem();
    const [product] = deployment.products;
    if (!product) throw new Error("a deployment has products");
    const answered: string[] = [];
    let isOver = false;
    const ask = async () => {
      while (!isOver) {
        const request = makeRequest(product, { now: Date.now() });
        if ((await post(url, request)).status === 200) answered.push(request.cmid);
      }
    };
    const load = Array.from({ length: 8 }, ask);
    while (answered.length < 200) await Bun.sleep(5);
    const before = [...answered];
    const file = join(makeFolder(), "kms01.tar.gz");
    const outcome = await muster("host", "backup", file, "--data", deployment.hostFolder, "--json");
    const during = answered.length;
    const inProcess = join(makeFolder(), "kms01.tar.gz");
    await backupHost(deployment.hostFolder, inProcess, Date.now());
    isOver = true;
    await Promise.all(load);
    await stopHost(host);
    expect([outcome.exit, outcome.err]).toEqual([0, ""]);
    expect(during).toBeGreaterThan(before.length);

    for (const [backup, promised] of [
      [file, before],
      [inProcess, answered.slice(0, during)],
    ] as const) {
      const target = join(makeFolder(), "host");
      await restoreHost(backup, target, { force: false, now: Date.now() });
      const again = await startHost({ ...deployment, hostFolder: target });
      const stored = new Set((await again.store.machines(1_000_000)).map(({ cmid }) => cmid));
      expect(promised.filter((cmid) => !stored.has(cmid))).toEqual([]);
      const { unique, requests } = await again.store.figures(product.application, Date.now());
      expect([unique, requests.total]).toEqual([stored.size, stored.size]);
      const known = promised[0] ?? "";
      const { status } = await post(
        again.listener.url,
        makeRequest(product, { now: Date.now(), cmid: known }),
      );
      expect(status).toBe(200);
      await stopHost(again);
    }
  });

  test("that is killed at any moment leaves an earlier one as it was, and the next one succeeds", async () => {
    const { folder, deployment } = await makeHost(1);
    const [product] = deployment.products;
    const application = product?.application ?? "";
    insertMachines(
      storePath(folder),
      Array.from({ length: 20_000 }, () => makeMachine({ application })),
    );
    const out = makeFolder();
    const file = join(out, "kms01.tar.gz");
    await backupHost(folder, file, NOW);
    const earlier = readFileSync(file);
    const kills = [60, 120, 180, 240, 320, 400, 500];
    let killed = 0;
    for (const after of kills) {
      const child = Bun.spawn([process.execPath, MAIN, "host", "backup", file, "--data", folder], {
        stdout: "ignore",
      });
      await Bun.sleep(after);
      child.kill("SIGKILL");
      if ((await child.exited) !== 0) {
        killed++;
        const isWhole = readFileSync(file).equals(earlier);
        if (!isWhole) await restoreHost(file, join(makeFolder(), "host"), { force: false, now: NOW });
      }
    }
    expect(killed).toBeGreaterThan(2);
    await backupHost(folder, file, NOW);
    expect(readdirSync(out)).toEqual(["kms01.tar.gz"]);
    const target = join(makeFolder(), "host");
    await restoreHost(file, target, { force: false, now: NOW });
    expect(contentOf(target)).toEqual(contentOf(folder));
  });

  test("of a host that was killed holds what it had acknowledged", async () => {
    const { deployment } = await makeHost(1);
    const [product] = deployment.products;
    if (!product) throw new Error("a deployment has products");
    const child = await startHostProcess(deployment.hostFolder, "--port", "0", "--no-dns", "--no-admin");
    for (let at = 0; at < 5; at++) await post(child.url, makeRequest(product, { now: Date.now() }));
    process.kill(child.pid, "SIGKILL");
    await stopHostProcess(child);
    const file = join(makeFolder(), "kms01.tar.gz");
    expect((await backupHost(deployment.hostFolder, file, NOW)).manifest.rows).toMatchObject({ machine: 6 });
  });

  test("waits for nobody: a second one to the same file at once is refused", async () => {
    const { folder } = await makeHost();
    const file = join(makeFolder(), "kms01.tar.gz");
    const both = await Promise.allSettled([backupHost(folder, file, NOW), backupHost(folder, file, NOW)]);
    const refused = both.flatMap((each) => (each.status === "rejected" ? [each.reason.name] : []));
    expect(refused).toEqual(["IN_USE"]);
    expect(
      (await restoreHost(file, join(makeFolder(), "host"), { force: false, now: NOW })).manifest.rows.machine,
    ).toBe(3);
  });

  test.each<[string, () => Promise<unknown>, ProblemName]>([
    [
      "of no host",
      async () => backupHost(makeFolder(), join(makeFolder(), "b.tar.gz"), NOW),
      "NOT_INITIALIZED",
    ],
    [
      "to a folder that is not there",
      async () => backupHost((await makeHost()).folder, join(makeFolder(), "no", "b.tar.gz"), NOW),
      "BAD_INPUT",
    ],
  ])("%s is refused with a sentence", async (_, make, name) => {
    expect((await problemOf(make())).name).toBe(name);
  });
});

describe("restoring", () => {
  async function makeBackup() {
    const { folder, deployment } = await makeHost();
    const file = join(makeFolder(), "kms01.tar.gz");
    await backupHost(folder, file, NOW);
    return { file, folder, deployment };
  }

  test("is refused while a host runs on the folder, even by force", async () => {
    const { file, deployment, folder } = await makeBackup();
    const host = await startHost(deployment);
    for (const force of [false, true]) {
      expect((await problemOf(restoreHost(file, folder, { force, now: NOW }))).name).toBe("IN_USE");
    }
    expect(readdirSync(dirname(folder)).sort()).toEqual(["host", "vendor"]);
    await stopHost(host);
  });

  test("over another host is refused, and by force keeps that host beside", async () => {
    const { file } = await makeBackup();
    const { folder: other } = await makeHost(5);
    const before = contentOf(other);
    expect((await problemOf(restoreHost(file, other, { force: false, now: NOW }))).name).toBe(
      "ALREADY_EXISTS",
    );
    expect(contentOf(other)).toEqual(before);
    const first = await restoreHost(file, other, { force: true, now: NOW });
    expect(first.replaced).toBe(`${other}.replaced-2026-11-22`);
    expect(contentOf(first.replaced ?? "")).toEqual(before);
    const second = await restoreHost(file, other, { force: true, now: NOW });
    expect(second.replaced).toBe(`${other}.replaced-2026-11-22-2`);
  });

  test("into an empty folder fills it, which may be a mount point", async () => {
    const { file, folder } = await makeBackup();
    const target = makeFolder();
    const { ino } = statSync(target);
    await restoreHost(file, target, { force: false, now: NOW });
    expect(statSync(target).ino).toBe(ino);
    expect(contentOf(target)).toEqual(contentOf(folder));
  });

  test("removes what a restore that was killed has left, and nothing else of that name", async () => {
    const { file, folder } = await makeBackup();
    const [target, dead] = [makeFolder(), 2 ** 22 + 1];
    mkdirSync(join(target, `restoring-${dead}-a1b2c3`));
    await restoreHost(file, target, { force: false, now: NOW });
    expect(contentOf(target)).toEqual(contentOf(folder));
    const beside = [`.restoring-${dead}-a1b2c3`, `.restoring-${process.pid}-a1b2c3`, ".restoring-notes"];
    for (const each of beside) mkdirSync(target + each);
    await restoreHost(file, target, { force: true, now: NOW });
    expect(beside.map((each) => existsSync(target + each))).toEqual([false, true, true]);
  });

  test("over files that are no host's is refused", async () => {
    const { file } = await makeBackup();
    const target = makeFolder();
    writeFileSync(join(target, "thesis.txt"), "years of work");
    expect((await problemOf(restoreHost(file, target, { force: false, now: NOW }))).name).toBe(
      "ALREADY_EXISTS",
    );
    expect(readdirSync(target)).toEqual(["thesis.txt"]);
  });

  test("of a damaged backup changes nothing and leaves nothing behind, wherever the damage is", async () => {
    const { file } = await makeBackup();
    const whole = readFileSync(file);
    const { folder: target } = await makeHost(1);
    const before = contentOf(target);
    const beside = readdirSync(dirname(target)).sort();
    const damages: [string, (bytes: Buffer) => Uint8Array][] = [
      ["nothing at all", () => Buffer.alloc(0)],
      ["something else", () => Buffer.from("PK\u0003\u0004 not a backup")],
      ["something else that is compressed", () => gzipSync("not a backup")],
      ...Array.from({ length: 12 }, (_, at): [string, (bytes: Buffer) => Uint8Array] => [
        `cut after ${at}/12`,
        (bytes) => bytes.subarray(0, Math.floor((bytes.length * at) / 12)),
      ]),
      ...Array.from({ length: 24 }, (_, at): [string, (bytes: Buffer) => Uint8Array] => [
        `a bit flipped at ${at}/24`,
        (bytes) => {
          const place = 10 + Math.floor(((bytes.length - 20) * at) / 24);
          bytes[place] = (bytes[place] ?? 0) ^ 1;
          return bytes;
        },
      ]),
    ];
    for (const [what, damage] of damages) {
      writeFileSync(file, damage(Buffer.from(whole)));
      const { name, message } = await problemOf(restoreHost(file, target, { force: true, now: NOW }));
      expect([what, name]).toEqual([what, "BAD_INPUT"]);
      expect(message).not.toContain("undefined");
      expect(contentOf(target)).toEqual(before);
      expect(readdirSync(dirname(target)).sort()).toEqual(beside);
    }
  });

  test("of a backup whose store was damaged before it was packed is refused", async () => {
    const { folder } = await makeHost();
    const file = join(makeFolder(), "kms01.tar.gz");
    await backupHost(folder, file, NOW);
    const out = makeFolder();
    Bun.spawnSync(["tar", "-xzf", file, "-C", out]);
    truncateSync(join(out, "muster-host", "host.sqlite"), 8192);
    const hash = new Bun.CryptoHasher("sha256")
      .update(readFileSync(join(out, "muster-host", "host.sqlite")))
      .digest("hex");
    const manifestPath = join(out, "muster-host", "manifest.json");
    const manifest = JSON.parse(readFileSync(manifestPath, "utf8"));
    const store = manifest.files.find(({ name }: { name: string }) => name === "host.sqlite");
    Object.assign(store, { size: 8192, sha256: hash });
    writeFileSync(manifestPath, JSON.stringify(manifest));
    const names = [...manifest.files.map(({ name }: { name: string }) => name), "manifest.json"];
    Bun.spawnSync([
      "tar",
      "--format=ustar",
      "-czf",
      file,
      "-C",
      out,
      ...names.map((name) => `muster-host/${name}`),
    ]);
    const { message } = await problemOf(
      restoreHost(file, join(makeFolder(), "host"), { force: false, now: NOW }),
    );
    expect(message).toContain("The store in this backup is damaged");
  });

  test("of a file that belongs to no host is refused", async () => {
    const { file } = await makeBackup();
    const out = makeFolder();
    Bun.spawnSync(["tar", "-xzf", file, "-C", out]);
    writeFileSync(join(out, "muster-host", "authorized_keys"), "ssh-ed25519 AAAA");
    Bun.spawnSync(["tar", "--format=ustar", "-czf", file, "-C", out, "muster-host/authorized_keys"]);
    const { message } = await problemOf(
      restoreHost(file, join(makeFolder(), "host"), { force: false, now: NOW }),
    );
    expect(message).toContain("belongs to no host");
  });
});

test("the commands back a running host up and put it elsewhere, where it serves", async () => {
  const { deployment } = await makeHost();
  const process = await startHostProcess(deployment.hostFolder, "--port", "0", "--no-dns", "--no-admin");
  const file = join(makeFolder(), "kms01.tar.gz");
  const backup = await muster("host", "backup", file, "--data", deployment.hostFolder);
  expect([backup.exit, backup.err]).toEqual([0, ""]);
  expect(backup.out).toContain("Machines  3");
  await stopHostProcess(process);
  const target = join(makeFolder(), "host");
  const restore = await muster("host", "restore", file, "--data", target, "--json");
  expect([restore.exit, restore.err]).toEqual([0, ""]);
  expect(JSON.parse(restore.out)).toMatchObject({ data: target, name: "kms01", rows: { machine: 3 } });
  const again = await startHostProcess(target, "--port", "0", "--no-dns", "--no-admin");
  const [product] = deployment.products;
  if (!product) throw new Error("a deployment has products");
  const request = makeRequest(product, { now: Date.now(), cmid: newId() });
  expect((await post(again.url, request)).body.count).toBe(4);
  const refused = await muster("host", "restore", file, "--data", target);
  expect([refused.exit, refused.out]).toEqual([2, ""]);
  expect(refused.err).toMatch(/^muster: A host is running on .* \(0x80070020\)\n$/);
});
