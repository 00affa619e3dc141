import { Problem } from "../protocol/problems.ts";
import type { Dns } from "./discovery.ts";
import { failedTry, moreTelling } from "./outcome.ts";
import type { Try } from "./state.ts";
import { formatTarget, type Target } from "./target.ts";

/** Opens a connection to an address and closes it: undefined when somebody listens, else why not. */
export type Reach = (target: Target, address: string, signal?: AbortSignal) => Promise<Problem | undefined>;

/** The addresses at which a target may be asked, or why there are none. */
export type Path = { readonly addresses: readonly string[] } | { readonly failure: Try };

/** The ways to the hosts of one attempt. */
export interface Paths {
  /** The way to a target, as it was found before, or looked up now. */
  to(target: Target): Promise<Path>;
  /** Finds the ways to the first of these targets and to some that follow, at the same time, unless it is known. */
  lookAhead(targets: readonly Target[]): Promise<void>;
}

/** Addresses of one target that are tried. */
const MOST_ADDRESSES = 8;
/** Targets that are knocked at together: enough to get past many dead ones, too few to burden a network. */
const AHEAD = 16;
/** Fewer than this are not worth it: to knock is a connection more for a host that lives, and may be busy. */
const WORTHWHILE = 4;

/**
 * Finds the ways to hosts. Without `reach` only DNS is asked. Nobody is told anything: a host that is knocked at only
 * sees a connection that is closed again.
 */
export function createPaths(dns: Dns, reach: Reach | undefined, signal?: AbortSignal): Paths {
  const known = new Map<string, Path>();

  async function resolve({ host, port }: Target): Promise<Path> {
    try {
      return { addresses: (await dns.addresses(host)).slice(0, MOST_ADDRESSES) };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { failure: failedTry(formatTarget({ host, port }), undefined, error) };
    }
  }

  async function knock(target: Target): Promise<Path> {
    const path = await resolve(target);
    if (reach === undefined || "failure" in path) return path;
    const ends = await Promise.all(path.addresses.map((address) => reach(target, address, signal)));
    const open = path.addresses.filter((_, at) => ends[at] === undefined);
    if (open.length > 0) return { addresses: open };
    const failures = ends.flatMap((end, at) =>
      end === undefined ? [] : [failedTry(formatTarget(target), path.addresses[at], end)],
    );
    const failure = failures.reduce<Try | undefined>(moreTelling, undefined);
    return failure === undefined ? path : { failure };
  }

  return {
    to: async (target) => known.get(keyOf(target)) ?? resolve(target),
    async lookAhead(targets) {
      const [next] = targets;
      if (reach === undefined || next === undefined || known.has(keyOf(next))) return;
      const unknown = targets.filter((target) => !known.has(keyOf(target)));
      if (unknown.length < WORTHWHILE) return;
      const ahead = unknown.slice(0, AHEAD);
      await Promise.all(ahead.map(async (target) => known.set(keyOf(target), await knock(target))));
    },
  };
}

function keyOf(target: Target): string {
  return formatTarget(target).toLowerCase();
}
