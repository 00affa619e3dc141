import { CLASS, type DnsMessage, type DnsRecord, RCODE, TYPE } from "../host/dns/message.ts";
import { isWithin, sameName } from "../host/dns/name.ts";
import { decodeSrv, type SrvRecord, sameSrv } from "../host/dns/srv.ts";
import { soaOf, type ZoneData, type ZoneRecord } from "./zone-records.ts";

/** The zone after an update, unchanged when it was refused, and the response code. */
export interface UpdateResult {
  readonly rcode: number;
  readonly zone: ZoneData;
}

type Change =
  | { readonly kind: "add"; readonly name: string; readonly ttl: number; readonly srv: SrvRecord }
  | { readonly kind: "remove"; readonly name: string; readonly srv: SrvRecord }
  | { readonly kind: "remove-all"; readonly name: string };

/**
 * Applies an UPDATE message, all of it or nothing (RFC 2136, section 3). SRV records only, the one type a host
 * publishes, so that an update can never touch the zone's own records; prerequisites are not implemented.
 */
export function updateZone(zone: ZoneData, message: DnsMessage, allowed: boolean): UpdateResult {
  const [asked] = message.questions;
  const refuse = (rcode: number): UpdateResult => ({ rcode, zone });
  if (asked === undefined || message.questions.length > 1 || asked.type !== TYPE.SOA)
    return refuse(RCODE.FORMERR);
  if (!sameName(asked.name, zone.domain) || asked.class !== CLASS.IN) return refuse(RCODE.NOTAUTH);
  if (!allowed) return refuse(RCODE.REFUSED);
  if (message.answers.length > 0) return refuse(RCODE.NOTIMP);
  const changes: Change[] = [];
  for (const record of message.authorities) {
    const change = readChange(record, zone.domain);
    if (typeof change === "number") return refuse(change);
    changes.push(change);
  }
  return { rcode: RCODE.NOERROR, zone: changes.reduce(applyChange, zone) };
}

/** What one record of the update section asks for, or the response code to refuse it with (section 3.4.1). */
function readChange(record: DnsRecord, domain: string): Change | number {
  const { type, class: kind, ttl, data } = record;
  const name = record.name.toLowerCase();
  if (!isWithin(name, domain)) return RCODE.NOTZONE;
  if (type !== TYPE.SRV) return RCODE.REFUSED;
  if (kind === CLASS.ANY)
    return ttl === 0 && data.length === 0 ? { kind: "remove-all", name } : RCODE.FORMERR;
  const srv = decodeSrv(record);
  if (srv === undefined) return RCODE.FORMERR;
  if (kind === CLASS.IN) return { kind: "add", name, ttl, srv };
  return kind === CLASS.NONE && ttl === 0 ? { kind: "remove", name, srv } : RCODE.FORMERR;
}

function applyChange(zone: ZoneData, change: Change): ZoneData {
  const kept = zone.records.filter((record) => !replaces(change, record));
  const added = change.kind === "add" ? [srvRecord(change)] : [];
  if (kept.length === zone.records.length && added.length === 0) return zone;
  return { ...zone, records: [...kept.map(nextSerial), ...added] };

  function nextSerial(record: ZoneRecord): ZoneRecord {
    if (record.type !== "SOA") return record;
    return { ...record, data: { ...record.data, serial: ((soaOf(zone).data.serial ?? 0) + 1) % 2 ** 32 } };
  }
}

/** True for the records that a change takes away; adding a record takes away the same one of before. */
function replaces(change: Change, record: ZoneRecord): boolean {
  if (record.type !== "SRV" || record.name !== change.name) return false;
  return change.kind === "remove-all" || sameSrv(record.data, change.srv);
}

function srvRecord({ name, ttl, srv }: Extract<Change, { kind: "add" }>): ZoneRecord {
  return { name, ttl, type: "SRV", data: { ...srv, target: srv.target.toLowerCase() } };
}
