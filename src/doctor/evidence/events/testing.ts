import { Collector } from "../collector.ts";
import type { StreamFormat } from "../format.ts";
import { readText } from "../text.ts";
import { eventTextFormat } from "./text-format.ts";

/** What a stream format makes of some bytes, given to it in pieces of this size. */
export async function readBytes(format: StreamFormat, bytes: Uint8Array | string, piece = 1 << 16) {
  const all = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  const collector = new Collector();
  await format.read({ name: "log", size: all.length, bytes: () => piecesOf(all, piece) }, collector);
  return collector;
}

/** What the text format makes of a text, and the lines that they understood. */
export function readEventText(text: string) {
  const collector = new Collector();
  const evidence = readText("mail.txt", new TextEncoder().encode(text));
  const understood = new Set(eventTextFormat.read(evidence, collector));
  return Object.assign(collector, { understood });
}

/** UTF-16 with its mark, as Windows saves it. */
export function utf16(text: string): Uint8Array {
  return Buffer.from(`\uFEFF${text}`, "utf16le");
}

async function* piecesOf(bytes: Uint8Array, piece: number) {
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
}
