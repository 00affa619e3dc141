import type { Ledger } from "./ledger.ts";
import type { Stored } from "./stored.ts";

/** What is judged of a fault. */
export interface Verdict {
  /** Answers that arrived. */
  readonly acknowledged: number;
  /** Machines of which the store does not hold what their answers said. */
  readonly lost: number;
  /** Machines that the store holds twice, and such as never asked. */
  readonly doubled: number;
  /** Leases in force. */
  readonly leases: number;
  /** Leases in force beyond the seats, as the store or as the machines see it. */
  readonly overSeats: number;
  /** Counts told that cannot be, and requests that the store's figures lack. */
  readonly countErrors: number;
  /** Machines that the host took for clones. */
  readonly clones: number;
  /** One sentence for each thing that is wrong; the first few of each kind. */
  readonly faults: readonly string[];
}

/** What a judgement needs beside ledger and store. */
export interface VerdictOptions {
  /** The seats of the host licence; undefined is no limit. */
  readonly seats?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** False where clocks jumped, so that machines may have left the count window and come back. */
  readonly countsGrow?: boolean;
}

/** Told no machine: the largest count that a host tells is twice the largest required count it was asked for. */
const CAP = 20_000;

/**
 * Holds what machines were told against what the store has. Pure, and independent of the host's code: a machine is lost
 * when its row is missing or older than its newest answer, doubled when there is a row too many.
 */
export function verdict(
  ledger: Ledger,
  stored: Stored,
  { seats, now, countsGrow = true }: VerdictOptions,
): Verdict {
  const lost = findLost(ledger, stored);
  const doubled = findDoubled(ledger, stored);
  const inForce = Math.max(
    stored.machines.filter(({ leaseExpires }) => leaseExpires > now).length,
    ledger.askers.filter(({ leaseExpires }) => leaseExpires > now).length,
  );
  const overSeats = Math.max(0, inForce - (seats ?? Number.POSITIVE_INFINITY));
  const seatFaults = overSeats > 0 ? [`${inForce} leases are in force for ${seats} seats`] : [];
  const counts = countsGrow ? findCountErrors(ledger, stored) : findFigureErrors(ledger, stored);
  const clones = stored.clones > 0 ? [`${stored.clones} machines were taken for clones`] : [];
  return {
    acknowledged: ledger.acknowledged,
    lost: lost.length,
    doubled: doubled.length,
    leases: inForce,
    overSeats,
    countErrors: counts.length,
    clones: stored.clones,
    faults: [lost, doubled, seatFaults, counts, clones].flatMap((each) => each.slice(0, 5)),
  };
}

/** Whether a verdict has nothing to complain of, in something that was really tried. */
export function isClean({ acknowledged, faults }: Verdict): boolean {
  return acknowledged > 0 && faults.length === 0;
}

function findLost({ askers, product }: Ledger, { machines }: Stored): string[] {
  const rows = new Map(machines.map((row) => [`${row.application} ${row.cmid}`, row]));
  return askers.flatMap(({ cmid, name, answers, sequence, leaseExpires }) => {
    if (answers === 0) return [];
    const row = rows.get(`${product.application} ${cmid}`);
    if (row === undefined) return [`${name} has ${answers} answers and is not in the store`];
    if (row.ticket < sequence) return [`${name} has ticket ${sequence}, the store ${row.ticket}`];
    if (row.leaseExpires < leaseExpires)
      return [`${name} has a lease until ${leaseExpires}, in the store it ends ${row.leaseExpires}`];
    if (row.requests < answers) return [`${name} has ${answers} answers, the store ${row.requests} requests`];
    return [];
  });
}

function findDoubled({ askers }: Ledger, { machines }: Stored): string[] {
  const asked = new Map(askers.map(({ cmid, fingerprint }) => [cmid, fingerprint]));
  const seen = new Set<string>();
  return machines.flatMap(({ application, cmid, fingerprint }) => {
    const key = `${application} ${fingerprint}`;
    if (seen.has(key)) return [`the machine ${fingerprint} is in the store twice`];
    seen.add(key);
    return asked.get(cmid) === fingerprint ? [] : [`the store holds ${cmid}, which never asked so`];
  });
}

function findCountErrors(ledger: Ledger, stored: Stored): string[] {
  const faults = findFigureErrors(ledger, stored);
  const grownTo = new Set<number>();
  for (const { cmid, count, isFirst, atLeast, atMost } of ledger.told) {
    if (count >= CAP) continue;
    if (count < atLeast || count > atMost)
      faults.push(`${cmid} was told ${count}, which must be from ${atLeast} to ${atMost}`);
    if (!isFirst) continue;
    if (grownTo.has(count)) faults.push(`two new machines were told the same count, ${count}`);
    grownTo.add(count);
  }
  const { lastCount } = ledger;
  if (lastCount !== undefined && lastCount !== Math.min(CAP, stored.machines.length))
    faults.push(`the host counts ${lastCount} machines, the store holds ${stored.machines.length}`);
  return faults;
}

function findFigureErrors({ acknowledged }: Ledger, { received }: Stored): string[] {
  if (received >= acknowledged) return [];
  return [`${acknowledged} answers arrived, the store has received ${received} requests`];
}
