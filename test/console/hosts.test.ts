import { expect, test } from "bun:test";
import { openPostgresStore } from "../../src/host/postgres/store.ts";
import { newId } from "../../src/protocol/ids.ts";
import { MINUTE } from "../../src/protocol/time.ts";
import { makeDatabase } from "../postgres.ts";
import { startHost, stopHost } from "../system.ts";
import { openConsole } from "./console.ts";

const ROWS = `[...document.querySelectorAll(".overview-section tbody tr")].map((row) =>
  [...row.cells].slice(0, 2).map((cell) => cell.innerText.trim()))`;

test("the overview of a shared count says which hosts run, which was stopped, and which is gone", async () => {
  const store = await makeDatabase();
  const { page, go, deployment } = await openConsole("/", { store, others: ["kms02"] });
  const [, folder = ""] = deployment.hostFolders;
  const other = await startHost({ ...deployment, hostFolder: folder }, { store });
  const says = async (expected: string[][]) => {
    let rows: string[][] = [];
    const end = performance.now() + 60_000;
    while (!Bun.deepEquals(rows, expected) && performance.now() < end) {
      await go("/");
      await page.waitFor(".overview-section tbody tr");
      await Bun.sleep(200);
      rows = (await page.value<string[][]>(ROWS)).filter(([name]) => name?.startsWith("kms"));
    }
    expect(rows).toEqual(expected);
  };
  await says([
    ["kms01 (this one)", "runs"],
    ["kms02", "runs"],
  ]);

  await stopHost(other);
  await says([
    ["kms01 (this one)", "runs"],
    ["kms02", "stopped"],
  ]);

  await using notes = await openNotes(store);
  await notes.note(Date.now() - 3 * MINUTE);
  await says([
    ["kms01 (this one)", "runs"],
    ["kms02", "stopped"],
    ["kms03", "gone"],
  ]);
  expect(await page.axe()).toEqual([]);
  expect(page.complaints).toEqual([]);
}, 180_000);

/** Writes what a host that was killed has left behind. */
async function openNotes(url: string) {
  const store = await openPostgresStore({ url, machine: "kms03" });
  return {
    note: (lastSeen: number) =>
      store.noteHost({
        id: newId(),
        name: "kms03",
        url: "http://kms03:1688",
        version: "0.1.0",
        started: lastSeen - MINUTE,
        lastSeen,
        stopped: 0,
      }),
    [Symbol.asyncDispose]: () => store.close(),
  };
}
