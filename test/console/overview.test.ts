import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { activateClients, installClients } from "./clients.ts";
import { fits, openConsole } from "./console.ts";

const PICTURES = process.env.MUSTER_PICTURES;
/** The tile of leases in force. */
const LEASES = `.tile:has(a[href="/machines?state=licensed"]) .tile-value`;

test("the overview shows the count rise while 30 clients activate, each a process of its own", async () => {
  const { page, product, deployment, url, host } = await openConsole("/");
  await page.waitFor("text=No machine has asked yet");
  await page.value("globalThis.isAsItWas = true");
  const clients = await installClients(30, product, deployment.catalogue, url);
  const early = await activateClients(clients.slice(0, 12));
  await until(page, ".overview-current", "12");
  const late = activateClients(clients.slice(12));
  await until(page, ".overview-current", "30");
  const outcomes = [...early, ...(await late)];
  const waiting = outcomes.filter(({ exit, err }) => exit === 1 && err.includes("0xC004F038"));
  expect([outcomes.filter(({ exit }) => exit === 0).length, waiting.length]).toEqual([6, 24]);
  await until(page, LEASES, "6");

  // Those that came before the count was reached ask again.
  const again = await activateClients(clients.filter((_, at) => outcomes[at]?.exit !== 0));
  expect(again.map(({ exit }) => exit)).toEqual(Array(24).fill(0));
  await until(page, LEASES, "30");
  const text = await page.text(".overview-count");
  expect(text).toContain("Muster Demo Client");
  expect(text).toContain("25 required: reached");
  await until(page, ".overview-verdict", "Findings");
  await until(page, ".plot + .hint", "54 requests in 30 days");
  expect(await page.axe()).toEqual([]);
  if (PICTURES) writeFileSync(`${PICTURES}/overview.png`, await page.picture());

  await page.look({ width: 360, scheme: "dark" });
  await fits(page, 360);
  expect(await page.axe()).toEqual([]);
  if (PICTURES) writeFileSync(`${PICTURES}/overview-360.png`, await page.picture());
  await page.look({ width: 1280, scheme: "dark" });
  expect(await page.axe()).toEqual([]);
  if (PICTURES) writeFileSync(`${PICTURES}/overview-dark.png`, await page.picture());

  await page.look({ width: 1280 });
  await page.click("text=Leases in force");
  await page.waitFor("text=30 machines");
  expect(await page.text("tbody")).toContain("pc-29.corp.example");
  // All that by the page that was opened before anybody had asked.
  expect(await page.value<boolean>("globalThis.isAsItWas")).toBe(true);
  expect(page.complaints).toEqual([]);
  expect(host.name).toBe("kms01");
}, 300_000);

test("in Japanese the overview says the same, and leads on by keyboard alone", async () => {
  const { page, enrol } = await openConsole("/", { language: "ja" });
  await enrol(3);
  await page.waitFor(".overview-current");
  await until(page, ".overview-count", "あと 22 台");
  expect(await page.value<string>("document.documentElement.lang")).toBe("ja");
  await page.value(`document.querySelector(".tile a").focus()`);
  await page.press("Enter");
  await page.waitFor("nav a[href='/machines'][aria-current=page]");
  expect(await page.value<string>("location.pathname")).toBe("/machines");
}, 180_000);

type Page = Awaited<ReturnType<typeof openConsole>>["page"];

/** Waits until a part of the page, which refreshes itself, says something. */
async function until(page: Page, css: string, said: string): Promise<void> {
  while (!(await page.text(css)).includes(said)) await Bun.sleep(100);
}
