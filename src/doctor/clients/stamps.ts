/** `2026-03-01`; `""` for no time. */
export function dayStamp(time: number | undefined): string {
  return isoOf(time).slice(0, 10);
}

/** `2026-03-01 08:15`; `""` for no time. */
export function minuteStamp(time: number | undefined): string {
  return isoOf(time).slice(0, 16).replace("T", " ");
}

/** `2026-03-01T08:15:00Z`, without the Z when the time zone of the log is not known; `""` for no time. */
export function exactStamp(time: number | undefined, utc: boolean): string {
  const iso = isoOf(time).slice(0, 19);
  return iso === "" || !utc ? iso : `${iso}Z`;
}

/** Years of four digits, which everybody can read. */
const YEAR_0 = -62_167_219_200_000;
const YEAR_10000 = 253_402_300_800_000;

function isoOf(time: number | undefined): string {
  if (time === undefined || !(time >= YEAR_0 && time < YEAR_10000)) return "";
  return new Date(time).toISOString();
}
