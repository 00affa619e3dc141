import { randomInt } from "node:crypto";
import { getServers } from "node:dns";
import packet from "dns-packet";
import { problem } from "../../protocol/problems.ts";
import { exchange, type Patience } from "./exchange.ts";
import { isWithin, sameName } from "./name.ts";
import {
  formatServerAddress,
  parseServerAddress,
  resolveServer,
  type ServerAddress,
} from "./server-address.ts";
import { serviceName } from "./srv.ts";

/** Where the update of a domain goes: the server, and the zone that holds the domain. */
export interface UpdateTarget {
  readonly server: ServerAddress;
  readonly zone: string;
}

/** What a zone's SOA record says: the zone's name, and its primary server's. */
export interface ZoneAuthority {
  readonly zone: string;
  readonly primary: string;
}

/**
 * Finds where to send a domain's update, as nsupdate does. A named server is asked which of its zones holds the
 * domain; without one, this machine's DNS servers are asked for the zone's primary. Throws DNS_TIMED_OUT,
 * NO_DNS_SERVER, DNS_NOT_AUTHORITATIVE, HOST_NAME_NOT_RESOLVED, BAD_INPUT.
 */
export async function findUpdateTarget(
  domain: string,
  named: string | undefined,
  patience: Patience,
): Promise<UpdateTarget> {
  if (named !== undefined) {
    const server = await resolveServer(parseServerAddress(named));
    const found = await findZone(server, domain, patience);
    if (found === SILENT) throw silence([server], domain);
    // A server that does not say is sent the update all the same: its refusal tells what is wrong.
    return { server, zone: found?.zone ?? domain };
  }
  const servers = getServers().map(parseServerAddress);
  if (servers.length === 0) {
    throw problem(
      "NO_DNS_SERVER",
      `This machine has no DNS server to ask for the zone of ${domain}; name the server to publish at.`,
    );
  }
  const { zone, primary } = await askEach(servers, domain, patience);
  return { server: await resolveServer(parseServerAddress(primary)), zone };
}

/** The server was asked and stayed silent. */
export const SILENT = Symbol("silent");

/**
 * The zone of a domain's service name as one server sees it: the SOA record of the name or, while there is none, of
 * the name one label up. Undefined when the server knows of none.
 */
export async function findZone(
  server: ServerAddress,
  domain: string,
  patience: Patience,
): Promise<ZoneAuthority | typeof SILENT | undefined> {
  const labels = serviceName(domain).split(".");
  while (labels.length > 0) {
    const name = labels.join(".");
    const query = soaQuery(randomInt(0x10000), name);
    const answer = await exchange(server, query, (bytes) => readSoaAnswer(bytes, name), patience);
    if (answer === undefined) return SILENT;
    if (answer !== NO_SOA) return answer;
    labels.shift();
  }
  return undefined;
}

const NO_SOA = Symbol("no SOA");

/** The question for the SOA record of a name. */
export function soaQuery(id: number, name: string): Uint8Array {
  const questions = [{ type: "SOA" as const, name }];
  return packet.encode({ type: "query", id, flags: packet.RECURSION_DESIRED, questions });
}

/**
 * The authority in an answer: a server that has the zone puts its SOA record beside its "no", so that one question
 * mostly suffices. Undefined when the bytes do not answer this question.
 */
export function readSoaAnswer(bytes: Uint8Array, name: string): ZoneAuthority | typeof NO_SOA | undefined {
  const answer = decodePacket(bytes);
  const question = answer?.questions?.[0];
  if (answer === undefined || question?.type !== "SOA" || !sameName(question.name, name)) return undefined;
  for (const record of [...(answer.answers ?? []), ...(answer.authorities ?? [])]) {
    if (record.type === "SOA" && record.name !== "." && isWithin(name, record.name)) {
      return { zone: record.name.toLowerCase(), primary: record.data.mname.toLowerCase() };
    }
  }
  return NO_SOA;
}

function decodePacket(bytes: Uint8Array): packet.DecodedPacket | undefined {
  try {
    return packet.decode(Buffer.from(bytes));
  } catch {
    return undefined;
  }
}

async function askEach(
  servers: readonly ServerAddress[],
  domain: string,
  patience: Patience,
): Promise<ZoneAuthority> {
  let silent = 0;
  for (const server of servers) {
    const found = await findZone(server, domain, patience);
    if (found === SILENT) silent++;
    else if (found !== undefined) return found;
  }
  if (silent === servers.length) throw silence(servers, domain);
  throw problem(
    "DNS_NOT_AUTHORITATIVE",
    `This machine's DNS servers know no zone that holds ${domain}; correct the domain or name the server to publish at.`,
  );
}

function silence(servers: readonly ServerAddress[], domain: string) {
  const names = servers.map(formatServerAddress).join(", ");
  return problem(
    "DNS_TIMED_OUT",
    `The DNS server ${names} does not answer, so ${domain} could not be updated; check that it runs and that UDP and TCP reach it.`,
  );
}
