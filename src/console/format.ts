/** Numbers and times in a language; times in the browser's zone, given as milliseconds or ISO 8601. */
export interface Format {
  /** `1,204` */
  number(value: number): string;
  /** `Nov 22, 2026, 06:44:00` */
  time(at: number | string): string;
  /** `Nov 22, 2026` */
  date(at: number | string): string;
  /** `Nov 22`, or `06:44` where all that is shown lies within `span` milliseconds of less than two days: for axes. */
  short(at: number, span: number): string;
  /** `3 minutes ago`, `in 2 days` */
  relative(at: number | string, now: number): string;
  /** `1.2 MB` */
  bytes(value: number): string;
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];
const TWO_DAYS = 2 * 86_400_000;
const SIZES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/** Formats of a language (a BCP 47 tag). */
export function formatIn(language: string): Format {
  const numbers = new Intl.NumberFormat(language);
  const times = new Intl.DateTimeFormat(language, {
    dateStyle: "medium",
    timeStyle: "medium",
    hourCycle: "h23",
  });
  const dates = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  const days = new Intl.DateTimeFormat(language, { month: "short", day: "numeric" });
  const minutes = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const relatives = new Intl.RelativeTimeFormat(language);
  const justNow = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(0, "second");
  return {
    number: (value) => numbers.format(value),
    time: (at) => times.format(new Date(at)),
    date: (at) => dates.format(new Date(at)),
    short: (at, span) => (span < TWO_DAYS ? minutes : days).format(new Date(at)),
    relative(at, now) {
      const seconds = Math.round((new Date(at).getTime() - now) / 1000);
      if (seconds === 0) return justNow;
      const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ["second", 1];
      return relatives.format(Math.trunc(seconds / size), unit);
    },
    bytes(value) {
      const step = value < 1 ? 0 : Math.min(SIZES.length - 1, Math.floor(Math.log10(value) / 3));
      const unit = SIZES[step] ?? "byte";
      // The short form of bytes knows no plural in English.
      const unitDisplay = step === 0 ? "long" : "short";
      const style = { style: "unit", unit, unitDisplay, maximumSignificantDigits: 3 } as const;
      return new Intl.NumberFormat(language, style).format(value / 1000 ** step);
    },
  };
}
