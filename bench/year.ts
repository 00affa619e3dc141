import { nextAttempt } from "../src/client/schedule.ts";
import type { DeployedProduct } from "../src/fleet/deployment.ts";
import { seededRandom } from "../src/fleet/simulator/random.ts";
import { type Arrival, decide, type Rules } from "../src/host/decide.ts";
import type { Situation } from "../src/host/situation.ts";
import type { Store } from "../src/host/store.ts";
import { forgetUnseen } from "../src/host/upkeep.ts";
import { DAY, formatTime, MINUTE } from "../src/protocol/time.ts";

/** A fleet that asks a store on a virtual clock. */
export interface YearOptions {
  readonly store: Store;
  readonly situation: Situation;
  readonly product: DeployedProduct;
  readonly machines: number;
  /** The share of the machines that is replaced in a year. */
  readonly replaced: number;
  readonly renewalInterval: number;
  readonly start: number;
}

/** The fleet, a day at a time. */
export interface Year {
  /** Lets one day pass, at most `batch` requests to a transaction; gives the number of requests. */
  day(batch: number, between?: (now: number) => Promise<void>): Promise<number>;
}

const MEGABYTE = 1_000_000;
/** How many transactions there are between two looks at the event log; a running host looks each second. */
const LOOK_AFTER = 16;

/** Makes a fleet whose machines come in the order of chance within the first days, then renew as the shipped client does. */
export function startYear(options: YearOptions): Year {
  const { store, situation, product, machines, replaced, renewalInterval, start } = options;
  const random = seededRandom("year");
  const cmids = Array.from({ length: machines }, () => random.id());
  const tickets = new Float64Array(machines);
  const days = new Map<number, [machine: number, due: number][]>();
  const put = (machine: number, due: number) => {
    const day = Math.floor((due - start) / DAY);
    const there = days.get(day);
    if (there === undefined) days.set(day, [[machine, due]]);
    else there.push([machine, due]);
  };
  const spread = renewalInterval * MINUTE;
  for (let machine = 0; machine < machines; machine++) put(machine, start + random.next() * spread);
  const { license, products } = situation.grant;
  const rules: Rules = { license, products, duplicates: "report" };
  let today = 0;

  const arrivalOf = (machine: number, now: number): Arrival => ({
    ticket: tickets[machine] ?? 0,
    address: `10.${machine >> 16}.${(machine >> 8) & 255}.${machine & 255}`,
    request: {
      version: 1,
      application: product.application,
      product: product.product,
      cmid: cmids[machine] ?? "",
      machine: {
        name: `pc-${machine}.corp.example`,
        fingerprint: machine.toString(16).padStart(64, "0"),
        virtual: false,
      },
      status: 1,
      minutesLeft: 249_120,
      required: product.required,
      time: formatTime(now),
      nonce: "AAAAAAAAAAAAAAAAAAAAAA",
    },
  });

  const commit = async (some: readonly (readonly [number, number])[], now: number) => {
    const arrivals = some.map(([machine]) => arrivalOf(machine, now));
    const decisions = await store.commit(
      arrivals,
      (arrival, known) => decide(arrival, known, rules, now),
      now,
    );
    for (const [at, decision] of decisions.entries()) {
      const machine = some[at]?.[0] ?? 0;
      if (decision.kind === "refusal") throw new Error(`A machine was refused: ${decision.detail}`);
      tickets[machine] = decision.sequence;
      const next = nextAttempt(
        {
          attempted: now,
          renewed: decision.leaseExpires !== undefined,
          leaseExpires: decision.leaseExpires,
          activationInterval: 120,
          renewalInterval,
          retryAfter: undefined,
        },
        random.next,
      );
      put(machine, next);
    }
  };

  return {
    async day(batch, between) {
      const begin = start + today * DAY;
      const leaving =
        Math.floor((machines * replaced * (today + 1)) / 365) -
        Math.floor((machines * replaced * today) / 365);
      for (let each = 0; each < leaving; each++) {
        const machine = Math.floor(random.next() * machines);
        cmids[machine] = random.id();
        tickets[machine] = 0;
      }
      let requests = 0;
      // Attempts of this day may bring more of this day, of machines that came before the count sufficed.
      for (let due = days.get(today); due !== undefined; due = days.get(today)) {
        days.delete(today);
        due.sort(([, one], [, other]) => one - other);
        for (let from = 0; from < due.length; from += batch) {
          const some = due.slice(from, from + batch);
          const now = Math.floor(some[0]?.[1] ?? begin);
          await commit(some, now);
          requests += some.length;
          if ((from / batch) % LOOK_AFTER === 0)
            await store.keepEventsWithin(situation.settings.eventLogSize * MEGABYTE);
          await between?.(now);
        }
      }
      await store.keepEventsWithin(situation.settings.eventLogSize * MEGABYTE);
      await store.noteUsage(begin + DAY);
      await forgetUnseen(store, situation, begin + DAY);
      today++;
      return requests;
    },
  };
}
