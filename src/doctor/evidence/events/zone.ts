/** The time an event was logged at, and the time that a client put into it. */
export interface ClockPair {
  /** Line of the event; pairs come in the order of the file. */
  readonly line: number;
  /** Local time as if its zone were UTC, milliseconds. */
  readonly logged: number;
  /** UTC by the client's clock, milliseconds, cut to the minute. */
  readonly payload: number;
  /** Who put it in: any number that is the same for the same machine. */
  readonly voter: number;
  /** The machine that put it in is the one that logged it, so that one clock made both. */
  readonly own: boolean;
}

/** From this line on, so many minutes were added to UTC. */
export interface ZoneStretch {
  readonly from: number;
  readonly minutes: number;
}

/** The zone of the times of one file, stretch by stretch because of daylight saving; empty when nothing shows it. */
export type Zone = readonly ZoneStretch[];

const QUARTER = 15;
const EARLIEST = -12 * 60;
const LATEST = 14 * 60;

/**
 * Establishes the zone that a file was written in: the multiple of 15 minutes on which most machines agree. Where a
 * machine logged its own requests, only those count, since no clock can differ from itself. Otherwise clients vote, each
 * once: one whose clock is wrong is outvoted, and where as many say one thing as another, nothing is established. Within
 * the log the offset may change by daylight saving, when several in a row say so.
 */
export function zoneOf(pairs: Iterable<ClockPair>): Zone {
  const votes = new Votes();
  for (const pair of pairs) votes.add(pair);
  const base = votes.winner();
  if (base === undefined) return [];
  const other = votes.daylightSaving(base);
  return other === undefined ? [{ from: 0, minutes: base }] : votes.stretches(base, other);
}

/** Minutes added to UTC at this line; NaN when the zone is open. */
export function minutesAt(zone: Zone, line: number): number {
  let low = 0;
  let high = zone.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((zone[middle]?.from ?? 0) <= line) low = middle;
    else high = middle - 1;
  }
  return zone[low]?.minutes ?? Number.NaN;
}

/** Pairs one after another that show the same offset. */
interface Run {
  readonly minutes: number;
  readonly first: number;
  last: number;
  /** How many speak for it: requests of one client in a row count once, unless nobody else says anything. */
  votes: number;
  pairs: number;
}

class Votes {
  private own = false;
  private runs: Run[] = [];
  private readonly voters = new Map<number, Set<number>>();
  private lastVoter = Number.NaN;

  add({ line, logged, payload, voter, own }: ClockPair): void {
    const minutes = Math.round((logged - payload) / 60_000 / QUARTER) * QUARTER;
    if (!(minutes >= EARLIEST && minutes <= LATEST)) return;
    if (own && !this.own) this.restart();
    if (own !== this.own) return;
    const last = this.runs.at(-1);
    if (last?.minutes === minutes) {
      last.last = line;
      last.pairs += 1;
      if (voter === this.lastVoter) return;
      last.votes += 1;
    } else this.runs.push({ minutes, first: line, last: line, votes: 1, pairs: 1 });
    this.lastVoter = voter;
    const voters = this.voters.get(minutes);
    if (voters === undefined) this.voters.set(minutes, new Set([voter]));
    else voters.add(voter);
  }

  /** The offset of most voters; undefined for none, and for a tie. */
  winner(): number | undefined {
    let best: number | undefined;
    let most = 0;
    let tie = false;
    for (const [minutes, { size }] of this.voters) {
      if (size === most) tie = true;
      if (size > most) [best, most, tie] = [minutes, size, false];
    }
    if (best === undefined || !tie) return best;
    return this.alone ? this.commonest() : this.halfOfYear(most);
  }

  /**
   * The other offset of the same zone, half an hour or an hour away, that machines changed to: who speaks for it alone
   * has a wrong clock.
   */
  daylightSaving(base: number): number | undefined {
    const ofBase = this.voters.get(base) ?? new Set();
    const changed = (minutes: number) =>
      [...(this.voters.get(minutes) ?? [])].filter((each) => ofBase.has(each));
    const [best] = [-60, 60, -30, 30]
      .map((step) => ({ minutes: base + step, voters: changed(base + step).length }))
      .sort((one, other) => other.voters - one.voters);
    return best !== undefined && best.voters >= (this.alone ? 1 : 2) ? best.minutes : undefined;
  }

  /** The likeliest way through both offsets: as few votes against it as can be, each change of offset costing some. */
  stretches(base: number, other: number): Zone {
    const { runs, alone } = this;
    const change = alone ? 0.5 : 2;
    const changed = new Uint8Array(runs.length);
    let [costBase, costOther] = [0, 0];
    for (const [at, { minutes, votes, pairs }] of runs.entries()) {
      if (costBase > costOther + change) {
        costBase = costOther + change;
        changed[at] = TO_BASE;
      } else if (costOther > costBase + change) {
        costOther = costBase + change;
        changed[at] = TO_OTHER;
      }
      const weight = alone ? pairs : votes;
      if (minutes !== base) costBase += weight;
      if (minutes !== other) costOther += weight;
    }
    let isOther = costOther < costBase;
    const stretches: ZoneStretch[] = [];
    for (let at = runs.length - 1; at >= 0; at--) {
      const isChange = changed[at] === (isOther ? TO_OTHER : TO_BASE);
      if (!isChange && at > 0) continue;
      const from = at === 0 ? 0 : Math.ceil(((runs[at - 1]?.last ?? 0) + (runs[at]?.first ?? 0)) / 2);
      stretches.unshift({ from, minutes: isOther ? other : base });
      if (isChange) isOther = !isOther;
    }
    return stretches;
  }

  /** Whether one machine speaks of its own clock, or there is only one. */
  private get alone(): boolean {
    if (this.own) return true;
    const [first, ...more] = this.voters.values();
    const [one] = first ?? [];
    return [first, ...more].every((voters) => voters?.size === 1 && one !== undefined && voters.has(one));
  }

  private restart(): void {
    this.own = true;
    this.runs = [];
    this.voters.clear();
    this.lastVoter = Number.NaN;
  }

  private commonest(): number | undefined {
    const counts = new Map<number, number>();
    for (const { minutes, pairs } of this.runs) counts.set(minutes, (counts.get(minutes) ?? 0) + pairs);
    return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
  }

  /** A tie of two offsets an hour apart that the same machines spoke for is a log of summer and winter. */
  private halfOfYear(most: number): number | undefined {
    const [one, other, ...more] = [...this.voters].filter(([, voters]) => voters.size === most);
    if (one === undefined || other === undefined || more.length > 0) return undefined;
    const shared = [...one[1]].some((voter) => other[1].has(voter));
    return shared && Math.abs(one[0] - other[0]) <= 60 ? one[0] : undefined;
  }
}

const TO_BASE = 1;
const TO_OTHER = 2;
