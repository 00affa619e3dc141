import type { LogEvent } from "../evidence/model.ts";
import type { Place } from "../evidence/place.ts";
import type { Case } from "./case.ts";
import type { Host } from "./host.ts";

/** How a host's attempts to publish itself in one domain went. */
export interface Publication {
  readonly host: Host;
  /** Lower case; `""` when the event does not state it. */
  readonly domain: string;
  /** 12294, oldest first. */
  readonly successes: readonly LogEvent[];
  /** 12293 after the newest success, oldest first. */
  readonly failures: readonly LogEvent[];
  /** The code of the newest of these failures; 0 when there is none. */
  readonly code: number;
  /** When the evidence of this host ends: its logs, its `/dlv`. NaN when nothing has a time. */
  readonly until: number;
}

/** What the hosts' Application logs (12293, 12294) tell of each domain. */
export function publicationsIn({ hosts, evidence }: Case): Publication[] {
  return hosts.flatMap((host) => {
    const logs = evidence.logs.filter(({ origin, computer }) =>
      computer === "" ? evidence.machineOf(origin)?.label === host.label : host.names.includes(computer),
    );
    const reported = host.reports.flatMap(({ trustedTime }) => trustedTime?.value.readings[0] ?? []);
    const times = [
      ...logs.map(({ last }) => last),
      ...reported,
      ...host.publications.map(({ time }) => time),
    ];
    const until = Math.max(...times.filter((time) => !Number.isNaN(time)));
    const byDomain = Map.groupBy(host.publications, ({ fields }) => (fields.domain ?? "").toLowerCase());
    return [...byDomain].map(([domain, events]) => {
      const successes = events.filter(({ id }) => id === 12294);
      const published = successes.at(-1)?.time ?? Number.NEGATIVE_INFINITY;
      const failures = events.filter(({ id, time }) => id === 12293 && !(time <= published));
      return {
        host,
        domain,
        successes,
        failures,
        code: failures.at(-1)?.codes[0] ?? 0,
        until: Number.isFinite(until) ? until : Number.NaN,
      };
    });
  });
}

/** Where it is stated that a host does not publish itself: `/dlv`, or `DisableDnsPublishing` in its registry. */
export function publishingOff({ evidence }: Case, host: Host): Place | undefined {
  const told = host.reports.find((report) => report.host?.publishing !== undefined)?.host?.publishing;
  if (told !== undefined) return told.value ? undefined : told.at;
  const set = evidence.registry.find(
    ({ name, value, origin }) =>
      /^disablednspublishing$/i.test(name) &&
      Number(value) === 1 &&
      evidence.machineOf(origin)?.label === host.label,
  );
  return set?.at;
}
