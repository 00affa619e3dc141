/** One bar of a histogram. */
export interface Bar {
  readonly label: string;
  readonly number: number;
}

const FULL = "█";
const PARTS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** Bars as lines of text, the longest `width` wide; whatever is there at all can be seen. */
export function drawBars(bars: readonly Bar[], width: number): string {
  const most = Math.max(1, ...bars.map(({ number }) => number));
  const labels = Math.max(0, ...bars.map(({ label }) => label.length));
  const digits = Math.max(...bars.map(({ number }) => number.toLocaleString("en").length), 0);
  return bars
    .map(({ label, number }) => {
      const eighths = number === 0 ? 0 : Math.max(1, Math.round((number / most) * width * PARTS.length));
      const bar = FULL.repeat(Math.floor(eighths / PARTS.length)) + (PARTS[eighths % PARTS.length] ?? "");
      return `${label.padStart(labels)}  ${number.toLocaleString("en").padStart(digits)}  ${bar}`.trimEnd();
    })
    .join("\n");
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Bounds that tell apart an answer, a slow answer, and waits for the first, second and third retry. */
const BOUNDS: readonly (readonly [label: string, below: number])[] = [
  ["under 0.1 s", 100],
  ["under 0.5 s", 500],
  ["under 1 s", SECOND],
  ["under 5 s", 5 * SECOND],
  ["under 1 min", MINUTE],
  ["under 108 min", 108 * MINUTE],
  ["108 to 116 min", 116 * MINUTE],
  ["116 to 124 min", 124 * MINUTE],
  ["124 to 133 min", 133 * MINUTE],
  ["under 4.5 h", 270 * MINUTE],
  ["longer", Number.POSITIVE_INFINITY],
];

/** Waits in milliseconds, sorted into bars; bounds that nobody fell below at either end are left out. */
export function waitBars(waits: readonly number[]): Bar[] {
  const bars = BOUNDS.map(([label, below], at) => {
    const from = BOUNDS[at - 1]?.[1] ?? 0;
    return { label, number: waits.filter((wait) => wait >= from && wait < below).length };
  });
  const first = bars.findIndex(({ number }) => number > 0);
  const last = bars.findLastIndex(({ number }) => number > 0);
  return bars.slice(Math.max(0, first), last + 1);
}
