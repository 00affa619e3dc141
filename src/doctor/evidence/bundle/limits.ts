/** How much an archive may make of its bytes. Archives are hostile input: what is beyond is listed and not read. */
export interface Limits {
  /** Archives in archives; a single file in gzip counts as one. */
  readonly depth: number;
  /** Members of one archive, and files of one folder with all that is below it. */
  readonly members: number;
  /** Bytes that all archives together may unpack to. */
  readonly unpacked: number;
  /** From how many unpacked bytes on a member may not be more than `ratio` times what it is packed in. */
  readonly ratioFrom: number;
  readonly ratio: number;
  /** Bytes of an archive that must be held in memory: one that is compressed in another, or comes from standard input. */
  readonly held: number;
}

const MEBIBYTE = 1 << 20;

/** Logs pack 10 to 50 times smaller; a bomb packs about 1000 times smaller, and the ratio of what is small tells nothing. */
export const LIMITS: Limits = {
  depth: 3,
  members: 20_000,
  unpacked: 4096 * MEBIBYTE,
  ratioFrom: 16 * MEBIBYTE,
  ratio: 200,
  held: 256 * MEBIBYTE,
};

/** What archives have unpacked to so far, all together. */
export class Budget {
  readonly limits: Limits;
  private unpacked = 0;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** Takes bytes from what is left; false when there are not so many. */
  take(bytes: number): boolean {
    this.unpacked += bytes;
    return this.unpacked <= this.limits.unpacked;
  }
}
