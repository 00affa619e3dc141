import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { fits, openConsole } from "./console.ts";

const PICTURES = process.env.MUSTER_PICTURES;

test("events are listed, filtered, followed, and tell in words what they mean", async () => {
  const { page, enrol, ask } = await openConsole("/events");
  await page.waitFor("text=Nothing has been logged yet");
  await enrol(3);
  await ask("PATCH", "/v1/settings", { duplicates: "rearm" });
  await page.open(`${await page.value<string>("location.origin")}/events`);
  await page.waitFor("table");
  expect(await page.value<string[]>(IDS)).toEqual(["12402", "12290", "12290", "12290"]);
  await page.click("summary");
  expect(await page.text(".event-fields")).toContain("duplicates");

  await page.value(`${CHOOSE}(".event-filters select", "12290")`);
  await page.waitFor("text=3 events");
  expect(await page.value<string>("location.search")).toBe("?kind=12290");
  await page.press("/");
  await page.type("pc-1");
  await page.waitFor("text=1 event");
  expect(await page.text("table")).toContain("pc-1");
  if (PICTURES) writeFileSync(`${PICTURES}/events.png`, await page.picture());

  await page.press("Control+A");
  await page.type("nobody");
  await page.waitFor("text=No event is like this");
  await page.click("text=Clear filters");
  await page.waitFor("text=4 events");

  await page.click("text=Follow");
  await page.waitFor("text=New events appear by themselves at the top.");
  await enrol(5);
  await page.waitFor("text=pc-4");
  expect(await page.axe()).toEqual([]);
  await page.look({ width: 360, scheme: "dark" });
  await fits(page, 360);
  expect(await page.axe()).toEqual([]);
  if (PICTURES) writeFileSync(`${PICTURES}/events-360.png`, await page.picture());
  expect(page.complaints).toEqual([]);
}, 180_000);

/** The ids that the table shows, from the top. */
const IDS = `[...document.querySelectorAll("tbody .badge")].map((each) => each.textContent)`;
/** Chooses in a list as a person does. */
const CHOOSE = `((css, value) => {
  const list = document.querySelector(css);
  list.value = value;
  list.dispatchEvent(new Event("change", { bubbles: true }));
})`;
