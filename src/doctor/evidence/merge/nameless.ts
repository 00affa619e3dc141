import type { Party } from "./party.ts";

/** Among so many logs that name a product none is the only one that fits. */
const CANDIDATES = 100;

/**
 * Joins transcripts to logs where neither names a machine: a host's to the only host's log, any other to the only log that
 * names its product. `isLogged` tells whether a machine with a name logged an activation id, which could then be meant.
 */
export function joinNameless(
  waiting: ReadonlySet<Party>,
  hosts: readonly Party[],
  isLogged: (sku: string) => boolean,
): Party[] {
  const logs = [...waiting].filter(isLog);
  const bySku = new Map<string, Party[]>();
  for (const log of logs) {
    for (const sku of skusOf(log)) {
      const others = bySku.get(sku);
      if (others === undefined) bySku.set(sku, [log]);
      else if (others.length < CANDIDATES) others.push(log);
    }
  }
  const hostLogs = logs.filter(({ isHost }) => isHost);
  const logsOfHost = (party: Party) => (hosts.length === 1 && hosts[0] === party ? hostLogs : []);
  const logsOfProduct = (party: Party) => {
    const skus = [...skusOf(party)];
    return skus.some(isLogged) ? [] : skus.flatMap((sku) => bySku.get(sku) ?? []);
  };
  const claims = new Map<Party, Party[]>();
  for (const party of waiting) {
    if (isLog(party)) continue;
    const candidates = party.isHost ? logsOfHost(party) : logsOfProduct(party);
    const [log, other] = new Set(candidates.filter((one) => !one.contradicts(party)));
    if (log !== undefined && other === undefined) claims.set(log, [...(claims.get(log) ?? []), party]);
  }
  const left = new Set(waiting);
  for (const [log, parties] of claims) {
    const [party, other] = parties;
    if (party === undefined || other !== undefined) continue;
    log.addAll(party);
    left.delete(party);
  }
  return [...left];
}

function isLog({ stretches }: Party): boolean {
  return stretches.some(({ origin }) => origin.kind.startsWith("event-"));
}

function skusOf({ stretches }: Party): Set<string> {
  return new Set(stretches.flatMap(({ skus }) => [...skus]));
}
