import { useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";
import type { Format } from "../format.ts";
import { useFormat } from "../language.tsx";

/** A line of a plot; its colour is a token of base.css. */
export interface PlotLine {
  readonly label: string;
  readonly color: "--line-1" | "--line-2" | "--line-3";
  /** Filled down to the axis. */
  readonly isArea?: boolean;
}

interface PlotProps {
  /** What the plot says, in a sentence: for who does not see it. */
  readonly summary: string;
  /** Seconds since the epoch, ascending. */
  readonly times: readonly number[];
  readonly lines: readonly PlotLine[];
  /** The values of each line, as many as there are times. */
  readonly values: readonly (readonly (number | null)[])[];
  /** Pixels. */
  readonly height?: number;
}

/** Lines over time. The library comes when the first plot is shown. */
export function Plot({ summary, times, lines, values, height = 160 }: PlotProps) {
  const format = useFormat();
  const box = useRef<HTMLDivElement>(null);
  const shown = useRef<uPlot>(undefined);
  const data = [times, ...values] as unknown as uPlot.AlignedData;
  const latest = useRef(data);
  latest.current = data;
  const shape = JSON.stringify([lines, height]);

  useEffect(() => {
    const { current } = box;
    if (!current) return;
    let isGone = false;
    const width = () => current.clientWidth;
    const draw = (Plotter: typeof uPlot) => {
      shown.current?.destroy();
      shown.current = new Plotter(
        optionsOf(lines, { width: width(), height }, current, format),
        latest.current,
        current,
      );
    };
    const sizes = new ResizeObserver(() => shown.current?.setSize({ width: width(), height }));
    const themes = new MutationObserver(() => redraw());
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    let redraw = () => {};
    const onScheme = () => redraw();
    void import("uplot").then(({ default: Plotter }) => {
      if (isGone) return;
      redraw = () => draw(Plotter);
      redraw();
      sizes.observe(current);
      themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
      scheme.addEventListener("change", onScheme);
    });
    return () => {
      isGone = true;
      sizes.disconnect();
      themes.disconnect();
      scheme.removeEventListener("change", onScheme);
      shown.current?.destroy();
      shown.current = undefined;
    };
  }, [shape, format]);

  useEffect(() => shown.current?.setData(latest.current));
  return <div ref={box} class="plot" role="img" aria-label={summary} />;
}

function optionsOf(
  lines: readonly PlotLine[],
  size: { width: number; height: number },
  place: HTMLElement,
  format: Format,
): uPlot.Options {
  // A canvas knows no custom properties: the colours are what the place itself would have.
  const color = (name: string) => {
    place.style.color = `var(${name})`;
    return getComputedStyle(place).color;
  };
  const axis = {
    stroke: color("--faint"),
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    ...size,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
    axes: [
      // Room for a day in Japanese, which takes more than one in English.
      {
        ...axis,
        space: 72,
        values: (_, at) => at.map((each) => format.short(each * 1000, spanOf(at) * 1000)),
      },
      { ...axis, size: 44, values: (_, at) => at.map(format.number) },
    ],
    series: [
      {},
      ...lines.map(({ label, color: name, isArea }) => ({
        label,
        stroke: color(name),
        width: 2,
        points: { show: false },
        ...(isArea ? { fill: `color-mix(in srgb, ${color(name)} 18%, transparent)` } : {}),
      })),
    ],
  };
}

function spanOf(times: readonly number[]): number {
  return (times.at(-1) ?? 0) - (times[0] ?? 0);
}
