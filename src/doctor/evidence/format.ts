import type { Collector } from "./collector.ts";
import type { EvidenceSource } from "./source.ts";
import type { EvidenceText } from "./text.ts";

/** Reads one kind of binary or very large file as it streams by. */
export interface StreamFormat {
  /** Whether a file that begins with these bytes (64 KiB at most) is one. */
  recognises(head: Uint8Array, name: string): boolean;
  /** Puts all that it tells into the collector. Never throws for what is in the file. */
  read(source: EvidenceSource, collector: Collector): Promise<void>;
}

/**
 * Reads one kind of thing in a text: a text may hold several kinds, one after the other, so every format looks at the
 * whole of it and takes what it knows.
 */
export interface TextFormat {
  /** Puts what it finds into the collector, and gives the lines (first is 1) that it understood. Never throws. */
  read(text: EvidenceText, collector: Collector): Iterable<number>;
}
