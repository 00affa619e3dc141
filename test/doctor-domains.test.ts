import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { deploy } from "../src/fleet/deployment.ts";
import { openHostStore } from "../src/host/folder-store.ts";
import { type Bind, startBind } from "./bind.ts";
import { makeFolder } from "./folders.ts";
import { muster, startHostProcess, until } from "./muster.ts";

/** A zone that this machine has no suffix of. */
const ZONE = "licences.example";
const RECORD = `_muster._tcp.${ZONE}`;
let bind: Bind;

beforeAll(async () => {
  bind = await startBind({ zone: ZONE, records: ["_muster._tcp SRV 0 0 9 kms01", "kms01 A 127.0.0.1"] });
});

afterAll(() => bind.stop());

/** What the doctor found of the record, looking from here with the settings of a role. */
async function foundBy(data: string, settings = "", ...more: string[]) {
  const config = join(makeFolder(), "muster.toml");
  writeFileSync(config, settings);
  const live = ["doctor", "--live", "--json", "--data", data, "--dns-server", bind.server];
  const { out, err } = await muster("--config", config, ...live, ...more);
  expect(err).toBe("");
  const { ruledOut } = JSON.parse(out) as { ruledOut: { id: string; because: string }[] };
  return ruledOut.find(({ id }) => id === "D01")?.because;
}

const made = async () => (await deploy(makeFolder(), { hostName: "kms01", now: Date.now() })).hostFolder;

test("a client's record is looked for in its lookup domain, too", async () => {
  const client = join(makeFolder(), "client");
  expect((await muster("skms-domain", ZONE, "--data", client)).exit).toBe(0);
  expect(await foundBy(client)).toContain(RECORD);
  expect(await foundBy(client, "", "--domain", "corp.example")).toContain(RECORD);
});

test("a host's record is looked for where it last published itself", async () => {
  const folder = await made();
  const store = await openHostStore(folder);
  const event = (id: 12293 | 12294, domain: string) => ({
    id,
    cmid: undefined,
    info: `0x00000000, ${domain}`,
  });
  await store.record([event(12294, "former.example")], Date.now() - 40 * 86_400_000);
  await store.record([event(12293, "else.example"), event(12294, ZONE)], Date.now());
  await store.close();
  expect(await foundBy(folder)).toContain(RECORD);
});

test("a host's record is looked for where it is told to publish itself", async () => {
  expect(await foundBy(await made(), `[host]\ndns-domain = ["else.example", "${ZONE}"]\n`)).toContain(RECORD);
});

test("a host that updates a server of its own is looked for there while it runs, and nowhere afterwards", async () => {
  const folder = await made();
  const found = async () => {
    const { out } = await muster("doctor", "--json", "--data", folder);
    const { machines, ruledOut } = JSON.parse(out) as {
      machines: number;
      ruledOut: { id: string; because: string }[];
    };
    return { machines, because: ruledOut.find(({ id }) => id === "D01")?.because };
  };
  const dns = ["--dns-domain", ZONE, "--dns-server", bind.server];
  const host = await startHostProcess(folder, "--port", "0", "--no-admin", ...dns);
  // The zone takes no updates, so that the host fails; that the record is there is for its server to say.
  await until("it has tried to publish itself", async () =>
    (await muster("events", "--data", folder, "--id", "12293")).out.includes(ZONE),
  );
  expect((await found()).because).toContain(RECORD);
  await host.stop();
  // And the host's name, which is not that of this machine, makes no second machine of it.
  expect(await found()).toEqual({ machines: 1, because: undefined });
});

test("several domains may be given at once, also by the settings file", async () => {
  const folder = await made();
  expect(await foundBy(folder, "", "--domain", "else.example", "--domain", ZONE)).toContain(RECORD);
  expect(await foundBy(folder, `domain = ["else.example", "${ZONE}"]\n`)).toContain(RECORD);
});
