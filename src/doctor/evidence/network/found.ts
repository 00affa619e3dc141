import type { Collector, Reading } from "../collector.ts";
import { withoutFullKeys } from "../full-keys.ts";
import type { EvidenceKind, Origin } from "../model.ts";
import type { Place } from "../place.ts";
import type { TextLine } from "../text.ts";

/** What one reader finds in one text: origins by kind and machine, and the lines that were understood. */
export class Found {
  readonly lines = new Set<number>();
  readonly collector: Collector;
  private readonly file: string;

  constructor(collector: Collector, file: string) {
    this.collector = collector;
    this.file = file;
  }

  /** Origin for one more item of a kind; another reader's of the same file, kind and machine is shared. */
  origin(kind: EvidenceKind, names: readonly string[], language = ""): Origin {
    const reading = this.reading(kind, names, language);
    reading.records += 1;
    return reading.origin;
  }

  /** Where a line stands, and that it was understood. */
  at(line: TextLine, quote = line.text): Place {
    this.lines.add(line.number);
    return { file: this.file, line: line.number, record: 0, quote: withoutFullKeys(quote.trim()) };
  }

  private reading(kind: EvidenceKind, names: readonly string[], language: string): Reading {
    const { readings } = this.collector;
    for (let at = readings.length - 1; at >= 0; at -= 1) {
      const reading = readings[at] as Reading;
      const { origin } = reading;
      if (origin.file !== this.file) break;
      if (origin.kind !== kind || !sameNames(origin.names, names)) continue;
      if (language === "" || origin.language === "" || origin.language === language) return reading;
    }
    return this.collector.begin(this.file, kind, { names, language });
  }
}

function sameNames(some: readonly string[], others: readonly string[]): boolean {
  return some.join().toLowerCase() === others.join().toLowerCase();
}
