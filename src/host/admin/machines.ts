import * as z from "zod";
import { eventInfo } from "../../protocol/events.ts";
import { problem } from "../../protocol/problems.ts";
import {
  type ListedMachine,
  MACHINE_SORTS,
  MACHINE_STATES,
  machineState,
  readCursor,
  writeCursor,
} from "../machine-list.ts";
import { isOverdue, nextRenewal, RENEWAL_STATES, type RenewalIntervals } from "../renewal-times.ts";
import { oneField } from "../settings-change.ts";
import type { MachineKey } from "../store.ts";
import { eventSchema, numberedJson } from "./event-schema.ts";
import { intervalsOf } from "./overview.ts";
import { route } from "./route.ts";

/** Events that come with a machine. */
const SHOWN_EVENTS = 100;

const time = z.iso.datetime();

const machineSchema = z
  .object({
    application: z.guid(),
    cmid: z.guid(),
    product: z.guid().describe("The product it asked for last."),
    name: z.string(),
    fingerprint: z.string().describe("SHA-256 over what identifies the hardware, in hex."),
    virtual: z.boolean(),
    address: z.string().describe("Where its last request came from."),
    status: z.int().min(0).max(6).describe("The license status it reported last, before the answer."),
    state: z.enum(MACHINE_STATES).describe("Whether its lease is in force, has ended, or was never granted."),
    firstSeen: time,
    lastSeen: time,
    leaseExpires: time.nullable(),
    nextRenewal: time.describe(
      "When it is expected to ask next, by the intervals in force; machines spread this by a tenth.",
    ),
    overdue: z.boolean().describe("Whether it holds a lease, and has not asked when it should have."),
    requests: z.int().min(0),
    code: z.string().describe("The code of its last answer."),
    note: z.string(),
    rearm: z.boolean().describe("Whether its next answer tells it to take a new CMID."),
  })
  .meta({ id: "Machine", description: "One CMID of one application." });

/** The path of a machine. */
export const machineKey = z.strictObject({
  application: z.guid().toLowerCase(),
  cmid: z.guid().toLowerCase(),
});

const listMachines = route({
  method: "GET",
  path: "/v1/machines",
  summary: "The machines that the host knows: searched, filtered, sorted, a page at a time.",
  takes: {
    query: z.strictObject({
      search: z.string().max(255).optional().describe("Part of the name, CMID, address or note."),
      state: z.enum(MACHINE_STATES).optional(),
      renewal: z
        .enum(RENEWAL_STATES)
        .optional()
        .describe(
          "Those with a lease that are to renew within a day or week, or are overdue; or all whose last answer had a code other than 0.",
        ),
      application: z.guid().toLowerCase().optional(),
      product: z.guid().toLowerCase().optional(),
      sort: z.enum(MACHINE_SORTS).default("lastSeen"),
      order: z.enum(["asc", "desc"]).default("desc"),
      limit: z.coerce.number().int().min(1).max(1000).default(50),
      cursor: z
        .string()
        .max(2000)
        .optional()
        .describe("`next` of the page before, asked for in the same order."),
    }),
  },
  gives: z
    .object({
      machines: z.array(machineSchema),
      total: z.int().min(0).optional().describe("How many machines match; with the first page only."),
      next: z.string().optional().describe("The cursor of the next page; absent on the last."),
    })
    .meta({ id: "MachinePage" }),
  async handle({ query: { cursor, renewal, ...query } }, admin) {
    const { store, clock } = admin;
    const now = clock();
    const intervals = intervalsOf(admin);
    const after = cursor === undefined ? undefined : readCursor(cursor, query);
    const due = { state: renewal, intervals };
    const { machines, total, next } = await store.listMachines({ ...query, renewal: due, after, now });
    return {
      machines: machines.map((machine) => machineJson(machine, intervals, now)),
      ...(total === undefined ? {} : { total }),
      ...(next === undefined ? {} : { next: writeCursor(query, next) }),
    };
  },
});

const showMachine = route({
  method: "GET",
  path: "/v1/machines/:application/:cmid",
  summary: `A machine with its newest ${SHOWN_EVENTS} events.`,
  takes: { path: machineKey },
  gives: machineSchema.extend({ events: z.array(eventSchema) }).meta({ id: "MachineWithEvents" }),
  async handle({ path }, admin) {
    const { store, clock } = admin;
    const machine = (await store.listedMachine(path)) ?? unknown(path);
    const events = await store.events({ cmid: path.cmid, limit: SHOWN_EVENTS });
    return { ...machineJson(machine, intervalsOf(admin), clock()), events: events.map(numberedJson) };
  },
});

const changeMachine = route({
  method: "PATCH",
  path: "/v1/machines/:application/:cmid",
  summary:
    "Keep a note with a machine (event 12422), have its next answer tell it to take a new CMID (event 12407), or take that back (event 12423).",
  takes: {
    path: machineKey,
    body: z.strictObject({ note: z.string().max(1000).optional(), rearm: z.boolean().optional() }),
  },
  gives: machineSchema,
  async handle({ path, body: { note, rearm }, from }, admin) {
    const { store, orders, clock } = admin;
    const now = clock();
    const by = oneField(`admin ${from}`);
    const tell = ({ cmid, name }: { cmid: string; name: string }) =>
      [{ id: 12422, cmid, info: eventInfo(12422, { cmid, name, by }) }] as const;
    if (note !== undefined) await store.noteMachine(path, note, tell, now);
    if (rearm !== undefined) await orders.order(path, rearm, by, now);
    return machineJson((await store.listedMachine(path)) ?? unknown(path), intervalsOf(admin), now);
  },
});

const forgetMachine = route({
  method: "DELETE",
  path: "/v1/machines/:application/:cmid",
  summary:
    "Forget a machine: it leaves the count and gives its seat back (event 12405). It counts again when it asks.",
  takes: { path: machineKey },
  gives: machineSchema.pick({ application: true, cmid: true, name: true }).meta({ id: "ForgottenMachine" }),
  async handle({ path, from }, { store, clock }) {
    const tell = ({ cmid, name }: { cmid: string; name: string }) =>
      [{ id: 12405, cmid, info: eventInfo(12405, { cmid, name, by: oneField(`admin ${from}`) }) }] as const;
    const { application, cmid, name } = (await store.forget(path, tell, clock())) ?? unknown(path);
    return { application, cmid, name };
  },
});

/** The calls about machines. */
export const machineRoutes = [listMachines, showMachine, changeMachine, forgetMachine];

function machineJson(
  machine: ListedMachine,
  intervals: RenewalIntervals,
  now: number,
): z.input<typeof machineSchema> {
  const { ticket: _, previousTicket: __, firstSeen, lastSeen, leaseExpires, ...rest } = machine;
  return {
    ...rest,
    state: machineState(machine, now),
    firstSeen: new Date(firstSeen).toISOString(),
    lastSeen: new Date(lastSeen).toISOString(),
    leaseExpires: leaseExpires === 0 ? null : new Date(leaseExpires).toISOString(),
    nextRenewal: new Date(nextRenewal(machine, intervals, now)).toISOString(),
    overdue: isOverdue(machine, intervals, now),
  };
}

/** Throws NOT_FOUND. */
export function unknown({ cmid }: MachineKey): never {
  throw problem("NOT_FOUND", `The host knows no machine ${cmid} of this application.`);
}
