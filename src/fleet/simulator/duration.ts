import { DAY, MINUTE } from "../../protocol/time.ts";

/** One hour in milliseconds. */
export const HOUR = 60 * MINUTE;

/** So many minutes in milliseconds. */
export const minutes = (number: number): number => number * MINUTE;

/** So many hours in milliseconds. */
export const hours = (number: number): number => number * HOUR;

/** So many days in milliseconds. */
export const days = (number: number): number => number * DAY;
