const BINARY_LIMIT = 256;

/**
 * Value of the bytes of a `.reg` file by its kind: 1, 2 and 7 are UTF-16 texts (7 several, joined by commas), 4 and b are
 * numbers; of anything else the digits, at most 256 bytes of them.
 */
export function registryBytes(kind: string, hex: string): string | number {
  const bytes = Uint8Array.from(
    hex
      .split(",")
      .map((byte) => byte.trim())
      .filter((byte) => byte !== "")
      .map((byte) => Number.parseInt(byte, 16) & 0xff),
  );
  if (kind === "1" || kind === "2" || kind === "7") {
    const texts = new TextDecoder("utf-16le").decode(bytes).split("\0");
    while (texts.at(-1) === "") texts.pop();
    return texts.join(",");
  }
  if (kind === "4" || kind === "5" || kind === "b") {
    const ordered = kind === "5" ? bytes : bytes.toReversed();
    return ordered.reduce((value, byte) => value * 256 + byte, 0);
  }
  return Array.from(bytes.subarray(0, BINARY_LIMIT), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
