import type { TextLine } from "../text.ts";
import type { TextEvent } from "./blocks.ts";
import { levelOf } from "./columns.ts";
import { providerConcern } from "./providers.ts";
import { blank, type RawEvent } from "./raw-event.ts";
import { eventTime } from "./stamp.ts";

const PROVIDER = /^\s*ProviderName\s?[:：]\s?(\S.{0,80})$/i;
const ROW =
  /^\s{0,4}(\d\S{0,30} .{0,24}?\d[:.]\d\d(?:[:.]\d\d)?(?: ?[AaPp]\.?[Mm]\.?)?)\s{1,20}(\d{1,5})\s{1,12}(\S{1,20})\s{1,20}(\S.*)$/;
const TABLE_HEAD = /^\s*(?:TimeCreated|ProviderName|Index|-{4,})\b|^\s*-{4,}[\s-]*$/;

/** Events that take a line each: cells with `|` between them, and the table that `Get-WinEvent` prints. */
export function* eventLines(lines: readonly TextLine[]): Generator<TextEvent> {
  let provider = "";
  for (const { text, number } of lines) {
    const named = PROVIDER.exec(text);
    if (named !== null) {
      provider = (named[1] ?? "").trim();
      if (providerConcern(provider) !== undefined) yield { event: blank, lines: [number] };
    } else if (provider !== "" && TABLE_HEAD.test(text)) yield { event: blank, lines: [number] };
    const event = rowOf(text, provider) ?? (text.includes("|") ? cellsOf(text) : undefined);
    if (event !== undefined) yield { event: { ...event, line: number }, lines: [number] };
  }
}

/** `TimeCreated  Id LevelDisplayName Message`, under the name of their provider. */
function rowOf(text: string, provider: string): RawEvent | undefined {
  if (provider === "") return undefined;
  const match = ROW.exec(text.slice(0, 2048));
  if (match === null) return undefined;
  const [, time = "", id = "", level = "", message = ""] = match;
  return { ...blank, id: Number(id), provider, time: eventTime(time), level: levelOf(level), message };
}

/** A row of cells of which one names a provider and one is the id. */
function cellsOf(text: string): RawEvent | undefined {
  const cells = text
    .slice(0, 8192)
    .replace(/^\s*\||\|\s*$/g, "")
    .split("|")
    .map((cell) => cell.trim());
  if (cells.length < 3 || cells.length > 12) return undefined;
  const provider = cells.findIndex((cell) => providerConcern(cell) !== undefined);
  const id = cells.findIndex((cell, at) => at !== provider && /^\d{1,5}$/.test(cell));
  if (provider < 0 || id < 0) return undefined;
  const rest = cells.filter((_, at) => at !== provider && at !== id);
  const time =
    rest.find((cell) => /\d[:.]\d\d/.test(cell) && eventTime(cell) !== undefined && cell.length < 40) ?? "";
  const message = rest.reduce((longest, cell) => (cell.length > longest.length ? cell : longest), "");
  const channel = rest.find((cell) => /^(?:Application|System|Key Management Service)$/i.test(cell)) ?? "";
  const level = rest.map(levelOf).find((each) => each > 0) ?? 0;
  return {
    ...blank,
    id: Number(cells[id]),
    provider: cells[provider] ?? "",
    channel,
    level,
    time: eventTime(time),
    message: message === time || message === channel ? "" : message,
  };
}
