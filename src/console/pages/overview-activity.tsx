import { useMemo } from "preact/hooks";
import type { Activity as Days } from "../api-types.ts";
import { useFormat, useWords } from "../language.tsx";
import { Plot, type PlotLine } from "../parts/plot.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { useApi } from "../use-api.ts";
import { en } from "../words/en/overview.ts";
import { ja } from "../words/ja/overview.ts";

type Day = Days["days"][number];

const EVERY = 5_000;
const DAYS = 30;

/** Requests and leases of the last days, to look at and to read. */
export function Activity() {
  const words = useWords({ en, ja });
  const { number } = useFormat();
  const { data } = useApi<Days>(`/v1/activity?days=${DAYS}`, { every: EVERY });
  const days = data?.days ?? [];
  const { times, values } = useMemo(() => seriesOf(days), [days]);
  if (data === undefined) return null;
  const requests = days.reduce((sum, { received }) => sum + received, 0);
  const most = Math.max(0, ...days.map(({ leased }) => leased));
  const summary = words.activitySays(number(requests), number(days.at(-1)?.received ?? 0), number(most));
  const lines: PlotLine[] = [
    { label: words.received, color: "--line-1", isArea: true },
    { label: words.refused, color: "--line-2" },
    { label: words.leased, color: "--line-3" },
  ];
  const columns: Column<Day>[] = [
    { name: "day", label: words.day, cell: ({ day }) => day },
    { name: "received", label: words.received, isNumber: true, cell: ({ received }) => number(received) },
    { name: "failed", label: words.refused, isNumber: true, cell: ({ failed }) => number(failed) },
    { name: "leased", label: words.leased, isNumber: true, cell: ({ leased }) => number(leased) },
  ];
  return (
    <section class="overview-section">
      <h2>{words.activity}</h2>
      <p class="overview-legend">
        {lines.map(({ label }, at) => (
          <span key={label} class={`overview-line-${at + 1}`}>
            {label}
          </span>
        ))}
      </p>
      <Plot summary={summary} times={times} lines={lines} values={values} />
      <p class="hint">{summary}</p>
      <details>
        <summary>{words.asTable}</summary>
        <Table
          caption={words.activityCaption}
          columns={columns}
          rows={days.toReversed()}
          keyOf={({ day }) => day}
        />
      </details>
    </section>
  );
}

function seriesOf(days: readonly Day[]) {
  return {
    times: days.map(({ day }) => Date.parse(day) / 1000),
    values: [
      days.map(({ received }) => received),
      days.map(({ failed }) => failed),
      days.map(({ leased }) => leased),
    ],
  };
}
