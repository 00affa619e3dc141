import { expect, test } from "bun:test";
import { pino } from "pino";
import { consoleTypes } from "../../scripts/console-types.ts";
import { ASSETS, bundleConsole } from "../../src/console/bundle.ts";
import { PATHS } from "../../src/console/paths.ts";
import { showConsole } from "../../src/host/admin/pages.ts";
import { startAdmin } from "../admin.ts";

/** What the whole console may weigh, in bytes as they are sent. */
const MOST = 120_000;

test("the page and everything that it can ever load weigh less than 120 kB as they are sent", async () => {
  const { page, assets } = await bundleConsole();
  const all = [page, ...assets.values()];
  const sizes = all.map(({ name, gzipped }) => `${name} ${gzipped.length}`);
  const total = all.reduce((sum, { gzipped }) => sum + gzipped.length, 0);
  const html = new TextDecoder().decode(page.bytes);
  const first = all.filter((asset) => asset === page || html.includes(asset.name));
  const atFirst = first.reduce((sum, { gzipped }) => sum + gzipped.length, 0);
  console.log(`console: ${atFirst} bytes for the frame, ${total} bytes in all\n  ${sizes.join("\n  ")}`);
  expect(first.length).toBe(4);
  expect(total).toBeLessThan(MOST);
});

test("the libraries for plots and QR codes are not in what every page loads", async () => {
  const { page, assets } = await bundleConsole();
  const html = new TextDecoder().decode(page.bytes);
  const main = [...assets.values()].find(({ name }) => name.endsWith(".js") && html.includes(name));
  expect(new TextDecoder().decode(main?.bytes)).not.toMatch(/u-wrap|uplot/i);
});

test("the page is never kept, its parts for ever under names of their own, compressed for who takes that", async () => {
  const { admin } = await startAdmin();
  const headers = { "accept-encoding": "gzip" };
  const page = await fetch(admin.url, { headers });
  expect(page.headers.get("cache-control")).toBe("no-store");
  const html = await page.text();
  const parts = [...html.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path = ""]) => path);
  expect(parts).toHaveLength(3);
  for (const path of parts) {
    const zipped = await fetch(admin.url + path, { headers });
    expect(zipped.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(zipped.headers.get("content-encoding")).toBe("gzip");
    const plain = await fetch(admin.url + path, { headers: { "accept-encoding": "identity" } });
    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(await plain.text()).toBe(await zipped.text());
  }
  expect((await fetch(`${admin.url}${ASSETS}main-00000000.js`)).status).toBe(404);
});

test("the policy of every answer lets a page take nothing from elsewhere and nothing that is inline", async () => {
  const { admin, ask } = await startAdmin();
  for (const path of ["/", "/v1/status", "/nothing"]) {
    const policy = (await ask("GET", path)).headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  }
  expect(await (await fetch(admin.url)).text()).not.toMatch(/style=|<style|<script>|javascript:| on\w+=/i);
});

test("every path of the console is the page; another is too for browsers, and a problem for programs", async () => {
  const { admin, ask } = await startAdmin();
  const html = await (await fetch(admin.url)).text();
  for (const path of PATHS) {
    const answer = await fetch(admin.url + path.replaceAll(":", "a-"));
    expect([path, answer.status, await answer.text()]).toEqual([path, 200, html]);
  }
  const accept = { accept: "text/html,*/*" };
  const lost = await fetch(`${admin.url}/machnies`, { headers: accept });
  expect([lost.status, await lost.text()]).toEqual([404, html]);
  const headers = { ...accept, authorization: `Bearer ${admin.token}` };
  const { status, body } = await ask("GET", "/v1/nothing", undefined, headers);
  expect([status, body.name]).toEqual([404, "NOT_FOUND"]);
});

test("a console that cannot be made is said in words and in the log", async () => {
  const lines: string[] = [];
  const log = pino({}, { write: (line) => void lines.push(line) });
  const bundle = () => Promise.reject(new Error("no such file"));
  const answer = await showConsole(new Request("http://127.0.0.1/"), { log }, { bundle });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([503, "text/plain; charset=utf-8"]);
  expect(await answer.text()).toContain("/v1/status");
  expect(lines.join("")).toContain("The console could not be made.");
});

test("src/console/api-types.ts is what the schemas of the admin API give (else: bun scripts/console-types.ts)", async () => {
  const file = Bun.file(new URL("../../src/console/api-types.ts", import.meta.url));
  expect(await file.text()).toBe(await consoleTypes());
});
