import { Counter, Gauge, type Registry } from "prom-client";
import * as z from "zod";
import { version } from "../../../package.json";
import { EVENTS, isEventId } from "../../protocol/events.ts";
import { Problem } from "../../protocol/problems.ts";
import { DAY } from "../../protocol/time.ts";
import { isValid } from "../folder.ts";
import { readHandOver } from "../moving/hand-over.ts";
import type { Admin } from "./admin.ts";
import { route } from "./route.ts";

const HOST_EVENTS = Object.keys(EVENTS)
  .map(Number)
  .filter(isEventId)
  .filter((id) => EVENTS[id].side === "host");

const showMetrics = route({
  method: "GET",
  path: "/metrics",
  summary: "The figures of the host for Prometheus, which sends the token as `authorization.credentials`.",
  type: "text/plain",
  gives: z.string(),
  async handle(_, { meters }) {
    const { registry } = meters;
    return new Response(await registry.metrics(), { headers: { "content-type": registry.contentType } });
  },
});

/** The calls of monitoring. */
export const metricRoutes = [showMetrics];

/** Adds what a host is, beside what it does, to its meters; read when somebody asks. */
export function addReadings(admin: Admin): void {
  const { registry } = admin.meters;
  addCounts(registry, admin);
  addLicense(registry, admin);
  addEvents(registry, admin);
  gauge(
    registry,
    "muster_dns_published",
    "1 when the last attempt to publish in the domain succeeded.",
    ["domain"],
    (set) => {
      for (const { domain, problem } of admin.published()) set(problem === undefined ? 1 : 0, { domain });
    },
  );
  gauge(registry, "muster_store_writable", "1 while the store takes writes.", [], async (set) =>
    set((await admin.isWritable()) ? 1 : 0),
  );
  gauge(
    registry,
    "muster_handed_over",
    "1 while the store is handed over to another host, and clients get nothing here.",
    [],
    async (set) => set((await readHandOver(admin.store)) ? 1 : 0),
  );
  gauge(registry, "muster_store_bytes", "What the store takes on disk.", [], async (set) =>
    set(await admin.store.bytes()),
  );
  gauge(registry, "muster_info", "Always 1; the version of Muster as a label.", ["version"], (set) =>
    set(1, { version }),
  );
}

function addCounts(registry: Registry, { store, situation, clock }: Omit<Admin, "isWritable">): void {
  const labels = ["application", "name"];
  const each = (figure: "current" | "unique") => async (set: Set) => {
    for (const { id, name } of situation().grant.catalogue.applications) {
      set((await store.figures(id, clock()))[figure], { application: id, name });
    }
  };
  gauge(registry, "muster_current_count", "The count that clients are told.", labels, each("current"));
  gauge(
    registry,
    "muster_unique_machines",
    "Distinct CMIDs in the count window, not capped.",
    labels,
    each("unique"),
  );
  gauge(registry, "muster_leases", "Machines that hold a lease that has not ended.", [], async (set) =>
    set(await store.leased(clock())),
  );
}

function addLicense(registry: Registry, { situation, clock }: Omit<Admin, "isWritable">): void {
  const license = () => situation().grant.license;
  gauge(registry, "muster_license_valid", "1 while the host licence may be used.", [], (set) =>
    set(isValid(license(), clock()) ? 1 : 0),
  );
  gauge(
    registry,
    "muster_license_days_left",
    "Days until the host licence ends; absent without one.",
    [],
    (set) => {
      const { expires } = license() ?? {};
      if (expires !== undefined) set((expires - clock()) / DAY);
    },
  );
  gauge(
    registry,
    "muster_seats",
    "Machines that may hold a lease at once; absent without a limit.",
    [],
    (set) => {
      const { seats } = license() ?? {};
      if (seats !== undefined) set(seats);
    },
  );
}

function addEvents(registry: Registry, { events }: Omit<Admin, "isWritable">): void {
  gauge(registry, "muster_event_log_bytes", "The size of the event log.", [], (set) => set(events().bytes));
  gauge(registry, "muster_event_log_events", "How many events are in the log.", [], (set) =>
    set(events().events),
  );
  new Counter({
    name: "muster_events_total",
    help: "Events written since the host was started.",
    labelNames: ["id"],
    registers: [registry],
    collect() {
      this.reset();
      const { written } = events();
      // From 0 on, so that the first event of a kind is an increase.
      for (const id of HOST_EVENTS) this.inc({ id: String(id) }, written.get(id) ?? 0);
    },
  });
}

type Set = (value: number, labels?: Record<string, string>) => void;

/** A gauge whose values, and whose labels, are those of the moment it is read. */
function gauge(
  registry: Registry,
  name: string,
  help: string,
  labelNames: string[],
  read: (set: Set) => void | Promise<void>,
): void {
  new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    async collect() {
      const values: [number, Record<string, string>][] = [];
      // What only the store knows is absent while it is away; that it is away must be told nonetheless.
      await Promise.resolve(read((value, labels = {}) => values.push([value, labels]))).catch((error) => {
        if (!(error instanceof Problem) || error.name !== "STORE_UNAVAILABLE") throw error;
      });
      this.reset();
      // Without labels a reset is a 0; a figure that is not there is absent.
      if (labelNames.length === 0) this.remove();
      for (const [value, labels] of values) this.set(labels, value);
    },
  });
}
