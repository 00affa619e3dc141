import { type EventId, eventInfo } from "../protocol/events.ts";
import { isClockBehind } from "../protocol/license-state.ts";
import type { Policy } from "../protocol/policy.ts";
import { PROBLEMS, SUCCESS } from "../protocol/problems.ts";
import { formatEventTime } from "../protocol/time.ts";
import { wasSetBack } from "./clock.ts";
import { compareHardware, isOtherHardware } from "./hardware.ts";
import type { Machine } from "./request.ts";
import type { ClientState, ProductState } from "./state.ts";
import type { LicenseStore } from "./store.ts";

/** What is needed to look at the machine. */
export interface Surroundings {
  readonly store: LicenseStore;
  readonly machine: Machine;
  readonly now: () => number;
}

/** What a look at the machine brought: the same state when nothing is to be kept. */
export interface Observation {
  readonly state: ClientState;
  readonly isSetBack: boolean;
  /** The products whose hardware is newly found to be another. */
  readonly changed: readonly string[];
}

/**
 * Notices that the clock was set back and that the machine is no longer that of a lease. Both are kept and logged
 * once; a product on other hardware asks at once, since a new lease mends it. Writes nothing when all is as it was.
 */
export async function observe(
  { store, machine, now }: Surroundings,
  policy: Pick<Policy, "clockTolerance">,
): Promise<void> {
  const time = now();
  let before = (await store.read()).state;
  let seen = look(before, machine.hardware, policy, time, machine.fingerprint);
  if (seen.state === before) return;
  await store.update((state) => {
    before = state;
    seen = look(state, machine.hardware, policy, time, machine.fingerprint);
    return seen.state;
  });
  const log = (id: EventId, info: string) => store.log({ time, id, machine: machine.name, info });
  if (seen.isSetBack) await log(12410, setBackInfo(before, policy, time));
  for (const product of seen.changed) await log(12411, changedInfo(before, product, machine.hardware ?? []));
}

/** What a look at clock and hardware changes in what is known. */
export function look(
  state: ClientState,
  hardware: readonly string[] | undefined,
  policy: Pick<Policy, "clockTolerance">,
  now: number,
  fingerprint?: string,
): Observation {
  const isSetBack = wasSetBack(state.clock, now, policy);
  const changed: string[] = [];
  let isMended = false;
  const products: Record<string, ProductState> = { ...state.products };
  for (const [id, product] of Object.entries(state.products)) {
    const isOther = isOnOtherHardware(product, hardware, fingerprint);
    if (isOther && product.hardwareChanged === undefined) {
      changed.push(id);
      // By the later of the two clocks, as everything is judged: its grace is not to be won by setting one back.
      const since = Math.max(now, state.clock.signed ?? now);
      products[id] = { ...product, hardwareChanged: since, nextAttempt: undefined };
    }
    if (isOther === false && product.hardwareChanged !== undefined) {
      isMended = true;
      products[id] = { ...product, hardwareChanged: undefined };
    }
  }
  if (!isSetBack && !isMended && changed.length === 0) return { state, isSetBack, changed };
  const clock = isSetBack ? { ...state.clock, local: now } : state.clock;
  return { state: { ...state, clock, products }, isSetBack, changed };
}

/** Undefined where one of the two is not known. */
function isOnOtherHardware(
  { grant }: ProductState,
  hardware: readonly string[] | undefined,
  fingerprint: string | undefined,
): boolean | undefined {
  if (grant?.hardware === undefined || hardware === undefined) {
    // Without facts nothing but their sum can be compared, and only a MAK's lease says it.
    const isMak = grant !== undefined && "fingerprint" in grant;
    return isMak && fingerprint !== undefined ? grant.fingerprint !== fingerprint : undefined;
  }
  if (grant.hardware.join() === hardware.join()) return false;
  return isOtherHardware(compareHardware(grant.hardware, hardware));
}

function setBackInfo({ clock }: ClientState, policy: Pick<Policy, "clockTolerance">, now: number): string {
  const { signed, local } = clock;
  return eventInfo(12410, {
    code: isClockBehind(signed, now, policy) ? PROBLEMS.CLOCK_SKEW.code : SUCCESS,
    clientTime: new Date(now),
    lastTime: local === undefined ? "" : formatEventTime(local),
    signedTime: signed === undefined ? "" : formatEventTime(signed),
  });
}

function changedInfo(state: ClientState, product: string, hardware: readonly string[]): string {
  const { changed, same } = compareHardware(state.products[product]?.grant?.hardware ?? [], hardware);
  return eventInfo(12411, {
    code: PROBLEMS.HARDWARE_CHANGED.code,
    product,
    changed: changed.join("; ") || "fingerprint",
    same: same.join("; "),
  });
}
