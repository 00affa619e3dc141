import type { Collector } from "../collector.ts";
import { type EvtxDamage, type EvtxNote, type EvtxRecord, isEvtx, readEvtx } from "../evtx/reader.ts";
import type { StreamFormat } from "../format.ts";
import type { EvidenceSource } from "../source.ts";
import { Intake } from "./intake.ts";
import { PROVIDERS } from "./providers.ts";
import type { RawEvent } from "./raw-event.ts";

/** Windows event logs (.evtx). */
export const evtxFormat: StreamFormat = {
  recognises: (head) => isEvtx(head),

  async read(source: EvidenceSource, collector: Collector) {
    const intake = new Intake(collector, source.name, "evtx", false);
    const damage = new Damage();
    const filter = { providers: PROVIDERS, onLeftOut: () => intake.skip(1) };
    try {
      for await (const item of readEvtx(source.bytes(), filter)) {
        if (item.kind === "record") intake.take(rawEvent(item));
        else damage.add(item);
      }
    } catch (error) {
      intake.note(`could not be read to its end: ${error instanceof Error ? error.message : "unknown"}`);
    }
    for (const sentence of damage.sentences()) intake.note(sentence);
    intake.finish();
  },
};

function rawEvent(event: EvtxRecord): RawEvent {
  const { id, provider, record, milliseconds, data, named, computer, channel } = event;
  return {
    id,
    provider,
    eventSource: event.eventSource ?? "",
    channel,
    computer,
    level: event.level ?? 0,
    record: record % 2 ** 32,
    line: 0,
    time: milliseconds,
    data,
    named,
    message: event.message ?? "",
    binary: event.binary ?? "",
  };
}

/** What was wrong with the file, told in a few sentences. */
class Damage {
  private places = 0;
  private bytes = 0;
  private first: EvtxDamage | undefined;
  private readonly remarks = new Map<string, number>();

  add(item: EvtxDamage | EvtxNote): void {
    if (item.kind === "note") {
      this.remarks.set(item.reason, (this.remarks.get(item.reason) ?? 0) + 1);
      return;
    }
    this.places += 1;
    this.bytes += item.length;
    this.first ??= item;
  }

  sentences(): string[] {
    const { places, bytes, first } = this;
    const sentences = [...this.remarks].map(([reason, times]) =>
      times > 1 ? `${reason} (${times} times)` : reason,
    );
    if (first !== undefined) {
      const what = places === 1 ? "1 damaged place" : `${places} damaged places`;
      sentences.unshift(
        `${what}, ${bytes} bytes that could not be read, the first at offset ${first.offset}: ${first.reason}`,
      );
    }
    return sentences;
  }
}
