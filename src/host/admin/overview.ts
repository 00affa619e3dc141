import * as z from "zod";
import { DAY, MINUTE } from "../../protocol/time.ts";
import { intervalsInForce, type RenewalFigures, type RenewalIntervals } from "../renewal-times.ts";
import { HOST_STATES, hostState } from "../sharing-hosts.ts";
import type { Admin } from "./admin.ts";
import { route } from "./route.ts";

const time = z.iso.datetime();
const amount = z.int().min(0);

/** How old figures may be that take a look at every machine: so many times as long as the look took, and at most this. */
const WORTH = 30;
const RENEWALS_EVERY = MINUTE;

const showActivity = route({
  method: "GET",
  path: "/v1/activity",
  summary: "Requests and leases a day (UTC), over all hosts of the store; also days without any.",
  takes: { query: z.strictObject({ days: z.coerce.number().int().min(1).max(366).default(30) }) },
  gives: z
    .object({
      days: z.array(
        z.object({
          day: z.iso.date(),
          received: amount.describe("Requests, refused ones included."),
          failed: amount.describe("Requests that were refused."),
          leased: amount.describe("The most leases at once."),
        }),
      ),
    })
    .meta({ id: "Activity", description: "The oldest day first, today last." }),
  async handle({ query: { days } }, { store, clock }) {
    const today = Math.floor(clock() / DAY);
    const kept = await store.activity((today - days + 1) * DAY);
    const byDay = new Map(kept.map((each) => [each.day / DAY, each]));
    return {
      days: Array.from({ length: days }, (_, at) => {
        const day = today - days + 1 + at;
        const { received = 0, failed = 0, leased = 0 } = byDay.get(day) ?? {};
        return { day: new Date(day * DAY).toISOString().slice(0, 10), received, failed, leased };
      }),
    };
  },
});

const showRenewals = route({
  method: "GET",
  path: "/v1/renewals",
  summary: "How many machines are to renew soon, should have, or fail; at most a minute old.",
  gives: z
    .object({
      made: time.describe("When these were counted."),
      day: amount.describe("Machines with a lease that are to renew within a day."),
      week: amount.describe("The same within seven days, those of the day included."),
      overdue: amount.describe("Machines with a lease that have not asked when they should have."),
      failing: amount.describe("Machines whose last answer had a code other than 0."),
    })
    .meta({ id: "Renewals" }),
  async handle(_, admin) {
    const { at, figures } = await renewalsOf(admin);
    return { made: new Date(at).toISOString(), ...figures };
  },
});

const listHosts = route({
  method: "GET",
  path: "/v1/hosts",
  summary: "The hosts that share this count, as they note themselves every 30 s; a month back.",
  gives: z
    .object({
      hosts: z.array(
        z.object({
          id: z.guid(),
          name: z.string().describe("Its machine name."),
          url: z.url().describe("Where clients reach it."),
          version: z.string().describe("Its version of Muster."),
          started: time,
          lastSeen: time,
          stopped: time.nullable().describe("When it was stopped; null when it was not."),
          state: z
            .enum(HOST_STATES)
            .describe("`gone` has not noted itself for two minutes, and was not stopped."),
          isSelf: z.boolean().describe("Whether it is the host that answers."),
        }),
      ),
    })
    .meta({ id: "Hosts" }),
  async handle(_, { store, identity, clock }) {
    const now = clock();
    const iso = (moment: number) => new Date(moment).toISOString();
    return {
      hosts: (await store.hosts()).map(({ started, lastSeen, stopped, ...host }) => ({
        ...host,
        started: iso(started),
        lastSeen: iso(lastSeen),
        stopped: stopped === 0 ? null : iso(stopped),
        state: hostState({ lastSeen, stopped }, now),
        isSelf: host.id === identity.id,
      })),
    };
  },
});

/** The calls of an overview. */
export const overviewRoutes = [showActivity, showRenewals, listHosts];

/** The intervals that machines are told. */
export function intervalsOf({ situation }: Pick<Admin, "situation">): RenewalIntervals {
  const { settings, grant } = situation();
  return intervalsInForce(settings, grant.products.values());
}

interface CountedRenewals {
  readonly at: number;
  readonly figures: RenewalFigures;
}

const counted = new WeakMap<
  Admin["store"],
  { until: number; from: number; counting: Promise<CountedRenewals> }
>();

/** Counted for a thirtieth of the time at most, however many ask; never twice at the same time. */
function renewalsOf(admin: Admin): Promise<CountedRenewals> {
  const at = admin.clock();
  const known = counted.get(admin.store);
  if (known !== undefined && known.from <= at && at < known.until) return known.counting;
  const started = performance.now();
  const kept = { from: at, until: Number.POSITIVE_INFINITY, counting: count() };
  const { counting } = kept;
  counted.set(admin.store, kept);
  counting.catch(() => counted.delete(admin.store));
  return counting;

  async function count(): Promise<CountedRenewals> {
    const figures = await admin.store.renewals(intervalsOf(admin), at);
    kept.until = at + Math.min(RENEWALS_EVERY, WORTH * (performance.now() - started));
    return { at, figures };
  }
}
