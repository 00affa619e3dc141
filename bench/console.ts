/**
 * Measures the console as its reader has it: the list of machines in Chromium, from the address to the rows on the
 * screen and from a letter to what it finds, on a host that knows many machines; and the weight of the page.
 *
 *   bun bench/console.ts [--machines 100000] [--rounds 7] [--store sqlite|postgres] [--json]
 *
 * Everything is timed by the page's own clock (performance.now): from the start of the navigation, or from the event
 * that the letter made, until the frame after the rows are in the document. `postgres` starts a server of its own.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { version } from "../package.json";
import { table } from "../src/cli/output.ts";
import { bundleConsole } from "../src/console/bundle.ts";
import { deploy } from "../src/fleet/deployment.ts";
import { fillDatabase, fillStore } from "../src/fleet/fill.ts";
import { storePath } from "../src/host/folder.ts";
import { runHost } from "../src/host/run.ts";
import { openChromium, type Page } from "../test/chromium.ts";
import { startPostgres } from "../test/postgres.ts";

const { values } = parseArgs({
  options: {
    machines: { type: "string", default: "100000" },
    rounds: { type: "string", default: "7" },
    store: { type: "string", default: "sqlite" },
    json: { type: "boolean", default: false },
  },
});
const machines = Number(values.machines);
const rounds = Number(values.rounds);

/** Milliseconds of each round. */
type Times = readonly number[];

interface Figures {
  readonly firstPage: number;
  readonly cold: Times;
  readonly warm: Times;
  readonly steps: readonly { readonly what: string; readonly shown: Times; readonly answered: Times }[];
}

/** What people type, and what each finds. */
const SEARCHES = [
  ["one machine by its name", "pc-77777"],
  ["part of many names", "pc-1"],
  ["an address that all have", "127.0.0.1"],
  ["nothing", "nobody"],
] as const;

/**
 * Runs in each page before its own scripts. `muster.rows` is when the first rows were painted. `muster.expect()` begins
 * a step, and `muster.step` is when a person began it, when the page asked for the new list, and when that was painted.
 */
const WATCH = `globalThis.muster = (() => {
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now());
    port2.postMessage(undefined);
  }));
  const looks = new Set();
  const until = (isSo) => new Promise((resolve) => {
    const look = () => {
      if (!isSo()) return;
      watching.disconnect();
      looks.delete(look);
      resolve();
    };
    const watching = new MutationObserver(look);
    watching.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    looks.add(look);
    look();
  });
  const listing = () => document.querySelector(".machines-listing");
  const state = { rows: until(() => document.querySelector("tbody tr")).then(painted) };
  let from = 0;
  for (const type of ["input", "pointerdown", "change"]) {
    addEventListener(type, () => { from = performance.now(); }, true);
  }
  let asked = 0;
  for (const name of ["pushState", "replaceState"]) {
    const real = history[name].bind(history);
    history[name] = (...given) => { asked = performance.now(); real(...given); looks.forEach((look) => look()); };
  }
  const search = () => new URLSearchParams(location.search).get("search") ?? "";
  state.expect = (text) => {
    state.step = (async () => {
      await until(() => search() === text && listing()?.ariaBusy === "true");
      await until(() => search() === text && listing()?.ariaBusy === "false");
      return { from, asked, shown: await painted() };
    })();
  };
  return state;
})();`;

/** How many bytes of scripts and style the page has loaded, as they would come compressed. */
const LOADED = `performance.getEntriesByType("resource")
  .filter(({ name }) => name.includes("/assets/"))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`;

const CHOOSE = `(() => {
  const list = document.querySelector("select[aria-label=State]");
  list.value = "licensed";
  list.dispatchEvent(new Event("change", { bubbles: true }));
})()`;

const QUICK = "search: the last of several quick keys";

const folder = mkdtempSync(join(tmpdir(), "muster-bench-"));
const ends: (() => Promise<unknown>)[] = [
  () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
];
try {
  await measure();
} finally {
  for (const end of ends.toReversed()) await end();
}

async function measure(): Promise<void> {
  const bundle = await bundleConsole();
  const weight = [bundle.page, ...bundle.assets.values()].reduce(
    (sum, { gzipped }) => sum + gzipped.length,
    0,
  );
  const deployment = await deploy(folder, { hostName: "kms01", now: Date.now() });
  const [product] = deployment.products;
  if (product === undefined) throw new Error("there is a product");
  const store = values.store === "postgres" ? await makeDatabase() : undefined;
  const cmids =
    store === undefined
      ? fillStore(storePath(deployment.hostFolder), product, machines, Date.now())
      : await fillDatabase(store, product, machines, Date.now());
  const host = await runHost({
    folder: deployment.hostFolder,
    ...(store === undefined ? {} : { store }),
    address: "127.0.0.1",
    port: 0,
    admin: { address: "127.0.0.1", port: 0 },
    clock: Date.now,
    onTrouble: (sentence) => console.error(sentence),
  });
  ends.push(() => host.stop());
  if (host.admin === undefined) throw new Error("there is an admin listener");
  const page = await openChromium({
    atEnd: (end) => void ends.push(end),
    folder: () => mkdtempSync(join(folder, "chromium-")),
  });
  await page.look({ width: 1280 });
  const start = performance.now();
  await page.open(host.admin.makeLink().url);
  await page.waitFor("nav.pages");
  const firstPage = performance.now() - start;
  const figures = { firstPage, ...(await timeList(page, host.admin.url, cmids)) };
  const loaded = await page.value<number>(LOADED);
  report(figures, { weight, loaded });
}

async function makeDatabase(): Promise<string> {
  const server = await startPostgres();
  ends.push(() => server.stop());
  return server.makeDatabase();
}

async function timeList(
  page: Page,
  url: string,
  cmids: readonly string[],
): Promise<Omit<Figures, "firstPage">> {
  await page.command("Page.addScriptToEvaluateOnNewDocument", { source: WATCH });
  const open = async () => {
    await page.open(`${url}/machines`);
    return page.value<number>("muster.rows");
  };
  await open();
  const warm: number[] = [];
  for (let round = 0; round < rounds; round++) warm.push(await open());
  await page.command("Network.setCacheDisabled", { cacheDisabled: true });
  const cold: number[] = [];
  for (let round = 0; round < rounds; round++) cold.push(await open());
  await page.command("Network.setCacheDisabled", { cacheDisabled: false });

  const steps: { what: string; shown: number[]; answered: number[] }[] = [];
  const step = async (what: string, act: () => Promise<void>, search = "") => {
    await page.value(`muster.expect(${JSON.stringify(search)})`);
    await act();
    const { from, asked, shown } = await page.value<{ from: number; asked: number; shown: number }>(
      "muster.step",
    );
    const known = steps.find((each) => each.what === what);
    const times = known ?? { what, shown: [], answered: [] };
    times.shown.push(shown - from);
    times.answered.push(shown - asked);
    if (known === undefined) steps.push(times);
  };
  const type = async (text: string) => {
    // Longer after the last key than the field waits for another one.
    await Bun.sleep(300);
    await page.press("Control+A");
    await page.type(text);
  };
  const part = cmids[Math.floor(cmids.length / 2)]?.slice(0, 13) ?? "";
  for (let round = 0; round < rounds; round++) {
    await open();
    await page.press("/");
    for (const [what, text] of SEARCHES) {
      await step(`search: ${what}`, () => type(text), text);
    }
    await step("search: part of a CMID", () => type(part), part);
    const typed = async () => {
      await type("pc");
      for (const key of "-42") await page.type(key);
    };
    await step(QUICK, typed, "pc-42");
    await open();
    await step("order by name", () => page.click("text=Name"));
    await step("order by next renewal", () => page.click("text=Next renewal"));
    await step("the next page", () => page.click("text=Next"));
    await step("those with a lease", () => page.value(CHOOSE));
  }
  return { warm, cold, steps };
}

function report(
  { firstPage, cold, warm, steps }: Figures,
  { weight, loaded }: { weight: number; loaded: number },
): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown processor"}, load ${loadavg()[0]?.toFixed(1)}`;
  const versions = `Muster ${version}, Bun ${Bun.version}`;
  if (values.json) {
    const all = { machine, versions, store: values.store, machines, rounds, weight, loaded };
    console.log(JSON.stringify({ ...all, firstPage, cold, warm, steps }));
    return;
  }
  const line = (what: string, times: Times, goal: string) => [what, middle(times), most(times), goal];
  console.log(`${machine}\n${versions}; ${values.store}, ${machines} machines, ${rounds} rounds\n`);
  console.log(
    table(
      ["What", "Median ms", "Most ms", "Goal"],
      [
        ["signing in on a host just started, which makes the bundle", firstPage.toFixed(0), "", ""],
        line("Machines, until its rows are painted; nothing cached", cold, "< 1000"),
        line("the same, scripts and style in the browser's cache", warm, "< 1000"),
        ...steps.flatMap(({ what, shown, answered }) =>
          what === QUICK
            ? [
                line(what, shown, ""),
                line("    without the 150 ms that it waits for another one", answered, "< 200"),
              ]
            : [line(what, shown, "< 200")],
        ),
      ],
    ),
  );
  console.log(
    `\nAll of the console: ${kilobytes(weight)} kB gzip (goal < 120). The list loads ${kilobytes(loaded)} kB of it.`,
  );
}

function middle(times: Times): string {
  return (times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0).toFixed(0);
}

function most(times: Times): string {
  return Math.max(...times).toFixed(0);
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}
