import * as z from "zod";
import { EVENTS, isEventId } from "../../protocol/events.ts";
import type { EventFilter } from "../store.ts";
import { eventSchema, numberedJson } from "./event-schema.ts";
import { eventStream } from "./event-stream.ts";
import { route } from "./route.ts";

const eventId = z.coerce.number().refine(isEventId, `must be one of ${Object.keys(EVENTS).join(", ")}`);

const listEvents = route({
  method: "GET",
  path: "/v1/events",
  summary:
    "What the host has logged, oldest first. With follow=true the newest, and then each new one, as server-sent events.",
  streams: true,
  takes: {
    query: z.strictObject({
      id: eventId.optional(),
      cmid: z.guid().toLowerCase().optional(),
      since: z.iso.datetime({ offset: true }).transform(Date.parse).optional(),
      after: z.coerce.number().int().min(0).optional().describe("The first events after this row."),
      before: z.coerce.number().int().min(1).optional().describe("The last events before this row."),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      follow: z.enum(["true", "false"]).default("false"),
    }),
  },
  gives: z.object({ events: z.array(eventSchema) }).meta({ id: "Events" }),
  async handle({ query: { follow, after, before, id, cmid, since, limit }, signal }, { store }) {
    const filter: EventFilter = {
      ...(id === undefined ? {} : { id }),
      ...(cmid === undefined ? {} : { cmid }),
      ...(since === undefined ? {} : { since }),
      ...(before === undefined ? {} : { beforeRow: before }),
      limit,
    };
    const read = (afterRow: number | undefined) =>
      store.events(afterRow === undefined ? filter : { ...filter, afterRow, earliest: true });
    if (follow === "true") return eventStream(read, after, signal);
    return { events: (await read(after)).map(numberedJson) };
  },
});

/** The calls about events. */
export const eventRoutes = [listEvents];
