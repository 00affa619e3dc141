import { fileURLToPath } from "node:url";
import { gzipSync } from "bun";

/** A file of the console as it is served; its name changes with what is in it. */
export interface Asset {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
}

/** The console, ready to be served. */
export interface Bundle {
  /** The page, the same at every path. */
  readonly page: Asset;
  /** Everything else, by name. */
  readonly assets: ReadonlyMap<string, Asset>;
}

/** Where the assets are served. */
export const ASSETS = "/assets/";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const BEST = { level: 9 } as const;

/**
 * Makes the console out of its sources: one page, one style sheet, and scripts of which a page loads what it needs. An
 * executable without sources has to hold the result of this instead, made before it is compiled (a macro may not call
 * Bun.build), and to give it back here. Throws when the sources do not fit together.
 */
export async function bundleConsole(): Promise<Bundle> {
  const { outputs } = await Bun.build({
    entrypoints: [`${HERE}main.tsx`, `${HERE}style/all.css`],
    target: "browser",
    splitting: true,
    minify: true,
    // Installed as a package, no tsconfig.json says it.
    jsx: { runtime: "automatic", importSource: "preact", development: false },
    naming: "[name]-[hash].[ext]",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const files = await Promise.all(
    outputs.map(async (output) => ({
      isEntry: output.kind === "entry-point",
      asset: assetOf(
        output.path.replace(/^.*\//, ""),
        output.type,
        new Uint8Array(await output.arrayBuffer()),
      ),
    })),
  );
  const script = files.find(({ isEntry, asset }) => isEntry && asset.name.endsWith(".js"))?.asset.name;
  const style = files.find(({ asset }) => asset.name.endsWith(".css"))?.asset.name;
  const icon = assetOf("icon-1.svg", "image/svg+xml", new TextEncoder().encode(ICON));
  const page = pageOf(`${ASSETS}${script}`, `${ASSETS}${style}`, `${ASSETS}${icon.name}`);
  const assets = [...files.map(({ asset }) => asset), icon];
  return {
    page: assetOf("index.html", "text/html; charset=utf-8", new TextEncoder().encode(page)),
    assets: new Map(assets.map((asset) => [asset.name, asset])),
  };
}

function assetOf(name: string, type: string, bytes: Uint8Array<ArrayBuffer>): Asset {
  return { name, type, bytes, gzipped: gzipSync(bytes, BEST) };
}

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#1b5fc1"/><path d="M3.5 12V4l4.5 5 4.5-5v8" fill="none" stroke="#fff" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"/></svg>`;

function pageOf(script: string, style: string, icon: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Muster</title>
<link rel="icon" href="${icon}" type="image/svg+xml">
<link rel="stylesheet" href="${style}">
<script type="module" src="${script}"></script>
<body>
<div id="console"></div>
<noscript>The console needs JavaScript. Without it, ask the API: /v1/openapi.json</noscript>
</html>
`;
}
