import type { Collector } from "../collector.ts";
import type { StreamFormat } from "../format.ts";
import type { EvidenceSource } from "../source.ts";
import { decoded, headText } from "./decode.ts";
import { Intake } from "./intake.ts";
import { jsonEvents, looksLikeJsonEvents } from "./json-event.ts";
import { JsonObjects } from "./json-objects.ts";

/** Events as JSON, one a line or in an array, however many. */
export const jsonFormat: StreamFormat = {
  recognises: (head) => looksLikeJsonEvents(headText(head)),

  async read(source: EvidenceSource, collector: Collector) {
    const intake = new Intake(collector, source.name, "event-json", false);
    const objects = new JsonObjects();
    const take = (value: unknown, line: number) => {
      for (const event of jsonEvents(value, line)) intake.take(event);
    };
    try {
      for await (const piece of decoded(source.bytes())) objects.read(piece, take);
    } catch (error) {
      intake.note(`could not be read to its end: ${error instanceof Error ? error.message : "unknown"}`);
    }
    if (objects.waiting) intake.note("the last object is cut off");
    if (objects.broken > 0) intake.note(`${objects.broken} objects are not JSON`);
    intake.finish();
  },
};
