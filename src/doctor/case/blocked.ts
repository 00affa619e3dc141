import type { Verdict } from "../cause.ts";
import { whereaboutsOf } from "./away.ts";
import type { Case } from "./case.ts";
import { isHurt } from "./discovery.ts";
import { type FirewallRule, firewallRules, otherPort, type Reach, reachesOf } from "./reach.ts";
import { type Unreached, unreachedIn } from "./unreachable.ts";

/** A way that is closed between one client and a host that serves others: on the path (N02) or on the client (N07). */
export interface Blocked {
  readonly each: Unreached;
  readonly reach: Reach;
  /** Which half is lost: the host logged the request, or did not; `unknown` when its log is not there. */
  readonly lost: "reply" | "request" | "unknown";
  /** The client's own rule that blocks it. */
  readonly rule: FirewallRule | undefined;
  readonly verdicts: Partial<Record<"N02" | "N07", Verdict>>;
}

/** WSAEACCES: the client's own system forbids the connection. */
const FORBIDDEN = 0x8007271d;

/** Every way that is closed. Not those of a client that is away, nor to a cloud's own host. */
export function blockedIn(the: Case): Blocked[] {
  return unreachedIn(the)
    .filter((each) => each.isLasting && !each.isProviders && otherPort(each) === undefined)
    .filter(({ manner }) => manner !== "unresolved")
    .flatMap((each) => reachesOf(the, each).flatMap((reach) => blockedFrom(the, each, reach) ?? []));
}

function blockedFrom(the: Case, each: Unreached, reach: Reach): Blocked | undefined {
  const { client, tries, inLog, connected } = reach;
  if (!isHurt(client)) return undefined;
  const heard = tries.filter(({ handled }) => handled !== undefined).length;
  if (heard > 0) {
    // A host that answers now and then is slow (N06), rather than cut off.
    const isSporadic = each.host.report?.host?.lowPriority?.value === true && each.serves !== undefined;
    const verdict = isSporadic ? "possible" : heard > 1 && heard >= reach.covered ? "confirmed" : "likely";
    return { each, reach, lost: "reply", rule: undefined, verdicts: { N02: verdict } };
  }
  if (each.serves === undefined || connected !== undefined || inLog === "present") return undefined;
  const lost = inLog === "absent" ? "request" : "unknown";
  const rule = firewallRules(the, client, tries[0]?.port || 1688, false).find(
    ({ isOutbound, isEnabled, isBlock }) => isOutbound && isEnabled && isBlock,
  );
  const verdicts = verdictsOf(each, reach, rule !== undefined);
  const isAway = whereaboutsOf(the, client)?.isAway === true;
  return { each, reach, lost, rule, verdicts: isAway && rule === undefined ? { N02: "possible" } : verdicts };
}

/** One among its neighbours: the client. Several, or a whole site: the path. One alone: the path, and perhaps the client. */
function verdictsOf(
  each: Unreached,
  { tries, neighbours, openBeside }: Reach,
  hasRule: boolean,
): Blocked["verdicts"] {
  if (hasRule) return { N07: "confirmed" };
  if (tries.some(({ code }) => code === FORBIDDEN)) return { N07: "likely" };
  const machines = new Set(each.clients.map(({ label }) => label));
  if (neighbours.served.length > 0 || openBeside !== undefined) return { N07: "likely", N02: "possible" };
  if (machines.size > 1 || neighbours.quiet.length > 0) return { N02: "likely" };
  return { N02: "likely", N07: "possible" };
}
