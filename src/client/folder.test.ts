import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../test/folders.ts";
import { problemOf } from "../../test/problems.ts";
import { isClientFolder, openFolder } from "./folder.ts";
import { type ClientState, NEW_STATE } from "./state.ts";
import { readState } from "./state-file.ts";

const STORE = join(import.meta.dir, "folder.ts");
const rearmed = (state: ClientState): ClientState => ({ ...state, rearms: state.rearms + 1 });
const fileIn = (folder: string) => join(folder, "license.json");

/** A process of its own that changes the state for as long as it lives, or `times` times. */
function startWriter(folder: string, times: number) {
  const script = `
    import { openFolder } from ${JSON.stringify(STORE)};
    const store = openFolder(${JSON.stringify(folder)});
    for (let round = 0; round < ${times}; round++) {
      await store.update((state) => ({ ...state, rearms: state.rearms + 1, ticket: "t".repeat(1 + (round % 200)) }));
      if (round === 0) console.log("writing");
    }`;
  return Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
}

test("a folder that is not there yet is an empty state, and reading makes nothing", async () => {
  const folder = join(makeFolder(), "new");
  expect(await openFolder(folder).read()).toEqual({ state: NEW_STATE, problem: undefined });
  expect(existsSync(folder)).toBe(false);
  expect(isClientFolder(folder)).toBe(false);
});

test("what was written is there for the next one, readable by its owner only", async () => {
  const folder = join(makeFolder(), "new");
  await openFolder(folder).update(rearmed);
  expect((await openFolder(folder).read()).state.rearms).toBe(1);
  expect(isClientFolder(folder)).toBe(true);
  expect(statSync(fileIn(folder)).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test("no change writes nothing", async () => {
  const folder = makeFolder();
  const store = openFolder(folder);
  await store.update(rearmed);
  const before = statSync(fileIn(folder)).ino;
  await store.update((state) => state);
  expect(statSync(fileIn(folder)).ino).toBe(before);
});

test("a change that throws leaves the state and the folder as they were", async () => {
  const folder = makeFolder();
  const store = openFolder(folder);
  await store.update(rearmed);
  const failing = store.update(() => {
    throw new TypeError("a defect");
  });
  expect(failing).rejects.toThrow("a defect");
  await failing.catch(() => undefined);
  expect((await store.update(rearmed)).rearms).toBe(2);
  expect(readdirSync(folder).sort()).toEqual(["license.json", "license.json.previous"]);
});

describe("a damaged file", () => {
  test("is read as the state before it, with a problem that names the file", async () => {
    const folder = makeFolder();
    const store = openFolder(folder);
    await store.update(rearmed);
    await store.update(rearmed);
    writeFileSync(fileIn(folder), readFileSync(fileIn(folder), "utf8").slice(0, 40));
    const { state, problem } = await store.read();
    expect(state.rearms).toBe(1);
    expect(problem?.name).toBe("BAD_INPUT");
    expect(problem?.message).toContain(fileIn(folder));
  });

  test("is kept aside by the next change, not thrown away", async () => {
    const folder = makeFolder();
    const store = openFolder(folder);
    await store.update(rearmed);
    await store.update(rearmed);
    writeFileSync(fileIn(folder), "half of a fi");
    expect((await store.update(rearmed)).rearms).toBe(2);
    const [kept] = readdirSync(folder).filter((name) => name.includes("damaged"));
    expect(readFileSync(join(folder, kept ?? ""), "utf8")).toBe("half of a fi");
    expect((await store.read()).problem).toBeUndefined();
  });

  test("without a state before it is an empty state with a problem", async () => {
    const folder = makeFolder();
    writeFileSync(fileIn(folder), "\0\0\0");
    const { state, problem } = await openFolder(folder).read();
    expect(state).toEqual(NEW_STATE);
    expect(problem?.name).toBe("BAD_INPUT");
  });
});

test("a file of a newer Muster is neither read nor written over", async () => {
  const folder = makeFolder();
  const store = openFolder(folder);
  await store.update(rearmed);
  const newer = readFileSync(fileIn(folder), "utf8").replace('"version": 1', '"version": 9');
  writeFileSync(fileIn(folder), newer);
  expect((await store.read()).problem?.name).toBe("STORE_NEWER");
  expect((await problemOf(store.update(rearmed))).name).toBe("STORE_NEWER");
  expect(readFileSync(fileIn(folder), "utf8")).toBe(newer);
});

test("a folder that cannot be made is a problem that names it", async () => {
  const file = join(makeFolder(), "file");
  writeFileSync(file, "");
  const store = openFolder(join(file, "client"));
  expect((await store.read()).problem?.name).toBe("BAD_INPUT");
  const refused = await problemOf(store.update(rearmed));
  expect(refused.name).toBe("BAD_INPUT");
  expect(refused.message).toContain(join(file, "client"));
});

test("a catalogue is kept beside the state and seen when another process replaces it", async () => {
  const folder = makeFolder();
  const [one, other] = [openFolder(folder), openFolder(folder)];
  expect(await one.catalogue()).toBeUndefined();
  await one.keepCatalogue("first");
  expect((await one.catalogue())?.trim()).toBe("first");
  await other.keepCatalogue("second");
  expect((await one.catalogue())?.trim()).toBe("second");
});

test("changes of three processes and of many calls at once are all kept", async () => {
  const folder = makeFolder();
  const store = openFolder(folder);
  const writers = [startWriter(folder, 12), startWriter(folder, 12)];
  await Promise.all(Array.from({ length: 12 }, () => store.update(rearmed)));
  for (const writer of writers) expect(await writer.exited).toBe(0);
  expect((await store.read()).state.rearms).toBe(36);
});

test("a process killed while it writes, 30 times, always leaves a readable state that goes on", async () => {
  const folder = makeFolder();
  let rearms = 0;
  for (let kill = 0; kill < 30; kill++) {
    const writer = startWriter(folder, 1_000_000);
    await writer.stdout.getReader().read();
    await Bun.sleep(Math.random() * 20);
    writer.kill("SIGKILL");
    await writer.exited;
    const state = readState(readFileSync(fileIn(folder), "utf8"));
    expect(state.rearms).toBeGreaterThan(rearms);
    expect((await openFolder(folder).read()).problem).toBeUndefined();
    rearms = state.rearms;
  }
}, 600_000);

test("one attempt waits for another, and a killed one does not hold it up", async () => {
  const folder = makeFolder();
  const store = openFolder(folder);
  const order: string[] = [];
  await Promise.all(
    ["first", "second"].map((name) =>
      store.oneAttempt(async () => {
        order.push(`${name} begins`);
        await Bun.sleep(20);
        order.push(`${name} ends`);
      }),
    ),
  );
  expect(order.map((line) => line.split(" ")[1])).toEqual(["begins", "ends", "begins", "ends"]);

  const script = `
    import { openFolder } from ${JSON.stringify(STORE)};
    await openFolder(${JSON.stringify(folder)}).oneAttempt(async () => {
      console.log("asking");
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
  await child.stdout.getReader().read();
  child.kill("SIGKILL");
  await child.exited;
  expect(await store.oneAttempt(async () => "went on")).toBe("went on");
  rmSync(folder, { recursive: true });
});
