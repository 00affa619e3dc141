const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
/** Years of four digits: an offset must not lead out of what can be written again. */
const YEAR_0 = Date.parse("0000-01-01T00:00:00Z");
const YEAR_10000 = Date.UTC(10_000, 0, 1);

/** One minute in milliseconds. */
export const MINUTE = 60_000;
/** One day in milliseconds. */
export const DAY = 24 * 60 * MINUTE;

/** Milliseconds since the epoch of an RFC 3339 timestamp, or undefined when the text is not one. */
export function parseTime(text: string): number | undefined {
  if (!RFC3339.test(text)) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time) || time < YEAR_0 || time >= YEAR_10000) return undefined;
  // Date.parse takes 30 February and 24:00 for the day after.
  const written = new Date(`${text.slice(0, 19)}Z`);
  const isReal =
    written.getUTCDate() === Number(text.slice(8, 10)) &&
    written.getUTCHours() === Number(text.slice(11, 13));
  return isReal ? time : undefined;
}

/** The timestamp of messages: UTC in whole seconds, `2026-11-22T06:44:00Z`. */
export const formatTime = remember(1000, (time) => `${new Date(time).toISOString().slice(0, 19)}Z`);

/** The timestamp inside events, UTC to the minute, `2026/11/22 06:44`: the form Microsoft's events use. */
export const formatEventTime = remember(MINUTE, (time) =>
  new Date(time).toISOString().slice(0, 16).replaceAll("-", "/").replace("T", " "),
);

/** Keeps the last text: a host writes the same moment thousands of times a second. */
function remember(step: number, format: (time: number) => string): (time: number) => string {
  let last: number | undefined;
  let text = "";
  return (time) => {
    const moment = Math.floor(time / step);
    if (moment !== last) text = format(time);
    last = moment;
    return text;
  };
}

/** Whole minutes from `now` until `then`, never negative. */
export function minutesUntil(then: number, now: number): number {
  return Math.max(0, Math.floor((then - now) / MINUTE));
}
