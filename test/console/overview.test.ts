import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { openConsole } from "./console.ts";

const PICTURES = process.env.MUSTER_PICTURES;

test("the overview shows the count rise while 30 machines ask, and what they need", async () => {
  const { page, enrol, host } = await openConsole("/");
  await page.waitFor("text=No machine has asked yet");
  await enrol(12);
  await page.waitFor(".overview-current");
  const counts = new Set<string>();
  const asking = enrol(30);
  while (!counts.has("42")) counts.add(await page.text(".overview-current strong"));
  await asking;
  expect(counts.size).toBeGreaterThan(1);
  const text = await page.text(".overview-count");
  expect(text).toContain("Muster Demo Client");
  expect(text).toContain("25 required: reached");
  expect(await page.text(".overview-verdict")).toEndWith("Findings");
  await until(page, ".plot + .hint", "42 requests in 30 days");
  expect(await page.axe()).toEqual([]);
  if (PICTURES) writeFileSync(`${PICTURES}/overview.png`, await page.picture());

  await page.look({ width: 360, scheme: "dark" });
  expect(await page.value<boolean>("document.documentElement.scrollWidth <= 360")).toBe(true);
  expect(await page.axe()).toEqual([]);
  if (PICTURES) writeFileSync(`${PICTURES}/overview-360.png`, await page.picture());
  await page.look({ width: 1280, scheme: "dark" });
  expect(await page.axe()).toEqual([]);
  if (PICTURES) writeFileSync(`${PICTURES}/overview-dark.png`, await page.picture());
  expect(page.complaints).toEqual([]);
  expect(host.name).toBe("kms01");
}, 90_000);

test("in Japanese the overview says the same, and leads on by keyboard alone", async () => {
  const { page, enrol } = await openConsole("/", { language: "ja" });
  await enrol(3);
  await page.waitFor(".overview-current");
  await until(page, ".overview-count", "あと 22 台");
  expect(await page.value<string>("document.documentElement.lang")).toBe("ja");
  await page.value(`document.querySelector(".tile a").focus()`);
  await page.press("Enter");
  await page.waitFor("text=マシン");
  expect(await page.value<string>("location.pathname")).toBe("/machines");
}, 60_000);

type Page = Awaited<ReturnType<typeof openConsole>>["page"];

/** Waits until a part of the page, which refreshes itself, says something. */
async function until(page: Page, css: string, said: string): Promise<void> {
  while (!(await page.text(css)).includes(said)) await Bun.sleep(100);
}
