import type { Machine } from "../machine.ts";

/** Who a machine is and where it asks from: what stays the same from one renewal to the next. */
export type Identity = Pick<Machine, "name" | "fingerprint" | "virtual" | "address">;

/**
 * A number that stands for an identity, so that a renewal is recognised without reading its texts: 53 bits, never 0.
 * It need not withstand forgery: whoever wants to pass for another machine can simply send that one's texts.
 */
export function identityNumber({ name, fingerprint, virtual, address }: Identity): number {
  const hash = Bun.hash.wyhash(`${name}\n${fingerprint}\n${virtual}\n${address}`);
  return Number(BigInt.asUintN(53, hash)) || 1;
}
