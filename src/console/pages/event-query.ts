import type { EventKinds } from "../api-types.ts";

/** How far back events are shown. */
export const SINCES = ["any", "hour", "day", "week", "month"] as const;
export type Since = (typeof SINCES)[number];

/** What a person has chosen to see, as it stands in the address. */
export interface EventChoice {
  readonly search: string;
  /** An id, `other` for all but requests, or `""` for all. */
  readonly kind: string;
  readonly since: Since;
  /** The page of earlier events than this row, or of later ones. */
  readonly before: string;
  readonly after: string;
}

/** Events of one page. */
const PAGE = 100;

const HOUR = 3_600_000;
const AGO: Record<Since, number | undefined> = {
  any: undefined,
  hour: HOUR,
  day: 24 * HOUR,
  week: 7 * 24 * HOUR,
  month: 30 * 24 * HOUR,
};
const REQUEST = 12290;

/** Reads a choice from the query of an address; what is no choice is as if not there. */
export function readChoice(query: Readonly<Record<string, string>>): EventChoice {
  const { search = "", kind = "", since, before = "", after = "" } = query;
  return {
    search: search.slice(0, 255),
    kind: /^(\d{5}|other)$/.test(kind) ? kind : "",
    since: SINCES.find((each) => each === since) ?? "any",
    before: /^\d+$/.test(before) ? before : "",
    after: /^\d+$/.test(after) ? after : "",
  };
}

/** The address of a choice. */
export function choiceAddress(choice: Partial<EventChoice>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(choice)) if (value && value !== "any") query.set(name, value);
  return `/events${query.size === 0 ? "" : `?${query}`}`;
}

/** The call of the API that answers a choice with so many events. `now` is milliseconds since the epoch. */
export function eventsPath(
  { search, kind, since, before, after }: EventChoice,
  kinds: EventKinds["kinds"],
  now: number,
  limit = PAGE,
): string {
  const query = new URLSearchParams({ limit: String(limit) });
  const ids = kind === "other" ? kinds.filter(isOther).map(({ id }) => id) : kind === "" ? [] : [kind];
  if (ids.length > 0) query.set("id", ids.join(","));
  if (search !== "") query.set("search", search);
  const ago = AGO[since];
  if (ago !== undefined) query.set("since", new Date(now - ago).toISOString());
  if (before !== "") query.set("before", before);
  else if (after !== "") query.set("after", after);
  return `/v1/events?${query}`;
}

function isOther({ id, side }: EventKinds["kinds"][number]): boolean {
  return side === "host" && id !== REQUEST;
}
