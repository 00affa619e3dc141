import * as z from "zod";
import { EVENTS, type EventId, isEventId } from "../../protocol/events.ts";
import { EVENT_WORDS } from "../event-words.ts";
import type { EventFilter } from "../store.ts";
import { eventSchema, numberedJson } from "./event-schema.ts";
import { eventStream } from "./event-stream.ts";
import { language } from "./language.ts";
import { route } from "./route.ts";

const ids = z
  .string()
  .regex(/^\d{1,5}(,\d{1,5})*$/, "must be event ids, separated by commas")
  .transform((text) => text.split(",").map(Number))
  .refine((list) => list.every(isEventId), `must be of ${Object.keys(EVENTS).join(", ")}`)
  .describe("One id, or several separated by commas.");

const moment = z.iso.datetime({ offset: true }).transform(Date.parse);

const listEvents = route({
  method: "GET",
  path: "/v1/events",
  summary:
    "What the host has logged, oldest first. With follow=true the newest, and then each new one, as server-sent events.",
  streams: true,
  takes: {
    query: z.strictObject({
      id: ids.optional(),
      cmid: z.guid().toLowerCase().optional(),
      search: z
        .string()
        .max(255)
        .optional()
        .describe("Part of the fields, a machine's name for one, or of the name of the host that wrote it."),
      since: moment.optional(),
      until: moment.optional().describe("Before this moment."),
      after: z.coerce.number().int().min(0).optional().describe("The first events after this row."),
      before: z.coerce.number().int().min(1).optional().describe("The last events before this row."),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      follow: z.enum(["true", "false"]).default("false"),
    }),
  },
  gives: z
    .object({
      events: z.array(eventSchema),
      older: z
        .int()
        .nullable()
        .describe("As `before` it gives the page of earlier events; null when there are none."),
      newer: z
        .int()
        .nullable()
        .describe("As `after` it gives the page of later events; null when there are none yet."),
    })
    .meta({ id: "Events" }),
  async handle({ query: { follow, after, before, limit, ...rest }, request, signal }, { store, signIn }) {
    const { id, cmid, search, since, until } = rest;
    const filter: EventFilter = {
      ...(id === undefined ? {} : { id }),
      ...(cmid === undefined ? {} : { cmid }),
      ...(search ? { search } : {}),
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
      ...(before === undefined ? {} : { beforeRow: before }),
    };
    const read = (afterRow: number | undefined, most: number) =>
      store.events({
        ...filter,
        limit: most,
        ...(afterRow === undefined ? {} : { afterRow, earliest: true }),
      });
    if (follow === "true") {
      // A browser that lost the connection asks again with the last row that it has.
      const seen = /^\d{1,15}$/.exec(request.headers.get("last-event-id") ?? "")?.[0];
      const from = seen === undefined ? after : Number(seen);
      return eventStream((afterRow) => read(afterRow, limit), from, {
        signal,
        mayGoOn: signIn.standing(request),
      });
    }
    // One more than is shown tells whether there are more.
    const found = await read(after, limit + 1);
    const isMore = found.length > limit;
    const events = after === undefined ? found.slice(-limit) : found.slice(0, limit);
    const hasOlder = after === undefined ? isMore : after > 0;
    const hasNewer = after === undefined ? before !== undefined : isMore;
    return {
      events: events.map(numberedJson),
      older: hasOlder ? (events[0]?.row ?? null) : null,
      newer: hasNewer ? (events.at(-1)?.row ?? null) : null,
    };
  },
});

const listKinds = route({
  method: "GET",
  path: "/v1/event-kinds",
  summary: "The events that Muster writes, and what each means.",
  takes: { query: z.strictObject({ lang: language }) },
  gives: z
    .object({
      kinds: z.array(
        z.object({
          id: z.int(),
          side: z.enum(["host", "client"]).describe("Who writes it; a host has its own only."),
          message: z.string().describe("What happened, in one sentence."),
          meaning: z.string().describe("What it means and what to do."),
          fields: z.array(z.string()),
        }),
      ),
    })
    .meta({ id: "EventKinds" }),
  handle: async ({ query: { lang } }) => ({
    kinds: (Object.keys(EVENTS).map(Number) as EventId[]).map((id) => {
      const { side, fields } = EVENTS[id];
      return { id, side, ...EVENT_WORDS[id][lang], fields: [...fields] };
    }),
  }),
});

/** The calls about events. */
export const eventRoutes = [listEvents, listKinds];
