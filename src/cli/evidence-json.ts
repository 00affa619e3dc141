import type { EventSpan } from "../doctor/evidence/event-spans.ts";
import type { Evidence, Origin } from "../doctor/evidence/model.ts";

/** The evidence as JSON: every item with the label of its machine and its place; events by id, not one by one. */
export function evidenceJson(evidence: Evidence, spans: readonly EventSpan[]): unknown {
  const of = <Item extends { readonly origin: Origin }>(items: readonly Item[]) =>
    items.map(({ origin, ...item }) => ({ machine: evidence.machineOf(origin)?.label ?? "", ...item }));
  return {
    version: 1,
    system: evidence.system,
    evidence: evidence.files,
    machines: evidence.machines,
    products: of(evidence.products),
    attempts: of(evidence.attempts),
    expiries: of(evidence.expiries),
    events: spans.map(({ first, last, ...span }) => ({ ...span, first: iso(first), last: iso(last) })),
    logs: of(evidence.logs).map(({ first, last, ...log }) => ({
      ...log,
      first: iso(first),
      last: iso(last),
    })),
    dns: of(evidence.dns),
    probes: of(evidence.probes),
    connections: of(evidence.connections),
    networks: of(evidence.networks),
    routes: of(evidence.routes),
    registry: of(evidence.registry),
    clocks: of(evidence.clocks),
    sysprep: of(evidence.sysprep),
    statements: of(evidence.statements),
  };
}

/** ISO 8601; null when there is no time, or none that a calendar has. */
function iso(time: number): string | null {
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : null;
}
