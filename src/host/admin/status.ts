import * as z from "zod";
import { version } from "../../../package.json";
import type { PublishedOutcome } from "../publisher.ts";
import { describeStatus } from "../status.ts";
import type { Admin } from "./admin.ts";
import { route } from "./route.ts";

const time = z.iso.datetime();
const amount = z.int().min(0);

const statusSchema = z
  .object({
    host: z.guid(),
    name: z.string().describe("The host's machine name."),
    version: z.string().describe("The version of Muster."),
    started: time,
    activation: z.url().describe("Where clients on this machine reach the host."),
    licensed: z.boolean(),
    reason: z.string().optional().describe("Why it is not licensed."),
    handedOver: z
      .object({ time, by: z.string().describe("The account that handed it over.") })
      .nullable()
      .describe("That the store was handed over to another host, so that clients get nothing here."),
    license: z
      .object({
        issued: time,
        notBefore: time,
        expires: time,
        partialKey: z.string().describe("The last five characters of the host key."),
      })
      .nullable(),
    daysLeft: amount,
    seats: amount.nullable().describe("null is no limit."),
    overage: z.enum(["allow", "deny"]).optional().describe("What happens when the seats are taken."),
    leased: amount.describe("How many machines hold a lease that has not ended."),
    aboveSeats: amount.describe("How many of the leases are more than there are seats."),
    applications: z.array(
      z.object({
        id: z.guid(),
        name: z.string(),
        current: amount.describe("The count that clients are told."),
        unique: amount.describe("The same, not capped."),
        required: z.array(amount).describe("The required counts of its products, ascending."),
        products: z.array(z.object({ id: z.guid(), name: z.string(), required: amount })),
      }),
    ),
    publishing: z.array(
      z.object({
        domain: z.string(),
        published: z.boolean(),
        time,
        name: z.string().optional().describe("The problem of the last attempt."),
        code: z.string().optional(),
        detail: z.string().optional(),
      }),
    ),
    store: z.object({
      bytes: amount,
      events: amount,
      eventBytes: amount,
      mostEventBytes: amount.describe("The size at which the oldest events are dropped."),
    }),
  })
  .meta({ id: "Status" });

const showStatus = route({
  method: "GET",
  path: "/v1/status",
  summary: "The host at a glance: licence, counts, seats, publishing, store.",
  gives: statusSchema,
  async handle(_, admin) {
    const { identity, store, situation, clock } = admin;
    const { grant, settings } = situation();
    const { applications, seats, handedOver, ...status } = await describeStatus(
      identity,
      grant,
      store,
      clock(),
    );
    const productsOf = (id: string) =>
      grant.catalogue.products.filter(({ application }) => application === id);
    const events = admin.events();
    return {
      ...status,
      version,
      started: new Date(admin.started).toISOString(),
      activation: admin.activation(),
      handedOver: handedOver ? { time: new Date(handedOver.time).toISOString(), by: handedOver.by } : null,
      license: licenseJson(admin),
      seats: seats ?? null,
      applications: applications.map(({ required, ...application }) => ({
        ...application,
        required: [...required],
        products: productsOf(application.id).map(({ id, name, policy }) => {
          return { id, name, required: policy.required };
        }),
      })),
      publishing: admin.published().map(outcomeJson),
      store: {
        bytes: await store.bytes(),
        events: events.events,
        eventBytes: events.bytes,
        mostEventBytes: settings.eventLogSize * 1_000_000,
      },
    };
  },
});

/** The calls about the host as a whole. */
export const statusRoutes = [showStatus];

function licenseJson({ situation }: Admin): z.input<typeof statusSchema>["license"] {
  const { license } = situation().grant;
  if (license === undefined) return null;
  const { issued, notBefore, expires, partialKey } = license;
  return {
    issued: new Date(issued).toISOString(),
    notBefore: new Date(notBefore).toISOString(),
    expires: new Date(expires).toISOString(),
    partialKey,
  };
}

function outcomeJson({ domain, time, problem }: PublishedOutcome) {
  const { name, code, message } = problem ?? {};
  return {
    domain,
    published: problem === undefined,
    time: new Date(time).toISOString(),
    ...(problem === undefined ? {} : { name, code, detail: message }),
  };
}
