import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openChromium } from "../test/chromium.ts";

// Makes the pictures of docs/pictures anew, of a fleet of this machine and of a report on docs/samples:
// `bun scripts/pictures.ts`. It needs Chromium, and the ports that `muster up` takes.
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MUSTER = [process.execPath, join(ROOT, "src/cli/main.ts")];
const PICTURES = join(ROOT, "docs/pictures");
const MACHINES = 42;

const folder = mkdtempSync(join(tmpdir(), "muster-pictures-"));
const ends: (() => Promise<void>)[] = [];
try {
  mkdirSync(PICTURES, { recursive: true });
  const report = Bun.spawnSync([...MUSTER, "doctor", "docs/samples/classroom", "--format", "html"], {
    cwd: ROOT,
  });
  const reportPath = join(folder, "report.html");
  await Bun.write(reportPath, report.stdout);
  const up = Bun.spawn([...MUSTER, "up", "--machines", String(MACHINES), "--json"], { stdout: "pipe" });
  ends.push(async () => {
    up.kill();
    await up.exited;
  });
  const { console: link } = JSON.parse(await firstLine(up.stdout)) as { console: string };

  const page = await openChromium({
    atEnd: (end) => void ends.push(end),
    folder: () => join(folder, "chromium"),
  });
  const take = async (name: string) => {
    for (const scheme of ["light", "dark"] as const) {
      await page.look({ width: 1120, scheme });
      await page.value("scrollTo(0, 0)");
      const clip = { x: 0, y: 0, width: 1120, height: 800, scale: 1 };
      const { data } = (await page.command("Page.captureScreenshot", { clip })) as { data: string };
      await Bun.write(join(PICTURES, `${name}-${scheme}.png`), Buffer.from(data, "base64"));
    }
  };
  await page.open(link);
  await page.waitFor("nav.pages");
  // The first are refused until there are enough, and ask again.
  while (!(await page.text("main")).includes(`${MACHINES} leases`)) await Bun.sleep(200);
  await take("overview");
  await page.open(reportPath);
  await take("report");
} finally {
  for (const end of ends.reverse()) await end();
  rmSync(folder, { recursive: true, force: true });
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    const end = text.indexOf("\n");
    if (end >= 0) return text.slice(0, end);
  }
  throw new Error("`muster up` ended before it said where its console is.");
}
