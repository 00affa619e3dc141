/** How many requests each address may make. */
export interface Rate {
  readonly requests: number;
  /** In how many seconds. */
  readonly seconds: number;
  /** How many of them may come at once. */
  readonly burst: number;
}

/** At about 100 bytes an address, 6 MB at most. */
const MOST_ADDRESSES = 65_536;
/**
 * Sums of fractions come out a little off, the more the longer they are; the last request of a burst is not refused for
 * that. A part of a request.
 */
const ROUNDING = 0.05;
/** The same for the time that is told, in seconds. */
const ROUNDING_SECONDS = 0.01;

/**
 * A token bucket for each address, as the generic cell rate algorithm (ITU-T I.371) keeps it: of an address only the
 * moment is remembered at which its bucket will be full again. An IPv6 network (/64) counts as one address, since one
 * customer has all of it.
 */
export class RateLimiter {
  /** Milliseconds that one request takes to be refilled, and a whole burst. */
  private readonly interval: number;
  private readonly depth: number;
  private readonly mostYoung: number;
  /** Addresses heard of lately, and those before them: half of the memory goes at once, and no entry needs an age. */
  private young = new Map<string, number>();
  private old = new Map<string, number>();

  constructor({ requests, seconds, burst }: Rate, mostAddresses = MOST_ADDRESSES) {
    this.interval = (seconds * 1000) / requests;
    this.depth = this.interval * burst;
    this.mostYoung = Math.max(1, Math.floor(mostAddresses / 2));
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.young.size + this.old.size;
  }

  /** Takes one request at `now` (milliseconds): 0 when it may go on, else the seconds after which the next one may. */
  take(address: string, now: number): number {
    const name = networkOf(address);
    const known = this.young.get(name) ?? this.old.get(name) ?? now;
    // A clock that was set back must not shut an address out: a bucket is never more than empty.
    const full = Math.max(now, Math.min(known, now + this.depth));
    const excess = full + this.interval - now - this.depth;
    const isOver = excess > this.interval * ROUNDING;
    this.young.set(name, isOver ? full : full + this.interval);
    if (this.young.size >= this.mostYoung) this.forgetOld();
    return isOver ? Math.max(1, Math.ceil(excess / 1000 - ROUNDING_SECONDS)) : 0;
  }

  private forgetOld(): void {
    this.old = this.young;
    this.young = new Map();
  }
}

function networkOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = "", tail] = address.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const gap = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<string>(gap).fill("0"), ...after].slice(0, 4).join(":");
}
