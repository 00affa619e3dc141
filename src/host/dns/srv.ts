import { problem } from "../../protocol/problems.ts";
import { type DnsRecord, TYPE, uint16 } from "./message.ts";
import { checkName, decodeName, encodeName, sameName } from "./name.ts";

/** The service and transport labels under which clients look for a host (RFC 2782). Never Microsoft's `_vlmcs`. */
const SERVICE = "_muster._tcp";

/** How long resolvers may keep a host's record, in seconds. */
export const SRV_TTL = 3600;

/** Where one host listens, as DNS says it (RFC 2782). */
export interface SrvRecord {
  /** Clients try the lowest first. */
  readonly priority: number;
  /** Share of the clients among hosts of the same priority. */
  readonly weight: number;
  readonly port: number;
  /** The host's full name; never an address. */
  readonly target: string;
}

/** The name of the SRV records of a domain. Throws BAD_INPUT when it is no domain. */
export function serviceName(domain: string): string {
  return checkName(`${SERVICE}.${checkName(domain, "The DNS domain")}`, "The DNS domain");
}

/** The record, checked and in the one form it is compared in. Throws BAD_INPUT naming what does not fit. */
export function checkSrv(record: SrvRecord): SrvRecord {
  for (const name of ["priority", "weight", "port"] as const) {
    const value = record[name];
    if (!Number.isInteger(value) || value < (name === "port" ? 1 : 0) || value > 0xffff) {
      throw problem(
        "BAD_INPUT",
        `The ${name} of an SRV record must be a whole number up to 65535, not ${value}.`,
      );
    }
  }
  const { priority, weight, port } = record;
  return { priority, weight, port, target: checkName(record.target, "The host's name in DNS") };
}

/** True when both say the same. */
export function sameSrv(one: SrvRecord, other: SrvRecord): boolean {
  return (
    one.priority === other.priority &&
    one.weight === other.weight &&
    one.port === other.port &&
    sameName(one.target, other.target)
  );
}

/** The data of an SRV record on the wire; its target is never compressed (RFC 2782). */
export function encodeSrv({ priority, weight, port, target }: SrvRecord): Uint8Array {
  return Buffer.concat([uint16(priority), uint16(weight), uint16(port), encodeName(target)]);
}

/** The SRV record in a resource record, or undefined when its data is not one. */
export function decodeSrv({ type, data }: Pick<DnsRecord, "type" | "data">): SrvRecord | undefined {
  if (type !== TYPE.SRV || data.length < 7) return undefined;
  const [priority = 0, weight = 0, port = 0] = [0, 2, 4].map((at) => Buffer.from(data).readUInt16BE(at));
  try {
    const record = { priority, weight, port, target: decodeName(data, 6).name };
    return Buffer.compare(encodeSrv(record), data) === 0 ? record : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
