import encodeQR from "qr";

/** The most bytes that a QR code of version 40 holds at its lowest error correction (ISO/IEC 18004, table 7). */
const MOST = 2953;

/** A QR code as the address of a picture; undefined when the text is too long for one. */
export function drawQr(text: string): string | undefined {
  if (text.length > MOST) return undefined;
  const svg = encodeQR(text, "svg", { ecc: "low", border: 4 });
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
