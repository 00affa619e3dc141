/** One file of the evidence, on disk or in an archive. Its bytes can be read from the beginning as often as needed. */
export interface EvidenceSource {
  /** Path below what was given, `/` between its parts, members of archives behind their archive's name. */
  readonly name: string;
  /** Bytes, as far as it is known beforehand; `-1` otherwise. */
  readonly size: number;
  /** The bytes in pieces, each valid until the next is asked for. Throws for what cannot be read any more. */
  bytes(): AsyncIterable<Uint8Array>;
}

/** A file that is in memory. */
export function memorySource(name: string, bytes: Uint8Array): EvidenceSource {
  return {
    name,
    size: bytes.length,
    async *bytes() {
      yield bytes;
    },
  };
}
