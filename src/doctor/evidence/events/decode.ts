import { decode, encodingOf } from "../encoding.ts";

const HEAD = 65_536;
/** Small enough that a piece of text is forgotten soon. */
const PIECE = 32_768;

/** The beginning of a file as text. */
export function headText(head: Uint8Array): string {
  return decode(head, encodingOf(head)).replace(/^\uFEFF/, "");
}

/** A file as pieces of text. */
export async function* decoded(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  let decoder: ((piece: Uint8Array) => string) | undefined;
  for await (const piece of bytes) {
    decoder ??= decoderFor(piece.subarray(0, HEAD));
    for (let at = 0; at < piece.length; at += PIECE) {
      const text = decoder(piece.subarray(at, at + PIECE));
      if (text !== "") yield text;
    }
  }
}

function decoderFor(head: Uint8Array): (piece: Uint8Array) => string {
  const encoding = encodingOf(head);
  if (encoding === "ibm850") return (piece) => decode(piece, encoding);
  const decoder = new TextDecoder(encoding);
  return (piece) => decoder.decode(piece, { stream: true });
}
