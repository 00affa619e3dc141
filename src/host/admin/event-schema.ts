import * as z from "zod";
import { eventJson } from "../../protocol/event-json.ts";
import type { LoggedEvent } from "../../protocol/events.ts";

/** An event as the API gives it. */
export const eventSchema = z
  .object({
    row: z.int().min(1).describe("Its number in the log; grows by one with each event."),
    time: z.iso.datetime(),
    id: z.int(),
    side: z.enum(["host", "client"]),
    machine: z.string().describe("The machine that wrote it."),
    message: z.string(),
    info: z.string().describe("The fields in Microsoft's order, separated by commas."),
    fields: z.record(z.string(), z.string()),
  })
  .meta({ id: "Event" });

/** The JSON of an event with its number. */
export function numberedJson(event: LoggedEvent & { readonly row: number }): z.input<typeof eventSchema> {
  return { row: event.row, ...eventJson(event) };
}
