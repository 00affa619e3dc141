import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { accessSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DAMAGES, type Kind } from "./damages.ts";
import { KINDS } from "./file-kinds.ts";
import { type Ended, runCommands, stateOf } from "./refusals.ts";
import { makeWorld, type World } from "./world.ts";

setDefaultTimeout(120_000);

const SENTENCE = /^muster: [^\n]+\. \(0x[0-9A-F]{8}\)\n$/;
let world: World;

beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.remove());

/** The damages that a kind of file can have. */
const damagesOf = ({ spares = [], newer }: Kind) =>
  Object.keys(DAMAGES).filter(
    (damage) => !spares.includes(damage) && (damage !== "of a newer Muster" || newer !== undefined),
  );

/** Damages a file in each of these ways, each in a world of its own, and sees how its command ends. */
async function refuse(kind: Kind, damages: readonly string[], isHeldToRights: boolean): Promise<void> {
  const cases = damages.map((damage) => {
    const folder = world.copy();
    const command = kind.command((name) => join(folder, name));
    const path = join(folder, kind.file);
    // What a host makes at its first run is not there yet.
    if (!isThere(path)) writeFileSync(path, "x");
    DAMAGES[damage]?.(path, kind, folder, world.others);
    return { damage, command, folder, before: stateOf(folder) };
  });
  const ended = await runCommands(
    cases.map(({ command }) => command),
    { isHeldToRights },
  );
  for (const [number, { damage, folder, before }] of cases.entries()) {
    expect({ damage, ...told(ended[number]) }).toEqual({
      damage,
      exit: 2,
      out: "",
      err: expect.stringMatching(SENTENCE),
    });
    expect({ damage, state: stateOf(folder) }).toEqual({ damage, state: before });
    rmSync(dirname(folder), { recursive: true });
  }
}

describe.each(KINDS.map((kind) => [kind.name, kind] as const))("%s", (_, kind) => {
  const [rights, others] = [["not readable"], damagesOf(kind).filter((damage) => damage !== "not readable")];

  test("is refused in one sentence whatever is wrong with it, and nothing is changed", () =>
    refuse(kind, others, false));

  test("is refused in one sentence when this account may not read it", () => refuse(kind, rights, true));
});

describe("a full disk", () => {
  const cases: [what: string, command: (at: (name: string) => string, key: string) => string[]][] = [
    ["vendor init", (at) => ["vendor", "init", "--name", "Contoso", "--data", at("made")]],
    [
      "vendor product",
      (at) => ["vendor", "product", "Third", "--application", "Muster Demo", "--data", at("vendor")],
    ],
    [
      "vendor approve",
      (at) => ["vendor", "approve", at("host.request"), "-o", at("made"), "--data", at("vendor")],
    ],
    ["host init", (at) => ["host", "init", "--catalogue", at("catalogue.jws"), "--data", at("made")]],
    [
      "host activate",
      (at) => ["host", "activate", "--license", at("host.licence"), "--data", at("new-host")],
    ],
    ["host backup", (at) => ["host", "backup", at("made"), "--data", at("host")]],
    ["host restore", (at) => ["host", "restore", at("backup.tar.gz"), "--data", at("made")]],
    ["host report", (at) => ["host", "report", "-o", at("made"), "--data", at("host")]],
    ["sai", (at) => ["sai", "15", "--data", at("host")]],
    ["host status, which makes the store", (at) => ["host", "status", "--data", at("new-host")]],
    ["ipk", (at, key) => ["ipk", key, "--catalogue", at("catalogue.jws"), "--data", at("made")]],
    ["skms", (at) => ["skms", "kms01", "--data", at("client")]],
    ["ato --answer", (at) => ["ato", "--answer", at("mak.answer"), "--data", at("mak-client")]],
  ];

  // A limit on the size of files fails as a full disk does (EFBIG for ENOSPC), and takes no rights.
  test.each(cases)(
    "costs %s one sentence and nothing that was there; with room it works",
    async (_, command) => {
      const folder = world.copy();
      const key = readFileSync(join(folder, "setup-key"), "utf8");
      const words = command((name) => join(folder, name), key);
      const before = stateOf(folder);
      const [refused] = await runCommands([words], { largestFile: 0 });
      expect(told(refused)).toEqual({ exit: 1, out: "", err: expect.stringMatching(SENTENCE) });
      expect(stateOf(folder)).toMatchObject(before);
      const [done] = await runCommands([words]);
      expect(done?.err).not.toContain("muster:");
    },
  );
});

function isThere(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}

function told(ended: Ended | undefined) {
  return ended ?? { exit: "it did not end", out: "", err: "" };
}
