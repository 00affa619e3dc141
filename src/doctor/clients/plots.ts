import { type Html, html } from "../report/html.ts";

/** One bar: what it is called when pointed at, its whole height, and how much of it is bad. */
export interface Bar {
  readonly title: string;
  readonly value: number;
  readonly bad: number;
}

/** A line across a plot, such as a required count. */
export interface Limit {
  readonly value: number;
  readonly label: string;
}

/**
 * Plots stretch to the width of the page, so that what has a size of its own, lines and text, is placed by percentage
 * and only shapes are in a view box.
 */
export const PLOT_STYLE = `
:root{--plot:#2a6db5}@media screen and (prefers-color-scheme:dark){:root{--plot:#7cb8f7}}
.answer{font-size:1.15rem;font-weight:600}.plot{margin:.75rem 0 1.25rem}.plot figcaption{font-weight:600;color:var(--ink);margin-bottom:1.1rem}.plot figcaption:has(+.band){margin-bottom:.35rem}
.plot svg{display:block;width:100%;overflow:visible}.plot>svg{height:9rem;border-bottom:1px solid var(--soft)}.plot>svg.small{height:4rem}.plot>svg.band{height:1.75rem;border:0}
.plot .good{fill:var(--plot)}.plot .bad{fill:var(--bad)}.plot .area{fill:var(--plot);opacity:.22}.plot .edge{fill:none;stroke:var(--plot);stroke-width:2;vector-effect:non-scaling-stroke}
.plot line{stroke:var(--line)}.plot line.limit{stroke:var(--warn);stroke-dasharray:5 4;stroke-width:1.5}
.plot text{font-size:.72rem;fill:var(--soft);paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}.plot text.limit{fill:var(--warn)}
.scale{display:flex;justify-content:space-between;font-size:.78rem;color:var(--soft)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;padding:0;margin:.4rem 0;font-size:.85rem}.legend li::before{content:"";display:inline-block;width:.8em;height:.8em;border-radius:.15em;margin-right:.4em;background:currentColor;border:1px solid var(--soft)}
.legend li span{color:var(--ink)}
.p-s0{fill:#8a8f98;color:#8a8f98}.p-s1,.p-ok,.p-moved{fill:#2e7d4f;color:#2e7d4f}.p-s2,.p-new,.p-only-new{fill:#5aa0d8;color:#5aa0d8}.p-s3,.p-not-activated,.p-old{fill:#e0a030;color:#e0a030}.p-s4,.p-expired{fill:#9b59b6;color:#9b59b6}.p-s5,.p-failing{fill:#c94f43;color:#c94f43}.p-s6,.p-renamed{fill:#3fb8af;color:#3fb8af}.p-overdue{fill:#b9770e;color:#b9770e}.p-replaced,.p-gone{fill:#9aa5b1;color:#9aa5b1}
@media print{.plot{break-inside:avoid}.plot svg *{print-color-adjust:exact;-webkit-print-color-adjust:exact}.legend li::before{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;

/** Bars from left to right over a scale from one text to another. */
export function barPlot(
  title: string,
  bars: readonly Bar[],
  scale: readonly string[],
  number: (value: number) => string,
  size: "tall" | "small" = "tall",
): Html {
  const top = Math.max(1, ...bars.map((bar) => bar.value));
  const heightOf = (value: number) => round((100 * value) / top);
  const shapes = bars.map(({ title: name, value, bad }, at) => {
    const [all, part] = [heightOf(value), heightOf(bad)];
    return html`<g><title>${name}</title><rect class="good" x="${at * 10 + 1}" y="${100 - all}" width="8" height="${round(all - part)}"/>${
      bad > 0
        ? html`<rect class="bad" x="${at * 10 + 1}" y="${100 - part}" width="8" height="${part}"/>`
        : undefined
    }</g>`;
  });
  return figure(
    title,
    html`<svg role="img" aria-label="${title}"${size === "small" ? html` class="small"` : undefined}>
<svg viewBox="0 0 ${Math.max(1, bars.length) * 10} 100" preserveAspectRatio="none" width="100%" height="100%">${shapes}</svg>
${mark(top, top, number(top))}</svg>`,
    scale,
  );
}

/** A value by day as an area, with limits across it. */
export function areaPlot(
  title: string,
  values: readonly number[],
  limits: readonly Limit[],
  scale: readonly string[],
  number: (value: number) => string,
): Html {
  const highest = values.reduce((most, each) => Math.max(most, each), 0);
  const top = Math.max(1, 1.08 * Math.max(highest, ...limits.map((limit) => limit.value)));
  const y = (value: number) => round(100 - (100 * value) / top);
  const width = Math.max(1, values.length);
  let previous = Number.NaN;
  const steps = values.map((value, day) => {
    const step = value === previous ? "" : `V${y(value)}`;
    previous = value;
    return `${step}H${day + 1}`;
  });
  const edge = `M0 ${y(values[0] ?? 0)}${steps.join("").replaceAll(/(?:H\d+)+(?=H)/g, "")}`;
  return figure(
    title,
    html`<svg role="img" aria-label="${title}">
<svg viewBox="0 0 ${width} 100" preserveAspectRatio="none" width="100%" height="100%"><path class="area" d="${edge}V100H0Z"/><path class="edge" d="${edge}"/></svg>
${mark(highest, top, number(highest))}${limits.map(({ value, label }, at) => mark(value, top, label, 100 - 22 * at))}</svg>`,
    scale,
  );
}

/** Part of a whole; its kind decides its colour. */
export interface Part {
  readonly name: string;
  readonly value: number;
  readonly kind: string;
}

/** Parts of a whole as one band with a legend; parts of nothing are left out. */
export function bandPlot(title: string, parts: readonly Part[], number: (value: number) => string): Html {
  const whole = Math.max(
    1,
    parts.reduce((sum, part) => sum + part.value, 0),
  );
  let from = 0;
  const shapes = parts.map(({ name, value, kind }) => {
    const width = (100 * value) / whole;
    const shape = html`<rect class="p-${kind}" x="${round(from)}%" width="${round(width)}%" height="100%"><title>${name}: ${number(value)}</title></rect>`;
    from += width;
    return value > 0 ? shape : undefined;
  });
  const legend = parts.map(({ name, value, kind }) =>
    value > 0
      ? html`<li class="p-${kind}"><span>${name} ${number(value)} (${Math.round((1000 * value) / whole) / 10} %)</span></li>`
      : undefined,
  );
  return html`<figure class="plot"><figcaption>${title}</figcaption><svg class="band" role="img" aria-label="${title}">${shapes}</svg><ul class="legend">${legend}</ul></figure>`;
}

function figure(title: string, drawing: Html, scale: readonly string[]): Html {
  return html`<figure class="plot"><figcaption>${title}</figcaption>${drawing}<div class="scale">${scale.map((each) => html`<span>${each}</span>`)}</div></figure>
`;
}

/** A line at a value with its label just above it: at the left, or for a limit ending at a percentage of the width. */
function mark(value: number, top: number, label: string, limitAt?: number): Html {
  const y = round(100 - (100 * value) / top);
  const kind = limitAt === undefined ? undefined : html` class="limit"`;
  const x = limitAt === undefined ? html`x="0"` : html`x="${limitAt}%" text-anchor="end"`;
  return html`<line x1="0" x2="100%" y1="${y}%" y2="${y}%"${kind}/><text ${x} y="${y}%" dy="-3"${kind}>${label}</text>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
