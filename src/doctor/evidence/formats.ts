import { collectedList } from "./collected.ts";
import { evtxFormat } from "./events/evtx-format.ts";
import { jsonFormat } from "./events/json-format.ts";
import { csvFormat, tabFormat } from "./events/table-format.ts";
import { eventTextFormat } from "./events/text-format.ts";
import { xmlFormat } from "./events/xml-format.ts";
import type { StreamFormat, TextFormat } from "./format.ts";
import { networkFormats } from "./network/formats.ts";
import { cim } from "./slmgr/cim.ts";
import { slmgr } from "./slmgr/slmgr.ts";

/** Formats that are read as they stream by, each recognised by its first bytes. */
export const STREAM_FORMATS: readonly StreamFormat[] = [
  evtxFormat,
  xmlFormat,
  csvFormat,
  tabFormat,
  jsonFormat,
];

/** Formats of texts; each looks at every text, in this order. */
export const TEXT_FORMATS: readonly TextFormat[] = [
  slmgr,
  cim,
  eventTextFormat,
  collectedList,
  ...networkFormats,
];
