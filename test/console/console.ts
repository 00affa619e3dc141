import { startAdmin } from "../admin.ts";
import { openChromium } from "../chromium.ts";

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
