const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 (RFC 1952) of these bytes, natively where the runtime can. */
export const crc32: (bytes: Uint8Array) => number =
  typeof Bun === "undefined" ? portableCrc32 : (bytes) => Bun.hash.crc32(bytes);

/** The same without a runtime's help: for browsers. */
export function portableCrc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
