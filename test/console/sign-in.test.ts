import { expect, setDefaultTimeout, test } from "bun:test";
import { startAdmin } from "../admin.ts";
import { openChromium, type Page } from "../chromium.ts";
import { startHost, stopHost } from "../system.ts";

setDefaultTimeout(180_000);

/** What a browser says of answers that are meant to be so, and of a test that looks at its cookies. */
const EXPECTED = /status of (401|404|429)|DocumentCookie/;
const unexpected = ({ complaints }: Page) => complaints.filter((each) => !EXPECTED.test(each));
const address = (page: Page) => page.value<string>("location.href");

async function open(options: Parameters<typeof startAdmin>[0] = {}) {
  const system = await startAdmin(options);
  const page = await openChromium();
  await page.look({ width: 1280 });
  return { ...system, page };
}

test("the printed link signs in once: its code leaves the address and the history, and goes to the host in a body only", async () => {
  const { admin, page } = await open();
  const { url } = admin.makeLink();
  await page.open(url);
  await page.waitFor("h1");
  expect(await address(page)).toBe(`${admin.url}/`);
  expect(await page.text("header")).toContain("kms01");
  expect(await page.value("document.title")).toBe("Overview · kms01 · Muster");
  expect(page.requests.filter((each) => each.includes("token"))).toEqual([]);
  expect(new Set(page.requests.map((each) => new URL(each).origin))).toEqual(new Set([admin.url]));

  const [cookie, ...others] = await page.cookies(admin.url);
  expect(others).toEqual([]);
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict", path: "/" });
  expect(await page.value("document.cookie")).toBe("");
  await page.open(`${admin.url}/events`);
  await page.waitFor("nav.pages");
  expect(await page.value("JSON.stringify([localStorage, sessionStorage])")).not.toContain(url.slice(-43));
  // Opened again by who is signed in, a used link changes nothing.
  await page.open(url);
  await page.waitFor("nav.pages");

  await page.click("text=Sign out");
  await page.waitFor("text=Sign in");
  expect(await page.cookies(admin.url)).toEqual([]);
  await page.open(`${admin.url}/events`);
  await page.open(url);
  await page.waitFor(".notice.warn");
  expect(await page.text(".notice.warn")).toContain("does not sign in any more");
  expect(await page.text(".notice.warn")).toContain("muster host console");
  expect(await address(page)).toBe(`${admin.url}/`);
  expect(await page.axe()).toEqual([]);
  expect(unexpected(page)).toEqual([]);
});

test("the token signs in by keyboard only, a wrong one is said so, and one comes to the page one had asked for", async () => {
  const { admin, page } = await open();
  await page.open(`${admin.url}/settings`);
  await page.waitFor("text=Token");

  await page.press("Tab");
  expect(await page.value("document.activeElement.textContent")).toBe("Skip to content");
  await page.press("Enter");
  const stops: string[] = [];
  for (let at = 0; at < 3; at++) {
    await page.press("Tab");
    stops.push(await page.value("document.activeElement.ariaLabel ?? document.activeElement.type"));
  }
  expect(stops).toEqual(["Copy muster host console", "password", "submit"]);
  await page.press("Enter");
  await page.waitFor("text=Paste the token first.");
  await page.press("Shift+Tab");
  await page.type("A".repeat(43));
  await page.press("Enter");
  await page.waitFor(
    "text=This is not the token of this host. It is the only line of the file admin-token in the host's folder.",
  );
  expect(await page.axe()).toEqual([]);
  await page.value("document.querySelector('input').select()");
  await page.type(` ${admin.token}\n`);
  await page.press("Enter");
  await page.waitFor("nav.pages");
  expect(await address(page)).toBe(`${admin.url}/settings`);
  await page.waitFor("[aria-current=page]");
  expect(await page.text("[aria-current=page]")).toBe("Settings");
  expect(await page.value("document.documentElement.outerHTML")).not.toContain(admin.token);
  expect(unexpected(page)).toEqual([]);
});

test("after ten wrong tokens the page says how long to wait", async () => {
  // A clock that stands still: another attempt is allowed every 6 seconds.
  const now = Date.now();
  const { admin, page, ask } = await open({ clock: () => now });
  const { origin } = new URL(admin.url);
  for (let at = 0; at < 10; at++) await ask("POST", "/v1/session", { token: "wrong" }, { origin });
  await page.open(admin.url);
  await page.click("input");
  await page.type(admin.token);
  await page.press("Enter");
  await page.waitFor(".field-error");
  expect(await page.text(".field-error")).toMatch(
    /^Too many attempts from this address. Try again in \d seconds?\.$/,
  );
});

test("in Japanese the page is so to its title and language, and stays so", async () => {
  const { admin, page } = await open();
  await page.open(admin.url);
  await page.waitFor("text=Token");
  await page.value(`(() => {
    const choice = document.querySelector("select[name=language]");
    choice.value = "ja";
    choice.dispatchEvent(new Event("change", { bubbles: true }));
  })()`);
  await page.waitFor("text=サインイン");
  expect(await page.value("document.documentElement.lang")).toBe("ja");
  expect(await page.value("document.title")).toBe("サインイン · Muster");
  await page.open(admin.makeLink().url);
  await page.waitFor("text=サインアウト");
  expect(await page.text("nav.pages")).not.toMatch(/[a-z]{4}/i);
  expect(await page.axe()).toEqual([]);
});

test("a page that does not exist says so and leads back; going to a page puts the focus on its heading", async () => {
  const { admin, page } = await open();
  await page.open(admin.makeLink().url);
  await page.waitFor("nav.pages");
  await page.open(`${admin.url}/machnies`);
  await page.waitFor("text=There is no such page");
  await page.click("text=Go to the overview");
  await page.waitFor("[aria-current=page]");
  expect(await address(page)).toBe(`${admin.url}/`);
  await page.click("text=Events");
  // All of it is there: what comes later would move what was scrolled.
  await page.waitFor("text=Nothing has been logged yet");
  expect(await page.value("[document.activeElement.tagName, document.title].join()")).toBe(
    "H1,Events · kms01 · Muster",
  );
  await page.value("document.querySelector('main').style.minHeight = '3000px'; scrollTo(0, 500)");
  expect(await page.value("scrollY")).toBe(500);
  await page.value("document.querySelector('nav a[href=\"/keys\"]').click()");
  await page.waitFor("nav a[href='/keys'][aria-current=page]");
  expect(await page.value("scrollY")).toBe(0);
  await page.value("history.go(-2)");
  await page.waitFor("nav a[href='/'][aria-current=page]");
  expect(unexpected(page)).toEqual([]);
});

test("a host that is away is said above the page, and one that is started again asks to sign in", async () => {
  const { admin, page, deployment, host } = await open();
  await page.open(admin.makeLink().url);
  await page.waitFor("nav.pages");
  const port = Number(new URL(admin.url).port);
  await stopHost(host);
  await page.click("text=Sign out");
  await page.waitFor(".lost");
  expect(await page.text(".lost")).toContain("does not answer");
  const again = await startHost(deployment, { admin: { address: "127.0.0.1", port, isFixed: true } });
  await page.waitForNo(".lost");
  // The overview asks again by itself, and the host that was started again knows no session.
  await page.waitFor("text=Token");
  await page.open(again.admin?.makeLink().url ?? "");
  await page.waitFor("nav.pages");
});

test("the frame fits 360 pixels, in both themes and both languages, with nothing that axe finds", async () => {
  const { admin, page } = await open();
  await page.open(admin.makeLink().url);
  await page.waitFor("nav.pages");
  for (const language of ["en", "ja"]) {
    await page.value(`localStorage.setItem("muster.language", "${language}")`);
    for (const scheme of ["light", "dark"] as const) {
      await page.look({ width: 360, scheme });
      await page.open(`${admin.url}/nowhere`);
      await page.waitFor("h1");
      expect([language, scheme, await page.value("document.documentElement.scrollWidth")]).toEqual([
        language,
        scheme,
        360,
      ]);
      expect(await page.axe()).toEqual([]);
    }
  }
});
