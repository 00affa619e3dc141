/** Where something stands in the evidence, and what stands there. */
export interface Place {
  /** Path below what was given, ZIP members behind a slash: `bundle.zip/kms01/kms.evtx`. */
  readonly file: string;
  /** First line is 1; 0 in a log, whose places are records. */
  readonly line: number;
  /** EventRecordID; 0 in a text. */
  readonly record: number;
  /** The words themselves, without what they are wrapped or quoted in; secrets are cut to their last five characters. */
  readonly quote: string;
}

/** A value that the evidence states, with its place. */
export interface Fact<T> {
  readonly value: T;
  readonly at: Place;
}

/** A moment as a person's machine printed it: which day and month is which, and the time zone, may be open. */
export interface LocalTime {
  readonly text: string;
  /** Milliseconds since the epoch as if the zone were UTC, the likeliest reading first. Never empty. */
  readonly readings: readonly number[];
}
