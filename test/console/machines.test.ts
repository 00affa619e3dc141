import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { makeRequest } from "../requests.ts";
import { post } from "../system.ts";
import { fits, openConsole } from "./console.ts";

const PICTURES = process.env.MUSTER_PICTURES;

type Console = Awaited<ReturnType<typeof openConsole>>;
type Page = Console["page"];

test("a machine is found among many: by search, filter, order and leafing, and the way back leads back", async () => {
  const { page, enrol, ask, go } = await openConsole("/machines");
  await page.waitFor("text=No machine has asked yet");
  expect(await page.text(".empty")).toMatch(/muster ipk (?!SETUP-KEY)[\s\S]*muster ato/);
  await picture(page, "machines-empty");
  const requests = await enrol(60);
  await go("/machines");
  await page.waitFor("text=60 machines");
  await page.waitFor("text=1–50 of 60");
  await picture(page, "machines");

  // By name, as people sort: the order stands in the address.
  await page.click("text=Name");
  await untilNames(page, (names) => names[0] === "pc-0" && names[1] === "pc-1");
  expect(await page.value<string>("location.search")).toBe("?sort=name&order=asc");
  expect(await page.value<string>(`document.querySelector("th[aria-sort=ascending]").innerText`)).toContain(
    "Name",
  );
  const first = await names(page);
  await page.click("text=Next");
  await page.waitFor("text=51–60 of 60");
  const second = await names(page);
  expect(new Set([...first, ...second]).size).toBe(60);
  await page.open(await page.value<string>("location.href"));
  await page.waitFor("text=51–60 of 60");
  expect(await names(page)).toEqual(second);
  await page.click("text=Previous");
  await page.waitFor("text=1–50 of 60");
  expect(await names(page)).toEqual(first);
  await page.value("history.back()");
  await page.waitFor("text=51–60 of 60");

  // Those first that are to ask first: without a lease that is sooner.
  await page.click("text=Next renewal");
  const early = Array.from({ length: 24 }, (_, at) => `pc-${at}`).sort();
  await untilNames(page, (found) => found.slice(0, 24).sort().join() === early.join());
  expect(await page.value<string>("location.search")).toBe("?sort=nextRenewal&order=asc");
  expect(await page.value<string>(`document.querySelector("th[aria-sort=ascending]").innerText`)).toContain(
    "Next renewal",
  );

  // Letter by letter, quicker than the list follows.
  await page.press("/");
  for (const key of "pc-17") await page.type(key);
  await page.waitFor("text=1 machine");
  expect(await page.value<string>(`document.querySelector(".search").value`)).toBe("pc-17");
  expect(await names(page)).toEqual(["pc-17"]);
  await page.press("Control+A");
  await page.type(requests[42]?.cmid ?? "");
  await untilNames(page, (found) => found.join() === "pc-42");
  await page.press("Control+A");
  await page.type("nobody");
  await page.waitFor("text=No machine is like this");
  await page.click("text=Clear filters");
  await page.waitFor("text=60 machines");
  await page.value(`${CHOOSE}("State", "unlicensed")`);
  await page.waitFor("text=24 machines");
  await page.value(`${CHOOSE}("Renewal", "overdue")`);
  await page.waitFor("text=No machine is like this");
  await page.click("text=Clear filters");
  await page.waitFor("text=60 machines");

  await page.value(CATCH_DOWNLOADS);
  await page.click("text=Download CSV");
  await page.waitFor("text=60 machines are in machines.csv.");
  expect(await page.value<string>("saved.name")).toBe("machines.csv");
  const lines = (await page.value<string>("saved.blob.text()")).trim().split("\r\n");
  expect(lines.length).toBe(61);
  expect(lines[0]).toContain("name,cmid,application");

  // Those that are ticked are forgotten together.
  await page.click("text=Select pc-0");
  await page.click("text=Select pc-1");
  await page.click("text=Forget 2 machines");
  await page.waitFor("dialog[open]");
  expect(await page.axe()).toEqual([]);
  await page.click("text=Forget");
  await page.waitFor("text=2 machines are forgotten. Events");
  await page.waitFor("text=58 machines");
  expect(await names(page)).not.toContain("pc-0");
  expect(await eventsOf(ask, 12405)).toEqual(["pc-0", "pc-1"]);

  expect(await page.axe()).toEqual([]);
  await page.look({ width: 360, scheme: "dark" });
  await fits(page, 360);
  expect(await page.axe()).toEqual([]);
  await picture(page, "machines-360");
  expect(page.complaints).toEqual([]);
}, 180_000);

test("a list that changes while it is read stays where it is until one asks", async () => {
  const { page, enrol, go } = await openConsole("/machines");
  await enrol(3);
  await go("/machines?sort=name&order=asc");
  await page.waitFor("text=3 machines");
  await page.value(`document.querySelector("tbody a").focus()`);
  await enrol(2);
  // The page is asked for again when it is seen again.
  await page.value(`document.dispatchEvent(new Event("visibilitychange"))`);
  await page.waitFor("text=5 machines");
  expect(await names(page)).toEqual(["pc-0", "pc-1", "pc-2"]);
  await page.click("text=Show it as it is now");
  await untilNames(page, (found) => found.length === 5);
}, 180_000);

test("a machine's own page says why, what it has done, and takes a note and orders, each with its event", async () => {
  const { page, enrol, ask, url, product, go } = await openConsole("/machines");
  const [, request] = await enrol(30);
  if (!request) throw new Error("there are machines");
  const twin = makeRequest(product, { now: Date.now(), name: "pc-1" });
  await post(url, twin);
  for (let more = 0; more < 3; more++) {
    await post(url, { ...makeRequest(product, { now: Date.now(), name: "pc-1" }), cmid: request.cmid });
  }
  await go("/machines?search=pc-1&sort=name&order=asc");
  await page.waitFor(`a[href$="${request.cmid}"]`);
  await page.click(`a[href$="${request.cmid}"]`);
  await page.waitFor("text=Why");
  expect(await page.value<string>("document.title")).toBe("pc-1 · kms01 · Muster");
  await page.waitFor("text=Licensed");
  await page.waitFor(".machine-remarks");
  expect(await page.text(".machine-remarks")).toContain("It is licensed until");
  expect(await page.text(".machine-others")).toContain(twin.cmid.slice(0, 8));
  expect(await page.text(".machine-others")).toContain("same hardware");
  expect(await page.text(".machine-rhythm figcaption")).toStartWith("4 requests from");
  await page.waitFor("text=4 events");

  await page.click("text=Edit note");
  await page.waitFor("dialog[open]");
  await page.click("dialog textarea");
  await page.type("On the shelf, room 4");
  await page.click("text=Save");
  await page.waitFor("text=The note is kept.");
  await page.waitFor("text=On the shelf, room 4");
  await page.waitFor("text=The note on a machine was changed.");
  expect(await eventsOf(ask, 12422)).toEqual(["pc-1"]);

  await page.click("text=Force a new identity");
  await page.waitFor("dialog[open]");
  expect(await page.axe()).toEqual([]);
  await picture(page, "machine-rearm");
  // The button behind the dialog has the same name.
  await page.value(`document.querySelector("dialog .primary").click()`);
  await page.waitFor("text=It takes a new CMID with its next answer.");
  await page.waitFor("text=New identity ordered");
  expect(await eventsOf(ask, 12407)).toEqual(["pc-1"]);
  await page.waitFor("text=6 events");
  await picture(page, "machine");
  await page.click("text=Take the order back");
  await page.waitForNo("text=New identity ordered");

  expect(await page.axe()).toEqual([]);
  await page.look({ width: 360, scheme: "dark" });
  await fits(page, 360);
  expect(await page.axe()).toEqual([]);
  await picture(page, "machine-360");

  await page.click("text=Forget");
  await page.waitFor("dialog[open]");
  await page.value(`document.querySelector("dialog .danger").click()`);
  await page.waitFor("text=pc-1 is forgotten: it left the count and gave its seat back. Events");
  expect(await page.value<string>("location.search")).toBe("?search=pc-1&sort=name&order=asc");
  expect(await page.value<string>("document.activeElement.tagName")).toBe("H1");
  expect(await eventsOf(ask, 12405)).toEqual(["pc-1"]);
  expect(page.complaints).toEqual([]);
}, 180_000);

test("older events come when they are asked for, and a machine that is gone says so", async () => {
  const { page, url, product, ask, go } = await openConsole("/machines");
  const request = makeRequest(product, { now: Date.now(), name: "busy" });
  for (let more = 0; more < 120; more++) {
    await post(url, { ...makeRequest(product, { now: Date.now(), name: "busy" }), cmid: request.cmid });
  }
  const path = `/machines/${product.application}/${request.cmid}`;
  await go(path);
  await page.waitFor("text=100 events");
  await page.click("text=Show older events");
  await page.waitFor("text=120 events");
  await page.waitForNo("text=Show older events");

  await page.click("text=Forget");
  await page.waitFor("dialog[open]");
  // A page that nobody sees does not ask again: it must not know before the click.
  await page.value(`void Object.defineProperty(document, "hidden", { value: true })`);
  await ask("DELETE", `/v1${path}`);
  await page.value(`document.querySelector("dialog .danger").click()`);
  await page.waitFor("dialog .notice.bad");
  expect(await page.text("dialog .notice.bad")).toContain(`The host knows no machine ${request.cmid}`);
  await page.press("Escape");
  await page.waitForNo("dialog[open]");
  await go(path);
  await page.waitFor(".notice.bad");
  expect(await page.text("main")).toContain(`The host knows no machine ${request.cmid}`);
  await page.click("text=← All machines");
  await page.waitFor("text=No machine has asked yet");
}, 180_000);

test("in Japanese, and with the keyboard alone", async () => {
  const { page, enrol, go, ask } = await openConsole("/machines", { language: "ja" });
  await enrol(26);
  await go("/machines");
  await page.waitFor("text=26 台のマシン");
  await page.press("/");
  await page.type("pc-25");
  await page.waitFor("text=1 台のマシン");
  expect(await page.axe()).toEqual([]);
  await picture(page, "machines-ja");
  await tabTo(page, "pc-25");
  await page.press("Enter");
  await page.waitFor("text=理由");
  await page.waitFor(".machine-remarks");
  expect(await page.value<string>("document.activeElement.tagName")).toBe("H1");
  await tabTo(page, "メモを編集");
  await page.press("Enter");
  await page.waitFor("dialog[open]");
  await tabTo(page, "メモ");
  await page.type("予備機");
  await tabTo(page, "保存");
  await page.press("Enter");
  await page.waitFor("text=メモを保存しました。");
  expect(await page.value<string>("document.activeElement.textContent")).toBe("メモを編集");
  expect(await page.axe()).toEqual([]);
  await picture(page, "machine-ja");
  await tabTo(page, "削除");
  await page.press("Enter");
  await page.waitFor("dialog[open]");
  await page.press("Escape");
  await page.waitForNo("dialog[open]");
  expect(await eventsOf(ask, 12405)).toEqual([]);
  await page.press("Enter");
  await page.waitFor("dialog[open]");
  await tabTo(page, "削除");
  await page.press("Enter");
  await page.waitFor("text=pc-25 を削除しました。数から外れ、シートが空きました。 イベント");
  expect(await eventsOf(ask, 12405)).toEqual(["pc-25"]);
  expect(page.complaints).toEqual([]);
}, 180_000);

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES) writeFileSync(`${PICTURES}/${name}.png`, await page.picture());
}

/** The names in the list, from the top. */
function names(page: Page): Promise<string[]> {
  return page.value<string[]>(`[...document.querySelectorAll("tbody a")].map((each) => each.textContent)`);
}

async function untilNames(page: Page, isSo: (found: string[]) => boolean): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    if (isSo(await names(page))) return;
    await Bun.sleep(50);
  }
  throw new Error(`waited in vain; the list has ${await names(page)}`);
}

/** Presses Tab until what has the focus is called so. */
async function tabTo(page: Page, name: string): Promise<void> {
  const focused = `(({ textContent, labels, ariaLabel }) =>
    (ariaLabel ?? labels?.[0]?.textContent ?? textContent).trim())(document.activeElement)`;
  for (let presses = 0; presses < 80; presses++) {
    await page.press("Tab");
    if ((await page.value<string>(focused)) === name) return;
  }
  throw new Error(`Tab leads to no ${name}`);
}

/** The names of the machines that the events of an id are about. */
async function eventsOf(ask: Console["ask"], id: number): Promise<(string | undefined)[]> {
  const { body } = await ask<{ events: { fields: Record<string, string> }[] }>("GET", `/v1/events?id=${id}`);
  return body.events.map(({ fields }) => fields.name);
}

/** Keeps the file that a person would have been given. */
const CATCH_DOWNLOADS = `(() => {
  globalThis.saved = {};
  const address = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (blob) => address((saved.blob = blob));
  HTMLAnchorElement.prototype.click = function () { saved.name = this.download; };
})()`;
/** Chooses in a list as a person does. */
const CHOOSE = `((label, value) => {
  const list = document.querySelector("select[aria-label=" + label + "]");
  list.value = value;
  list.dispatchEvent(new Event("change", { bubbles: true }));
})`;
