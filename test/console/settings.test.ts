import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { fits, openConsole } from "./console.ts";

const PICTURES = process.env.MUSTER_PICTURES;

test("a setting says what it does and was, is changed, and is taken back", async () => {
  const { page, ask } = await openConsole("/settings");
  await page.waitFor("table");
  expect(await page.text("table")).toContain("Machines that share one CMID");
  if (PICTURES) writeFileSync(`${PICTURES}/settings.png`, await page.picture());

  await page.click("text=Change: Machines that share one CMID");
  await page.waitFor("dialog[open]");
  expect(await page.text("dialog")).toContain("event 12400");
  await page.value(`${CHOOSE}("dialog select", "rearm")`);
  expect(await page.axe()).toEqual([]);
  await page.click("text=Save");
  await page.waitFor("text=Machines that share one CMID: report: log it → rearm: take a new CMID.");
  expect(await settingOf(ask, "duplicates")).toBe("rearm");
  await page.click("text=Undo");
  await page.waitForNo("text=Undo");
  expect(await settingOf(ask, "duplicates")).toBe("report");
  const { body } = await ask<{ events: { fields: Record<string, string> }[] }>("GET", "/v1/events?id=12402");
  expect(body.events.map(({ fields: { from, to } }) => `${from} to ${to}`)).toEqual([
    "report to rearm",
    expect.stringMatching(/^rearm to /),
  ]);
}, 180_000);

test("a number out of bounds is refused before it is sent, and the default is a press away", async () => {
  const { page, ask } = await openConsole("/settings", { language: "ja" });
  await page.waitFor("table");
  await page.click("text=変更: リースの更新間隔");
  await page.waitFor("dialog[open]");
  await page.click("dialog input");
  await page.type("14");
  await page.press("Enter");
  await page.waitFor("text=15 から 43200 までの整数を入力してください。");
  await page.type("40");
  await page.press("Enter");
  await page.waitForNo("dialog[open]");
  expect(await settingOf(ask, "renewal-interval")).toBe("1440");
  await page.waitFor("text=変更: リースの更新間隔");
  await page.click("text=変更: リースの更新間隔");
  await page.click("text=既定値に戻す (製品ごとの値 (default))");
  await page.waitForNo("dialog[open]");
  expect(await settingOf(ask, "renewal-interval")).toBe("default");

  await page.look({ width: 360, scheme: "dark" });
  await fits(page, 360);
  expect(await page.axe()).toEqual([]);
  if (PICTURES) writeFileSync(`${PICTURES}/settings-360-ja.png`, await page.picture());
  expect(page.complaints).toEqual([]);
}, 180_000);

type Ask = Awaited<ReturnType<typeof openConsole>>["ask"];

async function settingOf(ask: Ask, wanted: string): Promise<string | undefined> {
  const { body } = await ask<{ settings: { name: string; value: string }[] }>("GET", "/v1/settings");
  return body.settings.find(({ name }) => name === wanted)?.value;
}

/** Chooses in a list as a person does. */
const CHOOSE = `((css, value) => {
  const list = document.querySelector(css);
  list.value = value;
  list.dispatchEvent(new Event("change", { bubbles: true }));
})`;
