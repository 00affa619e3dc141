import { type BundleItem, type BundleOptions, type FileItem, openBundle } from "./bundle/bundle.ts";
import { takeFrom } from "./bundle/bytes.ts";
import { reasonOf } from "./bundle/item.ts";
import { Collector, type Reading } from "./collector.ts";
import { decode, encodingOf } from "./encoding.ts";
import { dropRepeated } from "./events/repeated.ts";
import type { StreamFormat } from "./format.ts";
import { STREAM_FORMATS, TEXT_FORMATS } from "./formats.ts";
import { freeMemory } from "./free-memory.ts";
import { merge } from "./merge.ts";
import type { Evidence } from "./model.ts";
import type { EvidenceSource } from "./source.ts";
import { type EvidenceText, readText } from "./text.ts";

/** How far reading has come. */
export interface Progress {
  readonly files: number;
  readonly bytes: number;
  /** Bytes that there are, as far as it is known by now. */
  readonly total: number;
  /** The file that is being read. */
  readonly name: string;
}

export interface GatherOptions extends BundleOptions {
  onProgress?(done: Progress): void;
  /** Adds what is no file: the look at a network as it is now. */
  look?(collector: Collector): Promise<void>;
}

const HEAD = 65_536;
const STEP = 1 << 20;
/** After so many bytes read, what was only passed by is thrown away: left to itself, a runtime lets it pile up for longer. */
const COLLECT = 8 << 20;
/** As much of one text is read: it is held in memory and looked at by every format. */
const TEXT_BYTES = 64 << 20;
const TEXT_LINES = 400_000;
/** A text of so many bytes is large. */
const LARGE = 1 << 20;
/** Bytes and lines of all small texts together, and of all large ones: some large ones do not use up what small ones need. */
const ALL_BYTES = 256 << 20;
const ALL_LINES = 1_500_000;

/**
 * Reads all that some paths stand for (files, folders, ZIP and gzip archives, `-` for standard input) into one evidence,
 * whatever they are called: what a file is, its bytes tell. Throws BAD_INPUT for a path that is not there; what is wrong
 * inside a file becomes a note.
 */
export async function gather(paths: readonly string[], options: GatherOptions = {}): Promise<Evidence> {
  const { size, items } = await openBundle(paths, options);
  const gathering = new Gathering(size, options);
  for await (const item of items) await gathering.take(item);
  return gathering.finish(options);
}

/** The same for files that are in memory. */
export async function gatherSources(
  sources: readonly EvidenceSource[],
  options: GatherOptions = {},
): Promise<Evidence> {
  const gathering = new Gathering(
    sources.reduce((sum, { size }) => sum + size, 0),
    options,
  );
  for (const source of sources) await gathering.take({ what: "file", source, notes: [] });
  return gathering.finish(options);
}

class Gathering {
  readonly collector = new Collector();
  private readonly onProgress: (done: Progress) => void;
  private files = 0;
  private bytes = 0;
  private collected = 0;
  private total: number;
  private readonly small = { bytes: ALL_BYTES, lines: ALL_LINES };
  private readonly large = { bytes: ALL_BYTES, lines: ALL_LINES };

  constructor(total: number, { onProgress }: GatherOptions) {
    this.total = total;
    this.onProgress = (done) => onProgress?.(done);
  }

  async finish({ look }: GatherOptions): Promise<Evidence> {
    await look?.(this.collector);
    dropRepeated(this.collector);
    freeMemory(this.collector);
    const evidence = merge(this.collector);
    freeMemory(evidence);
    return evidence;
  }

  async take(item: BundleItem): Promise<void> {
    if (item.what === "unread") {
      this.note(this.collector.begin(item.name, "unknown"), item.note);
    } else if (item.what === "archive") {
      const reading = this.collector.begin(item.name, "zip");
      reading.records = item.members;
      for (const note of item.notes) this.note(reading, note);
      this.total += item.unpacked - item.size;
    } else await this.read(item);
  }

  private async read(item: FileItem): Promise<void> {
    const before = this.collector.readings.length;
    const { source, skipRest } = this.watched(item.source);
    this.tell(source.name);
    try {
      await this.recognise(source, item);
    } catch (error) {
      const reading = this.collector.readings[before] ?? this.collector.begin(source.name, "unknown");
      this.note(reading, reasonOf(error));
    }
    const reading = this.collector.readings[before] ?? this.collector.begin(source.name, "unknown");
    for (const note of item.notes) this.note(reading, note);
    skipRest();
    this.files += 1;
    this.tell(source.name);
  }

  private async recognise(source: EvidenceSource, item: FileItem): Promise<void> {
    const head = await takeFrom(source.bytes(), HEAD);
    const why = whyNoText(head);
    const format = STREAM_FORMATS.find((one) => one.recognises(head, source.name));
    if (format !== undefined && ((await this.stream(format, source)) || why !== undefined)) return;
    if (why !== undefined) {
      // Of what an archive lost there is more to say than that nothing is there.
      if (head.length > 0 || item.notes.length === 0) this.unknown(source.name, why);
      return;
    }
    await this.takeText(source, item);
  }

  private async takeText(source: EvidenceSource, item: FileItem): Promise<void> {
    const bytes = await takeFrom(source.bytes(), TEXT_BYTES + 1);
    const left = bytes.length > LARGE ? this.large : this.small;
    const most = Math.min(TEXT_BYTES, left.bytes);
    const whole = upToLine(bytes.subarray(0, most), Math.min(TEXT_LINES, left.lines));
    if (whole.length === 0) {
      this.unknown(source.name, "All texts together are longer than is read; give fewer at a time.");
      return;
    }
    if (whole.length < bytes.length) {
      item.notes.push(`Only its first ${whole.length} bytes are read, being as long as a text may be.`);
    }
    const text = readText(source.name, whole);
    left.bytes -= whole.length;
    left.lines -= text.lines.length;
    this.readText(text);
  }

  /** Whether anything was found; a text in which nothing was is then looked at by all others. */
  private async stream(format: StreamFormat, source: EvidenceSource): Promise<boolean> {
    const { readings } = this.collector;
    const before = readings.length;
    await format.read(source, this.collector);
    const found = readings.slice(before);
    if (found.some(({ records, skipped }) => records + skipped > 0)) return true;
    if (whyNoText(await takeFrom(source.bytes(), HEAD)) === undefined) readings.length = before;
    return false;
  }

  private readText(text: EvidenceText): void {
    const { collector } = this;
    const before = collector.readings.length;
    const understood = new Set<number>();
    for (const format of TEXT_FORMATS) for (const line of format.read(text, collector)) understood.add(line);
    const said = text.lines.filter(({ text }) => !isFrame(text));
    const left = said.filter(({ number }) => !understood.has(number));
    const [first] = left;
    const reading = collector.readings[before];
    if (reading === undefined) this.nothingIn(text, said.length);
    if (reading === undefined || first === undefined) return;
    const lines = left.length === 1 ? "1 line is" : `${left.length} of ${said.length} lines are`;
    this.note(
      reading,
      `${lines} of no known kind, the first is line ${first.number}: ${shortened(first.text)}`,
    );
  }

  /** A text that no format knows: somebody's words, or something else. */
  private nothingIn({ file }: EvidenceText, said: number): void {
    this.unknown(
      file,
      said === 0
        ? "It is empty."
        : `Nothing of a known kind is in its ${said} ${said === 1 ? "line" : "lines"}.`,
    );
  }

  private unknown(name: string, why: string): void {
    this.note(this.collector.begin(name, "unknown"), why);
  }

  private note(reading: Reading, sentence: string): void {
    if (!reading.notes.includes(sentence)) this.collector.note(reading, sentence);
  }

  /** The same source, telling how far it is read: what is read twice counts once, and what is passed over, too. */
  private watched(source: EvidenceSource): { source: EvidenceSource; skipRest(): void } {
    let furthest = 0;
    let told = 0;
    const seen = (at: number) => {
      if (at <= furthest) return;
      this.bytes += at - furthest;
      furthest = at;
      if (furthest - told < STEP) return;
      told = furthest;
      this.tell(source.name);
    };
    const watched = {
      name: source.name,
      size: source.size,
      async *bytes() {
        let at = 0;
        for await (const piece of source.bytes()) {
          at += piece.length;
          seen(at);
          yield piece;
        }
      },
    };
    return { source: watched, skipRest: () => seen(source.size) };
  }

  private tell(name: string): void {
    const { files, bytes, total } = this;
    if (bytes - this.collected >= COLLECT) {
      this.collected = bytes;
      Bun.gc(true);
    }
    this.onProgress({ files, bytes, total: Math.max(total, bytes), name });
  }
}

/** What files of other kinds begin with, and what to do about them. */
const OTHERS: readonly [start: string, why: string][] = [
  ["\x89PNG", "It is a picture: copy the text instead."],
  ["\xff\xd8\xff", "It is a picture: copy the text instead."],
  ["GIF8", "It is a picture: copy the text instead."],
  ["%PDF", "It is a PDF: copy the text instead."],
  ["MZ", "It is a program."],
  ["7z\xbc\xaf", "It is a 7-Zip archive: unpack it and give the folder."],
  ["Rar!", "It is a RAR archive: unpack it and give the folder."],
  ["MSCF", "It is a cabinet archive: unpack it and give the folder."],
  ["\x28\xb5\x2f\xfd", "It is compressed with Zstandard: unpack it and give the file."],
  ["BZh", "It is compressed with bzip2: unpack it and give the file."],
  ["\xfd7zXZ", "It is compressed with xz: unpack it and give the file."],
];

/** Why these first bytes are no text; undefined when they are one. */
function whyNoText(head: Uint8Array): string | undefined {
  if (head.length === 0) return "It is empty.";
  const start = Buffer.from(head.subarray(0, 8)).toString("latin1");
  const other = OTHERS.find(([signature]) => start.startsWith(signature));
  if (other !== undefined && (other[0] !== "MZ" || head.includes(0))) return other[1];
  const text = decode(head, encodingOf(head)).slice(0, HEAD);
  const odd = text.match(/(?!\s)[\p{Cc}\ufffd]/gu)?.length ?? 0;
  return odd > text.length / 20 ? "It is binary, of a kind that Muster does not know." : undefined;
}

/** The bytes up to the line end number `most`. */
function upToLine(bytes: Uint8Array, most: number): Uint8Array {
  if (most <= 0) return bytes.subarray(0, 0);
  let lines = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== 0x0a && (byte !== 0x0d || bytes[at + 1] === 0x0a)) continue;
    lines += 1;
    if (lines === most) return bytes.subarray(0, at + 1);
  }
  return bytes;
}

const BANNER = /^(?:Microsoft \(R\) Windows Script Host|Copyright \(C\) Microsoft|Microsoft Windows \[)/;

/** Whether a line says nothing: blank, a rule, a fence, a prompt without a command, or what a program begins with. */
function isFrame(text: string): boolean {
  return (
    /^[\s\p{P}\p{S}]*$/u.test(text) ||
    BANNER.test(text.trim()) ||
    /^(?:PS )?[A-Z]:\\[^>]{0,200}>$/.test(text.trim())
  );
}

function shortened(text: string): string {
  const line = text.trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
