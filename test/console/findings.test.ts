import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fits, openConsole } from "./console.ts";

const PICTURES = process.env.MUSTER_PICTURES;
const CLASSROOM = join(import.meta.dir, "../../docs/samples/classroom");

test("a broken case is dropped on the page, and its cause is read there", async () => {
  const { page, deployment } = await openConsole("/findings");
  await page.waitFor(".verdict");
  expect(await page.axe()).toEqual([]);
  if (PICTURES) writeFileSync(`${PICTURES}/findings.png`, await page.picture());

  await page.drop(".findings-drop", filesOf(CLASSROOM));
  await page.waitFor("text=Back to this deployment");
  expect(await page.text(".finding h2")).toStartWith("H10 ");
  expect(await page.text(".diagnosis .verdict")).toMatch(/^failing$/i);
  expect(await page.text(".finding figure pre")).not.toBe("");
  expect(existsSync(join(deployment.hostFolder, "evidence"))).toBe(false);
  expect(await page.axe()).toEqual([]);
  if (PICTURES) writeFileSync(`${PICTURES}/findings-dropped.png`, await page.picture());
  await page.look({ width: 360, scheme: "dark" });
  await fits(page, 360);
  expect(await page.axe()).toEqual([]);
  if (PICTURES) writeFileSync(`${PICTURES}/findings-360.png`, await page.picture());
  await page.click("text=Back to this deployment");
  await page.waitFor("text=This deployment");
  expect(page.complaints).toEqual([]);
}, 180_000);

test("evidence is kept only when that is asked for, and is removed again", async () => {
  const { page, deployment } = await openConsole("/findings", { language: "ja" });
  await page.waitFor(".verdict");
  await page.click(".findings-keep input");
  await page.drop(".findings-drop", filesOf(CLASSROOM));
  await page.waitFor("text=ファイルはホストに保存されています。");
  expect(await page.text(".finding")).toContain("根拠");
  const folder = join(deployment.hostFolder, "evidence");
  const [kept = ""] = readdirSync(folder);
  expect(readdirSync(join(folder, kept)).toSorted()).toEqual(readdirSync(CLASSROOM).toSorted());
  await page.click("text=この環境の診断に戻る");
  // It is asked for anew, and moves what is below when it comes.
  await page.waitFor(".verdict");
  await page.click(".findings-kept .button.plain");
  await page.waitFor("text=この環境の診断に戻る");
  if (PICTURES) writeFileSync(`${PICTURES}/findings-ja.png`, await page.picture());
  await page.click(".findings-kept .button.danger");
  await page.waitFor("dialog[open]");
  await page.click("dialog .button.danger");
  await page.waitForNo(".findings-kept");
  expect(existsSync(join(folder, kept))).toBe(false);
}, 180_000);

function filesOf(folder: string) {
  return readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
}
