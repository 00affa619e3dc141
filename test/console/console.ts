import { startAdmin } from "../admin.ts";
import { openChromium, type Page } from "../chromium.ts";

/** A host with its console, and a browser that is signed in and shows a page of it; both end with the test. */
export async function openConsole(
  path = "/",
  {
    language = "en",
    ...options
  }: Parameters<typeof startAdmin>[0] & { readonly language?: "en" | "ja" } = {},
) {
  const system = await startAdmin(options);
  const page = await openChromium();
  await page.look({ width: 1280 });
  const go = (to: string) => page.open(system.admin.url + to);
  await page.open(system.admin.makeLink().url);
  await page.waitFor("nav.pages");
  if (language !== "en") await page.value(`localStorage.setItem("muster.language", "${language}")`);
  await go(path);
  await page.waitFor("h1");
  return { ...system, page, go };
}

/** Waits until the page is laid out for a window of this width, with nothing that is wider. */
export async function fits(page: Page, width: number): Promise<void> {
  const widths = () => page.value<number[]>("[innerWidth, document.documentElement.scrollWidth]");
  for (const end = performance.now() + 60_000; performance.now() < end; await Bun.sleep(50)) {
    const [inner = 0, whole = 0] = await widths();
    if (inner === width && whole <= width) return;
  }
  throw new Error(`The window and the page are ${(await widths()).join(" and ")} pixels wide, not ${width}.`);
}
