import { isIPv4, isIPv6 } from "node:net";
import type { SoaData } from "dns-packet";
import { checkName, isWithin, sameName } from "../host/dns/name.ts";
import type { SrvRecord } from "../host/dns/srv.ts";
import { problem } from "../protocol/problems.ts";

/** A record of the zone. Names are in lower case and have no closing dot; `ttl` is in seconds. */
export type ZoneRecord = { readonly name: string; readonly ttl: number } & (
  | { readonly type: "SOA"; readonly data: SoaData }
  | { readonly type: "NS" | "A" | "AAAA"; readonly data: string }
  | { readonly type: "SRV"; readonly data: SrvRecord }
);

/** A zone and all it holds. Never changed: an update makes another one. */
export interface ZoneData {
  readonly domain: string;
  readonly records: readonly ZoneRecord[];
}

/** What the zone says to a question. `found` false is NXDOMAIN; found without answers is NODATA. */
export interface ZoneAnswer {
  readonly found: boolean;
  readonly answers: readonly ZoneRecord[];
  readonly authorities: readonly ZoneRecord[];
  readonly additionals: readonly ZoneRecord[];
}

const TTL = 3600;
/** How long resolvers may remember that there is nothing: short, because hosts publish after machines first ask. */
const NEGATIVE_TTL = 5;

/**
 * The zone as it begins: its SOA and NS records, the name server's address and those of the hosts. Throws BAD_INPUT
 * when a host's name is not in the domain or its address is none.
 */
export function makeZone(
  domain: string,
  nameServerAddress: string,
  hosts: Readonly<Record<string, string>>,
): ZoneData {
  const name = checkName(domain, "The zone's domain");
  const nameServer = `ns.${name}`;
  const soa = { mname: nameServer, rname: `hostmaster.${name}`, serial: 1 };
  return {
    domain: name,
    records: [
      {
        name,
        ttl: TTL,
        type: "SOA",
        data: { ...soa, refresh: 3600, retry: 600, expire: 86400, minimum: NEGATIVE_TTL },
      },
      { name, ttl: TTL, type: "NS", data: nameServer },
      addressRecord(nameServer, nameServerAddress),
      ...Object.entries(hosts).map(([host, address]) => hostRecord(host, address, name)),
    ],
  };
}

/** What the zone says of a name in it (RFC 1034, section 4.3.2). A type it does not keep is like one that is not there. */
export function askZone(zone: ZoneData, name: string, type: string): ZoneAnswer {
  const here = zone.records.filter((record) => sameName(record.name, name));
  const answers = type === "ANY" ? here : here.filter((record) => record.type === type);
  if (answers.length > 0) {
    return { found: true, answers, authorities: [], additionals: addressesOf(zone, answers) };
  }
  // A name between the zone and a record exists although it has no records itself (RFC 8020).
  const found = zone.records.some((record) => isWithin(record.name, name));
  return { found, answers, authorities: [negative(zone)], additionals: [] };
}

/** The zone's own SOA record. */
export function soaOf({ records }: ZoneData): Extract<ZoneRecord, { type: "SOA" }> {
  for (const record of records) if (record.type === "SOA") return record;
  throw problem("DEFECT", "The DNS zone has no SOA record.");
}

/** The SOA record as it tells how long a "no" holds (RFC 2308, section 3). */
function negative(zone: ZoneData): ZoneRecord {
  return { ...soaOf(zone), ttl: NEGATIVE_TTL };
}

function addressesOf({ records }: ZoneData, answers: readonly ZoneRecord[]): ZoneRecord[] {
  const targets = answers.flatMap((record) => {
    if (record.type === "SRV") return [record.data.target];
    return record.type === "NS" ? [record.data] : [];
  });
  return records.filter(
    ({ type, name }) => (type === "A" || type === "AAAA") && targets.some((target) => sameName(target, name)),
  );
}

function hostRecord(host: string, address: string, domain: string): ZoneRecord {
  const name = checkName(host, "A host of the zone");
  if (!isWithin(name, domain)) {
    throw problem("BAD_INPUT", `The host ${name} is not in the zone ${domain}; name it as host.${domain}.`);
  }
  return addressRecord(name, address);
}

function addressRecord(name: string, address: string): ZoneRecord {
  if (isIPv4(address)) return { name, ttl: TTL, type: "A", data: address };
  if (isIPv6(address)) return { name, ttl: TTL, type: "AAAA", data: address };
  throw problem("BAD_INPUT", `The host ${name} of the zone needs an IP address, not "${address}".`);
}
