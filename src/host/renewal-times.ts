import { isUuid } from "../protocol/ids.ts";
import { DAY, MINUTE } from "../protocol/time.ts";
import type { Machine } from "./machine.ts";

/** How often machines are told to renew, in milliseconds; the products that differ from the rest by activation id. */
export interface RenewalIntervals {
  readonly usual: number;
  readonly others: ReadonlyMap<string, number>;
  /** For machines that hold no lease. */
  readonly unlicensed: number;
}

/**
 * Where a machine stands between two renewals, for those that hold a lease: `day` and `week` are to renew within that
 * time, `overdue` should have. `failing` is any machine whose last answer had a code that is not 0.
 */
export const RENEWAL_STATES = ["day", "week", "overdue", "failing"] as const;

export type RenewalState = (typeof RENEWAL_STATES)[number];

/** How many machines there are in each. */
export type RenewalFigures = Readonly<Record<RenewalState, number>>;

/** In tenths: a client renews at its interval or up to a tenth earlier (client/schedule.ts), and may be a tenth late. */
const SPREAD = 11;

/** When a machine is to ask next: at its interval, and before half of its lease is over. */
export function nextRenewal(
  { product, lastSeen, leaseExpires }: Pick<Machine, "product" | "lastSeen" | "leaseExpires">,
  intervals: RenewalIntervals,
  now: number,
): number {
  if (leaseExpires <= now) return lastSeen + intervals.unlicensed;
  const interval = intervals.others.get(product) ?? intervals.usual;
  return lastSeen + Math.min(interval, Math.trunc((leaseExpires - lastSeen) / 2));
}

/** Whether a machine holds a lease and should have renewed it by now. */
export function isOverdue(
  machine: Pick<Machine, "product" | "lastSeen" | "leaseExpires">,
  intervals: RenewalIntervals,
  now: number,
): boolean {
  const pause = nextRenewal(machine, intervals, now) - machine.lastSeen;
  return machine.leaseExpires > now && (now - machine.lastSeen) * 10 > pause * SPREAD;
}

/** What `nextRenewal` gives, from the columns of `machine`, in SQL that both stores take. */
export function nextRenewalSql(intervals: RenewalIntervals, now: number): string {
  return `last_seen + CASE WHEN lease_expires <= ${Math.floor(now)} THEN ${whole(intervals.unlicensed)} ELSE ${pauseSql(intervals)} END`;
}

/** The condition of a renewal state over the columns of `machine`, in SQL that both stores take. */
export function renewalSql(state: RenewalState, intervals: RenewalIntervals, now: number): string {
  if (state === "failing") return "code <> '0x00000000'";
  const moment = Math.floor(now);
  const pause = pauseSql(intervals);
  const isLate = `(${moment} - last_seen) * 10 > ${pause} * ${SPREAD}`;
  if (state === "overdue") return `(lease_expires > ${moment} AND ${isLate})`;
  const limit = moment + (state === "day" ? DAY : 7 * DAY);
  return `(lease_expires > ${moment} AND NOT ${isLate} AND last_seen + ${pause} <= ${limit})`;
}

/** How long a machine that holds a lease waits until it asks again. */
function pauseSql(intervals: RenewalIntervals): string {
  const interval = intervalSql(intervals);
  const half = "(lease_expires - last_seen) / 2";
  return `(CASE WHEN ${interval} < ${half} THEN ${interval} ELSE ${half} END)`;
}

function intervalSql({ usual, others }: RenewalIntervals): string {
  const cases = [...others].filter(([product]) => isUuid(product));
  if (cases.length === 0) return whole(usual);
  return `CASE product ${cases.map(([product, interval]) => `WHEN '${product}' THEN ${whole(interval)}`).join(" ")} ELSE ${whole(usual)} END`;
}

/** A number that PostgreSQL does not take for one of 32 bits. */
const whole = (interval: number): string => `CAST(${Math.floor(interval)} AS bigint)`;

/** The intervals in force: those of the settings, or else each product's own; clients renew after 30 days at most. */
export function intervalsInForce(
  { activationInterval, renewalInterval }: IntervalSettings,
  products: Iterable<IntervalProduct>,
): RenewalIntervals {
  const policies = [...products].map(({ id, policy }) => {
    return { id, interval: Math.min(renewalInterval ?? policy.renewalInterval, LONGEST) * MINUTE, policy };
  });
  const usual = policies[0]?.interval ?? LONGEST * MINUTE;
  const others = policies.filter(({ interval }) => interval !== usual);
  const attempts = policies.map(({ policy }) => policy.activationInterval);
  return {
    usual,
    others: new Map(others.map(({ id, interval }) => [id, interval])),
    unlicensed: (activationInterval ?? Math.max(0, ...attempts)) * MINUTE,
  };
}

const LONGEST = 30 * 24 * 60;

interface IntervalSettings {
  readonly activationInterval: number | undefined;
  readonly renewalInterval: number | undefined;
}

interface IntervalProduct {
  readonly id: string;
  readonly policy: { readonly activationInterval: number; readonly renewalInterval: number };
}
