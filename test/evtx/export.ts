import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What evtxexport tells of an event. */
export interface ExportedRecord {
  readonly record: number;
  readonly time: string;
  readonly provider: string;
  readonly providerGuid: string | undefined;
  readonly eventSource: string | undefined;
  readonly id: number;
  readonly qualifiers: number | undefined;
  readonly level: number | undefined;
  readonly channel: string;
  readonly computer: string;
  readonly userId: string | undefined;
  readonly data: readonly string[];
  readonly names: readonly (string | undefined)[];
  readonly binary: string | undefined;
}

/** Whether evtxexport (Debian package libevtx-utils) is here to compare with. */
export const haveEvtxexport = Bun.which("evtxexport") !== null;

/** The events evtxexport finds in a log; `complete` is false if it gave up before the end. */
export async function evtxexport(log: Uint8Array): Promise<{ records: ExportedRecord[]; complete: boolean }> {
  const folder = await mkdtemp(join(tmpdir(), "muster-evtx-"));
  try {
    const path = join(folder, "log.evtx");
    await writeFile(path, log);
    const tool = Bun.spawn(["evtxexport", "-f", "xml", path], { stdout: "pipe", stderr: "pipe" });
    const [xml, errors] = await Promise.all([
      new Response(tool.stdout).text(),
      new Response(tool.stderr).text(),
    ]);
    await tool.exited;
    return { records: parse(xml), complete: errors === "" };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Of an event at which the tool gave up only the beginning is there, or the next one in its middle; that is none. */
function parse(xml: string): ExportedRecord[] {
  const events = xml.split(/^<Event /m).slice(1);
  const once = (event: string, text: string) => event.split(text).length === 2;
  return events
    .filter(
      (event) =>
        once(event, "\n</Event>") && once(event, "<System>") && !/<EventData[\s\S]*<EventData/.test(event),
    )
    .map(record);
}

function record(event: string): ExportedRecord {
  const split = event.indexOf("</System>");
  const system = event.slice(0, split);
  const payload = /<EventData>[\s\S]*/.exec(event.slice(split))?.[0] ?? "";
  const items = [...payload.matchAll(/<Data(?: Name="([^"]*)")?(?:\/>|>([\s\S]*?)<\/Data>)/g)];
  const content = (name: string) => capture(system, new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`));
  const attribute = (of: string, name: string) => {
    return capture(system, new RegExp(`<${of}(?: [^>]*)? ${name}="([^"]*)"`));
  };
  return {
    record: Number(content("EventRecordID")),
    time: (attribute("TimeCreated", "SystemTime") ?? "").replace(/\d\dZ$/, "Z"),
    provider: attribute("Provider", "Name") ?? "",
    providerGuid: attribute("Provider", "Guid"),
    eventSource: attribute("Provider", "EventSourceName"),
    id: Number(content("EventID")),
    qualifiers: numberOrNone(attribute("EventID", "Qualifiers")),
    level: numberOrNone(content("Level")),
    channel: content("Channel") ?? "",
    computer: content("Computer") ?? "",
    userId: attribute("Security", "UserID"),
    data: items.map((item) => unescaped(item[2] ?? "")),
    names: items.map((item) => item[1]),
    binary: capture(payload, /<Binary>([^<]*)<\/Binary>/),
  };
}

function capture(text: string, pattern: RegExp): string | undefined {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? undefined : unescaped(found);
}

function numberOrNone(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function unescaped(text: string): string {
  const characters: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => characters[name] ?? "");
}
