import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { LABELS } from "../src/doctor/report/labels.ts";
import { openChromium, type Page } from "./chromium.ts";
import { makeFolder } from "./folders.ts";
import { muster, until } from "./muster.ts";

setDefaultTimeout(300_000);

const SAMPLES = join(import.meta.dir, "..", "docs", "samples");
/** With figures of all lengths, long quotes, several findings. */
const CLASSROOM = join(SAMPLES, "classroom");
const LANGUAGES = ["en", "ja"] as const;

/** Opens the report of a folder as somebody would who got it by mail. */
async function openReport(page: Page, lang: string, path = CLASSROOM): Promise<void> {
  const file = join(makeFolder(), "report.html");
  await muster("doctor", path, "--lang", lang, "--format", "html", "-o", file);
  await page.open(file);
}

/** What is wider than the page, where nothing around it scrolls. */
const TOO_WIDE = `[...document.querySelectorAll("body *")]
  .filter((each) => !each.closest(".wide") && each.getBoundingClientRect().right > innerWidth + 0.5)
  .map((each) => each.outerHTML.slice(0, 80))`;

/** The least contrast (WCAG 2.2, 1.4.3) of any text with what is behind it, and that text. */
const LEAST_CONTRAST = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = channels(color).map((each) => {
      const part = each / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = getComputedStyle(each).backgroundColor;
      if ((channels(color)[3] ?? 1) === 1) return color;
    }
    return "rgb(255, 255, 255)";
  };
  let least = [21, ""];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    if (texts.currentNode.data.trim() === "") continue;
    const element = texts.currentNode.parentElement;
    const [one, two] = [light(getComputedStyle(element).color), light(behind(element))];
    const contrast = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    if (contrast < least[0]) least = [contrast, texts.currentNode.data.slice(0, 40)];
  }
  return least;
})()`;

const BACKGROUND = "getComputedStyle(document.body).backgroundColor";

describe.each([...LANGUAGES])("the report as a page, in %s", (lang) => {
  test("asks for nothing but itself, and keeps its own content security policy", async () => {
    const page = await openChromium();
    await openReport(page, lang);
    await page.value("document.querySelectorAll('details').forEach((each) => { each.open = true; })");
    expect(page.requests).toHaveLength(1);
    expect(page.complaints).toEqual([]);
    // The policy does not keep the page's own style out.
    expect(await page.value("getComputedStyle(document.querySelector('.chain')).display")).toBe("flex");
    expect(await page.value("document.documentElement.lang")).toBe(lang);
    expect(await page.value("document.scripts.length")).toBe(0);
  });

  test("fits a telephone of 360 pixels, with everything open", async () => {
    const page = await openChromium();
    await openReport(page, lang);
    await page.look({ width: 360 });
    await page.value("document.querySelectorAll('details').forEach((each) => { each.open = true; })");
    expect(await page.value("innerWidth")).toBe(360);
    expect(await page.value("document.documentElement.scrollWidth")).toBe(360);
    expect(await page.value<string[]>(TOO_WIDE)).toEqual([]);
  });

  test("is light or dark as its reader likes, and can be read in both", async () => {
    const page = await openChromium();
    await openReport(page, lang);
    const backgrounds = [];
    for (const scheme of ["light", "dark"] as const) {
      await page.look({ width: 1000, scheme });
      backgrounds.push(await page.value(BACKGROUND));
      const [contrast, text] = await page.value<[number, string]>(LEAST_CONTRAST);
      expect({ scheme, text, isReadable: contrast >= 4.5 }).toEqual({ scheme, text, isReadable: true });
    }
    expect(backgrounds).toEqual(["rgb(255, 255, 255)", "rgb(21, 24, 28)"]);
  });

  test("prints on white, in full, also what is folded on the screen", async () => {
    const page = await openChromium();
    await openReport(page, lang);
    await page.look({ width: 800, scheme: "dark", media: "print" });
    expect(await page.value(BACKGROUND)).toBe("rgb(255, 255, 255)");
    const [contrast] = await page.value<[number, string]>(LEAST_CONTRAST);
    expect(contrast).toBeGreaterThan(4.5);
    const { stdout } = Bun.spawnSync(["pdftotext", "-layout", "-", "-"], { stdin: await page.pdf() });
    const paper = stdout.toString().replaceAll(/\s+/g, "");
    const folded = await page.value<string[]>(
      "[...document.querySelectorAll('details li')].map((each) => each.textContent)",
    );
    expect(folded.length).toBeGreaterThan(5);
    for (const text of folded) {
      // What no font here has a glyph for is not in the text of the PDF.
      const [start = ""] = /^[!-~]{1,12}/.exec(text.replaceAll(/\s+/g, "")) ?? [];
      expect({ start, isPrinted: paper.includes(start) }).toEqual({ start, isPrinted: true });
    }
  });

  test("has one heading for each finding, the chain with what broke, and the words of its language", async () => {
    const page = await openChromium();
    await openReport(page, lang);
    const labels = LABELS[lang];
    const { out } = await muster("doctor", CLASSROOM, "--lang", lang, "--json");
    const { findings } = JSON.parse(out) as { findings: { id: string; title: string }[] };
    const titles = await page.value(
      "[...document.querySelectorAll('.finding h2')].map((each) => each.textContent)",
    );
    expect(titles).toEqual(findings.map(({ id, title }) => `${id} ${title}`));
    expect(await page.value("document.title")).toBe(`${labels.title}: ${labels.verdicts.failing.name}`);
    expect(
      await page.value("[...document.querySelectorAll('.chain .broken b')].map((each) => each.textContent)"),
    ).toEqual([labels.links.count]);
    expect(await page.value<string>("document.body.innerText")).not.toContain("`");
  });
});

test("names in evidence are words in the page, whatever they are", async () => {
  const folder = makeFolder();
  const text = await Bun.file(join(CLASSROOM, "room7-03.txt")).text();
  const evil = "<img src=x onerror=alert(1)><style>*{display:none}</style>";
  await Bun.write(join(folder, "pc.txt"), text.replace("Windows(R), Enterprise", `Windows(R), ${evil}`));
  const page = await openChromium();
  await openReport(page, "en", folder);
  expect(page.requests).toHaveLength(1);
  expect(page.complaints).toEqual([]);
  expect(await page.value("document.images.length + document.querySelectorAll('body style').length")).toBe(0);
});

test("a page that breaks its policy, asks for more or is too wide would be noticed", async () => {
  const page = await openChromium();
  const file = join(makeFolder(), "bad.html");
  await Bun.write(
    file,
    `<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src *">
<body style="color:red"><img src="data:,x"><p><a>${"x".repeat(400)}</a></p></body>`,
  );
  await page.open(file);
  await page.look({ width: 360 });
  await until("the page's breach is told of", () => page.complaints.join().includes("style"));
  await until("its other request is told of", () => page.requests.length > 1);
  expect(await page.value<string[]>(TOO_WIDE)).not.toEqual([]);
});
