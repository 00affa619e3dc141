import packet from "dns-packet";
import { RCODE } from "../host/dns/message.ts";
import { isWithin } from "../host/dns/name.ts";
import { askZone, type ZoneAnswer, type ZoneData } from "./zone-records.ts";

/** An answer as it goes by TCP, and as it goes by UDP when it is longer than the asker takes (`limit`, in bytes). */
export interface QueryAnswer {
  readonly bytes: Uint8Array;
  readonly truncated: Uint8Array;
  readonly limit: number;
}

/** What fits unfragmented through every network (DNS flag day 2020). */
const LARGEST_DATAGRAM = 1232;
/** What an asker takes who does not say (RFC 1035, section 4.2.1). */
const SMALLEST_DATAGRAM = 512;

const NOTHING = { answers: [], authorities: [], additionals: [] };

/** Answers a query about the zone; undefined when it is not one question (RFC 9619). Transfers are refused. */
export function answerQuery(zone: ZoneData, request: Uint8Array): QueryAnswer | undefined {
  const query = decodePacket(request);
  const [question] = query?.questions ?? [];
  if (query === undefined || question === undefined || query.questions?.length !== 1) return undefined;
  const { name, type } = question;
  const ours = question.class === "IN" && isWithin(name, zone.domain) && type !== "AXFR" && type !== "IXFR";
  const answer = ours ? askZone(zone, name, type) : undefined;
  const edns = query.additionals?.find((record) => record.type === "OPT");
  const size = edns?.type === "OPT" ? edns.udpPayloadSize : SMALLEST_DATAGRAM;

  const encode = (flags: number, sections: Omit<ZoneAnswer, "found">): Uint8Array =>
    packet.encode({
      type: "response",
      id: query.id,
      flags: flags | ((query.flags ?? 0) & packet.RECURSION_DESIRED),
      questions: [question],
      answers: [...sections.answers],
      authorities: [...sections.authorities],
      additionals: [...sections.additionals, ...(edns === undefined ? [] : [OPT])],
    });

  const flags = answer === undefined ? RCODE.REFUSED : packet.AUTHORITATIVE_ANSWER | rcode(answer);
  return {
    bytes: encode(flags, answer ?? NOTHING),
    truncated: encode(flags | packet.TRUNCATED_RESPONSE, NOTHING),
    limit: Math.min(Math.max(size, SMALLEST_DATAGRAM), LARGEST_DATAGRAM),
  };
}

/** The EDNS record that must be in the answer to a query that has one (RFC 6891, section 6.1.1). */
const OPT: packet.OptAnswer = {
  type: "OPT",
  name: ".",
  udpPayloadSize: LARGEST_DATAGRAM,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
};

function rcode({ found }: ZoneAnswer): number {
  return found ? RCODE.NOERROR : RCODE.NXDOMAIN;
}

function decodePacket(bytes: Uint8Array): packet.DecodedPacket | undefined {
  try {
    return packet.decode(Buffer.from(bytes));
  } catch {
    return undefined;
  }
}
