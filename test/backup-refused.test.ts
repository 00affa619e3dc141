import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deploy } from "../src/fleet/deployment.ts";
import { storePath } from "../src/host/folder.ts";
import { makeFolder } from "./folders.ts";
import { muster } from "./muster.ts";
import { NOW } from "./requests.ts";
import { startSystem, stopHost } from "./system.ts";

setDefaultTimeout(120_000);

/** The folder of a host that has run and is stopped. */
async function makeHost(): Promise<string> {
  const { deployment, host } = await startSystem();
  await stopHost(host);
  return deployment.hostFolder;
}

describe("a backup of a host that cannot be backed up is refused in one sentence, and leaves nothing", () => {
  const refused = async (folder: string) => {
    const place = makeFolder();
    const { exit, out, err } = await muster("host", "backup", join(place, "x.tar.gz"), "--data", folder);
    expect([exit, out, err.trim().split("\n").length]).toEqual([2, "", 1]);
    expect(readdirSync(place)).toEqual([]);
    return err;
  };

  test("a host that has never run, which no disk is blamed for", async () => {
    const { hostFolder } = await deploy(makeFolder(), { hostName: "kms01", now: NOW });
    const said = await refused(hostFolder);
    expect(said).toContain("the host has not run yet");
    expect(said).not.toContain("disk");
  });

  test.each(["host.sqlite", "host-licence.jws", "catalogue.jws"])("%s that is a pipe", async (name) => {
    const folder = await makeHost();
    rmSync(join(folder, name));
    expect(Bun.spawnSync(["mkfifo", join(folder, name)]).exitCode).toBe(0);
    expect(await refused(folder)).toContain("it is no plain file");
  });

  test("a store that is something else", async () => {
    const folder = await makeHost();
    writeFileSync(storePath(folder), "Dear diary,\n".repeat(100));
    for (const end of ["-wal", "-shm"]) rmSync(storePath(folder) + end, { force: true });
    expect(await refused(folder)).toContain("it is no database");
  });
});
