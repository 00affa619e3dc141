import { randomInt } from "node:crypto";
import { CLASS, type DnsRecord, encodeMessage, makeFlags, OPCODE, TYPE } from "./message.ts";
import { encodeSrv, SRV_TTL, type SrvRecord, sameSrv, serviceName } from "./srv.ts";

/** One change to a domain's SRV records. All of it happens or nothing does (RFC 2136, section 3.4). */
export interface SrvChange {
  /** The domain clients look in; it is the zone or lies in it. */
  readonly domain: string;
  readonly remove: readonly SrvRecord[];
  readonly add: readonly SrvRecord[];
}

/**
 * The unsigned UPDATE message of a change (RFC 2136). It names exact records only, never the whole set: those of
 * other hosts stay as they are, and removing what is not there does no harm.
 */
export function encodeUpdate(zone: string, change: SrvChange, id = randomInt(0x10000)): Uint8Array {
  const name = serviceName(change.domain);
  const stays = (record: SrvRecord): boolean => change.add.some((added) => sameSrv(added, record));
  const record = (srv: SrvRecord, kind: number, ttl: number): DnsRecord => {
    return { name, type: TYPE.SRV, class: kind, ttl, data: encodeSrv(srv) };
  };
  return encodeMessage({
    id,
    flags: makeFlags(OPCODE.UPDATE),
    questions: [{ name: zone, type: TYPE.SOA, class: CLASS.IN }],
    answers: [],
    authorities: [
      ...change.remove.filter((srv) => !stays(srv)).map((srv) => record(srv, CLASS.NONE, 0)),
      ...change.add.map((srv) => record(srv, CLASS.IN, SRV_TTL)),
    ],
    additionals: [],
  });
}
