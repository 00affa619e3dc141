import { createHash } from "node:crypto";
import type { Language } from "../cause.ts";
import { Html, html } from "./html.ts";

/** What all pages look like: light and dark, narrow and wide, on a screen and on paper. */
const STYLE = `
:root{color-scheme:light dark;--ink:#1d2126;--soft:#5b6470;--paper:#fff;--card:#f5f6f8;--line:#d5d9df;--link:#0b5cad;--good:#19703c;--bad:#b3261e;--warn:#8a5300;--note:#5b4b8a;--code:#eceef1}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#a3abb6;--paper:#15181c;--card:#1d2126;--line:#363c45;--link:#7cb8f7;--good:#6fce93;--bad:#ff8a80;--warn:#f2b04d;--note:#b9a8f0;--code:#262b32}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1.5rem 1rem 4rem;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,"Segoe UI","Hiragino Sans","Yu Gothic UI","Noto Sans CJK JP",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:1.25rem 0 .25rem}
p,ul,ol,dl{margin:.4rem 0}a{color:var(--link)}.soft{color:var(--soft)}
.verdict{display:inline-block;padding:.1rem .6rem;border-radius:1rem;border:2px solid currentColor;font-weight:700}
.healthy,.ok,.of-benign{color:var(--good)}.failing,.broken,.of-critical,.of-error{color:var(--bad)}.degraded,.of-warning{color:var(--warn)}.incomplete,.of-notice{color:var(--note)}.unknown{color:var(--soft)}
.chain{display:flex;flex-wrap:wrap;gap:.5rem;list-style:none;padding:0;margin:1rem 0}
.chain li{flex:1 1 8.5rem;border:2px solid currentColor;border-radius:.5rem;padding:.4rem .6rem;background:var(--card)}
.chain li.unknown{border-style:dashed}.chain b,.chain i{display:block}.chain i{font-style:normal;font-size:.85rem}.chain span{color:var(--ink);font-size:.85rem}
.finding{border:1px solid var(--line);border-left:.4rem solid var(--line);border-radius:.5rem;background:var(--card);padding:.75rem 1rem;margin:1rem 0}
.finding.of-critical,.finding.of-error{border-left-color:var(--bad)}.finding.of-warning{border-left-color:var(--warn)}.finding.of-benign{border-left-color:var(--good)}
.finding,.finding.of-critical,.finding.of-error,.finding.of-warning,.finding.of-benign{color:var(--ink)}.finding h2{margin:0}
.tag{font-size:.8rem;border:1px solid currentColor;border-radius:1rem;padding:0 .5rem;margin-right:.35rem;white-space:nowrap}
figure{margin:.5rem 0}figcaption{font-size:.85rem;color:var(--soft)}
pre,code{font-family:ui-monospace,"Cascadia Mono",Consolas,"Noto Sans Mono CJK JP",monospace;font-size:.85rem}
pre{background:var(--code);border-radius:.35rem;padding:.5rem .7rem;margin:.2rem 0;white-space:pre-wrap}
summary{cursor:pointer;font-weight:600}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem;overflow-wrap:break-word}th.number{white-space:nowrap}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid var(--line)}td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
@media print{:root{--ink:#000;--soft:#444;--paper:#fff;--card:#fff;--line:#999;--link:#000;--code:#f2f2f2}body{max-width:none;padding:0;font-size:10pt}figure,tr,li,dd{break-inside:avoid}h2,h3,dt,figcaption{break-after:avoid}.finding{box-decoration-break:clone;-webkit-box-decoration-break:clone}details::details-content{content-visibility:visible;block-size:auto}.wide{overflow:visible}}
`;

/** A whole page in one file, which asks no server for anything and runs no script. */
export function page(of: { title: string; language: Language; style?: string; body: Html }): string {
  const style = STYLE + (of.style ?? "");
  const hash = createHash("sha256").update(style).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="${of.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${of.title}</title>
<style>${new Html(style)}</style>
</head>
<body>
${of.body}
</body>
</html>
`.text;
}
