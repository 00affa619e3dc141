import { type Command, Option } from "commander";
import { readEvents } from "../client/event-log.ts";
import { openHostStore } from "../host/folder-store.ts";
import { eventJson } from "../protocol/event-json.ts";
import { eventXml, XML_HEAD, XML_TAIL } from "../protocol/event-xml.ts";
import { EVENTS, isEventId, type LoggedEvent } from "../protocol/events.ts";
import { isUuid } from "../protocol/ids.ts";
import { problem } from "../protocol/problems.ts";
import { table } from "./output.ts";
import { findPlaces, type Place, type PlaceOptions } from "./role.ts";
import { wholeNumber } from "./settings.ts";
import { sinceTime } from "./since.ts";

interface EventsOptions extends PlaceOptions {
  readonly id?: number;
  readonly cmid?: string;
  readonly since?: number;
  readonly last?: number;
  readonly follow?: boolean;
  readonly json?: boolean;
  readonly xml?: boolean;
}

type Row = LoggedEvent & { readonly row: number };
/** Reads the events that come after a row. */
type Reader = (afterRow: number) => Promise<Row[]>;

/** How many events people are shown when they do not say; scripts get all. */
const SHOWN = 200;
/** How often `--follow` looks for new events, in milliseconds. */
const FOLLOW_EVERY = 500;

const HELP = `
Changes: nothing.
Example: muster events --id 12290 --since 7d`;

/** `muster events`: what host and client have logged. */
export function addTo(program: Command): void {
  program
    .command("events")
    .description("Show the events of the host or client on this machine, oldest first.")
    .option("--id <number>", "only this event, such as 12290", wholeNumber(1, 65_535))
    .option("--cmid <uuid>", "only events of this machine")
    .option("--since <time>", "only events since then: 7d, 12h, 30m, or 2026-11-22T06:44:00Z", (text) =>
      sinceTime(text, Date.now()),
    )
    .option(
      "--last <number>",
      `only the newest so many (default: ${SHOWN} for people)`,
      wholeNumber(1, 1_000_000_000),
    )
    .option("--follow", "go on printing events as they come, until Ctrl+C")
    .option("--data <dir>", "the folder of a host or client (default: the ones of this machine)")
    .addOption(
      new Option("--role <role>", "which one, on a machine that is both").choices(["host", "client"]),
    )
    .option("--json", "print one JSON object a line")
    .addOption(
      new Option("--xml", "print Windows Event XML, as Event Viewer exports it").conflicts([
        "json",
        "follow",
      ]),
    )
    .addHelpText("after", HELP)
    .action(async (options: EventsOptions) => {
      checkFilter(options);
      const [place] = findPlaces(options);
      if (place === undefined) return;
      const { read, close } = await openReader(place, options);
      try {
        if (options.xml) {
          for (const piece of xmlPieces(await read(0))) process.stdout.write(piece);
          return;
        }
        let last = show(await read(0), options, true);
        while (options.follow) {
          await Bun.sleep(FOLLOW_EVERY);
          last = Math.max(last, show(await read(last), options, false));
        }
      } finally {
        await close();
      }
    });
}

function checkFilter({ id, cmid }: EventsOptions): void {
  if (id !== undefined && !isEventId(id)) {
    throw problem("BAD_INPUT", `Muster has no event ${id}; it has ${Object.keys(EVENTS).join(", ")}.`);
  }
  if (cmid !== undefined && !isUuid(cmid))
    throw problem("BAD_INPUT", `--cmid must be a UUID, not '${cmid}'.`);
}

async function openReader(
  { role, folder }: Place,
  options: EventsOptions,
): Promise<{ read: Reader; close: () => Promise<void> }> {
  const { since } = options;
  const cmid = options.cmid?.toLowerCase();
  const isForPeople = !options.json && !options.xml;
  const last = options.last ?? (isForPeople && since === undefined ? SHOWN : undefined);
  // What comes while following is shown whole.
  const limitAfter = (afterRow: number) => (afterRow === 0 ? last : undefined);
  if (role === "host") {
    const store = await openHostStore(folder);
    const filter = {
      ...(options.id === undefined ? {} : { id: options.id }),
      ...(cmid === undefined ? {} : { cmid }),
      ...(since === undefined ? {} : { since }),
    };
    const read: Reader = (afterRow) => {
      const limit = limitAfter(afterRow);
      return store.events({ ...filter, afterRow, ...(limit === undefined ? {} : { limit }) });
    };
    return { read, close: () => store.close() };
  }
  const matches = (event: LoggedEvent) =>
    (options.id === undefined || event.id === options.id) &&
    (since === undefined || event.time >= since) &&
    (cmid === undefined || event.info.includes(cmid));
  const read: Reader = async (afterRow) => {
    const rows = readEvents(folder).map((event, at) => ({ ...event, row: at + 1 }));
    const found = rows.filter((event) => event.row > afterRow && matches(event));
    return found.slice(-(limitAfter(afterRow) ?? found.length));
  };
  return { read, close: async () => {} };
}

function* xmlPieces(rows: Row[]): Generator<string> {
  yield XML_HEAD;
  for (const row of rows) yield eventXml(row);
  yield XML_TAIL;
}

/** Prints rows and gives the number of the last one. */
function show(rows: Row[], { json }: EventsOptions, isFirst: boolean): number {
  if (json) for (const row of rows) process.stdout.write(`${JSON.stringify(eventJson(row))}\n`);
  else if (isFirst)
    process.stdout.write(
      rows.length === 0 ? "No events.\n" : `${table(["Time", "Id", "Machine", "Info"], rows.map(cells))}\n`,
    );
  else for (const row of rows) process.stdout.write(`${cells(row).join("  ")}\n`);
  return rows.at(-1)?.row ?? 0;
}

function cells({ time, id, machine, info }: Row): string[] {
  return [new Date(time).toISOString().slice(0, 19).replace("T", " "), String(id), machine, info];
}
