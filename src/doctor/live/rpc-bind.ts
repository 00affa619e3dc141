/**
 * The bind of connection-oriented DCE/RPC (The Open Group C706, chapter 12; [MS-RPCE] 2.2.2): a client names an interface,
 * and the server says whether it has it. The doctor stops there: no activation request is ever made.
 */

/** Interface of the Key Management Service, version 1.0, to which every KMS client binds. */
const KMS_INTERFACE = "51c82175-844e-4750-b0d8-ec255555bc06";
/** NDR, the transfer syntax of DCE, version 2.0. */
const NDR = "8a885d04-1ceb-11c9-9fe8-08002b104860";

const BIND = 11;
const BIND_ACK = 12;
const BIND_NAK = 13;
const HEADER = 16;
const CALL_ID = 1;
const FRAGMENT = 5840;

/** What a server said to a bind. */
export type BindAnswer = "kms" | "rpc-without-kms" | "rpc-refused" | "not-rpc";

/** A bind to the interface of KMS, as it goes over the wire: 72 bytes. */
export function bindRequest(): Uint8Array {
  const bytes = new Uint8Array(72);
  const view = new DataView(bytes.buffer);
  // Version 5.0, first and only fragment, little-endian integers, ASCII, IEEE floats.
  bytes.set([5, 0, BIND, 3, 0x10, 0, 0, 0]);
  view.setUint16(8, bytes.length, true);
  view.setUint32(12, CALL_ID, true);
  view.setUint16(16, FRAGMENT, true);
  view.setUint16(18, FRAGMENT, true);
  // One context: number 0, one transfer syntax.
  bytes[24] = 1;
  bytes[30] = 1;
  bytes.set(uuidBytes(KMS_INTERFACE), 32);
  view.setUint32(48, 1, true);
  bytes.set(uuidBytes(NDR), 52);
  view.setUint32(68, 2, true);
  return bytes;
}

/** How many bytes an answer will have, once its header is there; undefined before, NaN when it is no RPC. */
export function answerLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < HEADER) return undefined;
  if (bytes[0] !== 5 || (bytes[2] !== BIND_ACK && bytes[2] !== BIND_NAK)) return Number.NaN;
  const length = uint16(bytes, 8);
  return length < HEADER ? Number.NaN : length;
}

/** Reads the answer to a bind. Never throws. */
export function bindAnswer(bytes: Uint8Array): BindAnswer {
  const length = answerLength(bytes);
  if (length === undefined || Number.isNaN(length) || length > bytes.length) return "not-rpc";
  if (bytes[2] === BIND_NAK) return "rpc-refused";
  // After header, fragment sizes and group: the secondary address, padded to four bytes, then the results.
  const addressLength = uint16(bytes, 24);
  const results = (26 + addressLength + 3) & ~3;
  if (results + 8 > length || (bytes[results] ?? 0) < 1) return "not-rpc";
  return uint16(bytes, results + 4) === 0 ? "kms" : "rpc-without-kms";
}

/** The bytes of a UUID as DCE/RPC has them: its first three parts little-endian. */
function uuidBytes(uuid: string): Uint8Array {
  const bytes = Uint8Array.from(uuid.replaceAll("-", "").match(/../g) ?? [], (pair) =>
    Number.parseInt(pair, 16),
  );
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return Uint8Array.from(order, (at) => bytes[at] ?? 0);
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}
