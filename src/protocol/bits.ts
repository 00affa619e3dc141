/** A number, a text that is one (`0x…`), or bytes, as so many binary digits. */
export function bitsOf(value: number | string | Uint8Array, length: number): string {
  const digits =
    value instanceof Uint8Array
      ? Array.from(value, (byte) => byte.toString(2).padStart(8, "0")).join("")
      : BigInt(value).toString(2);
  return digits.padStart(length, "0");
}

/** A number as so many bytes, the highest first. */
export function bytesOf(value: bigint, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = length - 1, rest = value; at >= 0; at--, rest >>= 8n) bytes[at] = Number(rest & 0xffn);
  return bytes;
}

/** A positive whole number in Elias's gamma code: small ones take few bits. */
export function gammaOf(value: number): string {
  const digits = value.toString(2);
  return "0".repeat(digits.length - 1) + digits;
}

/** Takes numbers from the front of a text of binary digits; what is missing at its end reads as zeros. */
export class BitReader {
  private readonly bits: string;
  private at = 0;

  constructor(bits: string) {
    this.bits = bits;
  }

  /** How many bits are left; negative when more was taken than there was. */
  get left(): number {
    return this.bits.length - this.at;
  }

  take(length: number): bigint {
    const taken = this.bits.slice(this.at, this.at + length).padEnd(length, "0");
    this.at += length;
    return BigInt(`0b${taken}`);
  }

  /** A number in Elias's gamma code. Where none of at most 32 bits stands, 0, and everything is taken. */
  takeGamma(): number {
    const end = this.bits.indexOf("1", this.at);
    if (end < 0 || end - this.at > 31) {
      this.at = this.bits.length + 1;
      return 0;
    }
    const zeros = end - this.at;
    this.at = end;
    return Number(this.take(zeros + 1));
  }
}
