/** Where a log comes from: bytes in memory, a Blob, or bytes as they arrive, each piece valid until the next is asked for. */
export type EvtxSource = Uint8Array | Blob | AsyncIterable<Uint8Array>;

const slice = 1 << 20;

/** Fills a buffer from a source, whatever pieces that comes in. */
export class Feed {
  private readonly pieces: AsyncIterator<Uint8Array>;
  private piece: Uint8Array = new Uint8Array();
  private at = 0;
  private done = false;

  constructor(source: EvtxSource) {
    this.pieces = piecesOf(source)[Symbol.asyncIterator]();
  }

  /** Fills `target` from `from` on and returns how many bytes it put there: fewer than there is room at the end only. */
  async fill(target: Uint8Array, from: number): Promise<number> {
    let at = from;
    while (at < target.length) {
      if (this.at === this.piece.length && !(await this.advance())) break;
      const end = Math.min(this.piece.length, this.at + target.length - at);
      target.set(this.piece.subarray(this.at, end), at);
      at += end - this.at;
      this.at = end;
    }
    return at - from;
  }

  /** Tells the source that no more is wanted. */
  async close(): Promise<void> {
    if (!this.done) await this.pieces.return?.();
  }

  private async advance(): Promise<boolean> {
    if (this.done) return false;
    const next = await this.pieces.next();
    this.done = next.done === true;
    if (next.done === true) return false;
    this.piece = next.value;
    this.at = 0;
    return true;
  }
}

async function* piecesOf(source: EvtxSource): AsyncGenerator<Uint8Array> {
  if (source instanceof Uint8Array) yield source;
  else if (source instanceof Blob) {
    for (let at = 0; at < source.size; at += slice) {
      yield new Uint8Array(await source.slice(at, at + slice).arrayBuffer());
    }
  } else yield* source;
}
