import { expect, onTestFinished, test } from "bun:test";
import { writeFileSync } from "node:fs";
import encodeQR from "qr";
import decodeQR from "qr/decode.js";
import { openVendor } from "../../src/vendor/vendor.ts";
import { fits, openConsole } from "./console.ts";

const PICTURES = process.env.MUSTER_PICTURES;

test("a host without internet gets its licence by pictures of QR codes", async () => {
  const { page, vendor, key } = await openKeys();
  await page.click("text=Make the request");
  await page.waitFor("text=Enter the host key; this host keeps none.");
  await page.click(".field input");
  await page.type("AAAAA-BBBBB-CCCCC-DDDDD-EEEEE");
  await page.press("Enter");
  await page.waitFor(".notice.bad");
  await page.press("Control+A");
  await page.type(key);
  await page.press("Enter");
  await page.waitFor(".keys-qr img");
  const { license } = await vendor.approve(await photographed(page), Date.now());

  await choose(page, "holiday.png", "image/png", new Uint8Array([1, 2, 3]));
  await page.waitFor("text=There is no QR code in this picture, or it is not sharp enough.");
  await choose(page, "photo.gif", "image/gif", encodeQR(license, "gif", { ecc: "low", scale: 4 }));
  await page.waitFor(".page-head + .notice.good");
  expect(await page.text("main")).toContain("The host is licensed until");
  expect(await page.axe()).toEqual([]);
  if (PICTURES) writeFileSync(`${PICTURES}/keys.png`, await page.picture());
  await page.look({ width: 360, scheme: "dark" });
  await fits(page, 360);
  expect(await page.axe()).toEqual([]);
  if (PICTURES) writeFileSync(`${PICTURES}/keys-360.png`, await page.picture());
  // Of the key that is none.
  expect(page.complaints).toEqual([expect.stringContaining("status of 403")]);
}, 180_000);

test("by file and by telephone the same is done, and what does not fit is said", async () => {
  const { page, vendor, key, ask } = await openKeys("ja");
  await choose(page, "wrong.jws", "", new TextEncoder().encode("no licence"));
  await page.waitFor(".notice.bad");
  const { body } = await ask<{ request: string }>("POST", "/v1/license/request", { key });
  const { license } = await vendor.approve(body.request, Date.now());
  await choose(page, "license.jws", "", new TextEncoder().encode(`${license}\n`));
  await page.waitFor(".notice.good");

  await page.click("text=電話");
  await page.click("text=インストール ID を表示");
  await page.waitFor(".keys-digits");
  const groups = await page.value<string[]>(
    `[...document.querySelectorAll(".keys-digits li")].map((each) => each.textContent)`,
  );
  const { confirmationId } = await vendor.confirm(groups.join("-"), Date.now());
  await page.click("textarea");
  await page.type(confirmationId.replace(/\d/, (digit) => String((Number(digit) + 1) % 10)));
  await page.click("text=取り込む");
  await page.waitFor(".notice.bad");
  await page.click("textarea");
  await page.press("Control+A");
  await page.type(confirmationId);
  await page.click("text=取り込む");
  const isTaken = `document.querySelector("textarea").value === ""`;
  while (!(await page.value<boolean>(isTaken))) await Bun.sleep(50);
  const { body: log } = await ask<{ events: unknown[] }>("GET", "/v1/events?id=12413");
  expect(log.events.length).toBe(2);
  if (PICTURES) writeFileSync(`${PICTURES}/keys-phone-ja.png`, await page.picture());
}, 180_000);

type Page = Awaited<ReturnType<typeof openConsole>>["page"];

async function openKeys(language: "en" | "ja" = "en") {
  const opened = await openConsole("/keys", { language });
  await opened.page.waitFor("table");
  const vendor = openVendor(opened.deployment.vendorFolder);
  onTestFinished(() => vendor.close());
  const { text: key } = vendor.hostKey({ application: "Muster Demo" }, Date.now());
  return { ...opened, vendor, key };
}

/** What a telephone reads from the QR code on the screen. */
async function photographed(page: Page): Promise<string> {
  const size = 800;
  const pixels = await page.value<string>(`(async () => {
    const image = document.querySelector(".keys-qr img");
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: ${size}, height: ${size} });
    const context = canvas.getContext("2d");
    context.fillStyle = "white";
    context.fillRect(0, 0, ${size}, ${size});
    context.drawImage(image, 0, 0, ${size}, ${size});
    return btoa(Array.from(context.getImageData(0, 0, ${size}, ${size}).data, (each) => String.fromCharCode(each)).join(""));
  })()`);
  return decodeQR({ width: size, height: size, data: Buffer.from(pixels, "base64") }, { timeLimit: 60_000 });
}

/** Chooses a file for the licence. */
async function choose(page: Page, name: string, type: string, bytes: Uint8Array): Promise<void> {
  await page.value(`(() => {
    const bytes = Uint8Array.from(atob("${Buffer.from(bytes).toString("base64")}"), (each) => each.charCodeAt(0));
    const files = new DataTransfer();
    files.items.add(new File([bytes], "${name}", { type: "${type}" }));
    const input = document.querySelector("input[type=file]");
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  })()`);
}
