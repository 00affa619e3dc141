import { DAY, MINUTE } from "../../protocol/time.ts";
import { VALIDITY } from "../case/lease.ts";
import { type Columns, isFailure } from "./columns.ts";
import type { Condition, Standing } from "./report.ts";
import type { Use } from "./uses.ts";

/** Minutes that an activation lasts after each success, and after which an unactivated client tries again. */
const RETRY = 120;
const LICENSED = 1;
/** How long a machine counts as new. */
const NEW_FOR = 30 * DAY;

/** How far the log of the host reaches that is asked about, and how often its clients come back. */
export interface Reach {
  readonly began: number;
  readonly ends: number;
  /** Minutes. */
  readonly renewalInterval: number;
}

/** How long a machine may stay away before it is overdue, in milliseconds. */
export function patience(renewalInterval: number): number {
  return 2 * renewalInterval * MINUTE;
}

/**
 * How one product on one machine stands, by its last use. A host that answers does not know whether the client then
 * activated, since the client compares the count itself: only what it asks next tells.
 */
export function standingOf(columns: Columns, use: Use, reach: Reach): Standing {
  const last = requestAt(columns, use.latest);
  const before = use.previous < 0 ? undefined : requestAt(columns, use.previous);
  const took = !isFailure(last.code) && !cameBackUnlicensed(last, before);
  const expires = expiryOf(last, took);
  const next = Number.isNaN(last.time)
    ? undefined
    : last.time + (took ? reach.renewalInterval : RETRY) * MINUTE;
  return {
    condition: conditionOf(last, took, use, reach, expires),
    status: last.status,
    minutesLeft: last.minutesLeft,
    code: last.code,
    ...(expires === undefined ? {} : { expires }),
    ...(next === undefined ? {} : { next }),
  };
}

interface Request {
  readonly time: number;
  readonly code: number;
  readonly status: number;
  readonly minutesLeft: number;
}

function requestAt(columns: Columns, row: number): Request {
  return {
    time: columns.time[row] ?? Number.NaN,
    code: columns.code[row] ?? 0,
    status: columns.status[row] ?? 0,
    minutesLeft: columns.minutesLeft[row] ?? 0,
  };
}

function conditionOf(
  last: Request,
  took: boolean,
  use: Use,
  reach: Reach,
  expires: number | undefined,
): Condition {
  const isSilent = use.last + patience(reach.renewalInterval) < reach.ends;
  if (isSilent) return expires !== undefined && expires <= reach.ends ? "expired" : "overdue";
  if (isFailure(last.code)) return "failing";
  if (!took) return "not-activated";
  const isNew =
    use.first - reach.began > patience(reach.renewalInterval) && reach.ends - use.first <= NEW_FOR;
  return isNew ? "new" : "ok";
}

/** Whether a machine was answered, and asked again although the activation of that answer would still have held. */
function cameBackUnlicensed(last: Request, before: Request | undefined): boolean {
  if (before === undefined || last.status === LICENSED) return false;
  const holds = last.time - before.time < VALIDITY * MINUTE;
  return holds && before.status !== LICENSED && !isFailure(before.code);
}

/** When what the client has ends: by a renewal, or as a client that was refused, or activated nothing, says itself. */
function expiryOf({ time, minutesLeft }: Request, took: boolean): number | undefined {
  if (Number.isNaN(time)) return undefined;
  if (took) return time + VALIDITY * MINUTE;
  return minutesLeft > 0 ? time + minutesLeft * MINUTE : undefined;
}
