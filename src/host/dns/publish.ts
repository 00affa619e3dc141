import { type Problem, problem } from "../../protocol/problems.ts";
import { exchange, type Patience } from "./exchange.ts";
import { findUpdateTarget } from "./find-zone.ts";
import { checkName } from "./name.ts";
import { formatServerAddress } from "./server-address.ts";
import { checkSrv, type SrvRecord } from "./srv.ts";
import { signingTime, signMessage, type TsigKey } from "./tsig.ts";
import { encodeUpdate, type SrvChange } from "./update.ts";
import { readUpdateAnswer, updateProblem } from "./update-answer.ts";

/** How updates are sent. */
export interface UpdateRoute extends Patience {
  /** The server to update, `host` or `host:port`; found by the zone's SOA record when absent. */
  readonly server?: string | undefined;
  /** Signs the updates; without one the server must allow this host by address. */
  readonly tsigKey?: TsigKey | undefined;
  /** The clock signatures are made and checked by, milliseconds since the epoch. */
  readonly now: () => number;
}

/** Where an update was done. */
export interface UpdateDone {
  /** Address and port. */
  readonly server: string;
  readonly zone: string;
}

/**
 * Adds this host's SRV record to a domain and removes `stale`, its own earlier ones, in one update; other hosts'
 * records are left alone, and a record that is there already stays. Throws one of the DNS problems, each with a
 * sentence that names server, domain and key; BAD_INPUT for what is no name, address or port.
 */
export async function publish(
  domain: string,
  record: SrvRecord,
  stale: readonly SrvRecord[],
  route: UpdateRoute,
): Promise<UpdateDone> {
  return await update({ domain, add: [record], remove: stale }, route);
}

/** Removes these records, this host's own, from a domain; those that are gone already do no harm. Throws as publish. */
export async function unpublish(
  domain: string,
  records: readonly SrvRecord[],
  route: UpdateRoute,
): Promise<UpdateDone> {
  return await update({ domain, add: [], remove: records }, route);
}

async function update(input: SrvChange, route: UpdateRoute): Promise<UpdateDone> {
  const change: SrvChange = {
    domain: checkName(input.domain, "The DNS domain"),
    add: input.add.map(checkSrv),
    remove: input.remove.map(checkSrv),
  };
  const { server, zone } = await findUpdateTarget(change.domain, route.server, route);
  const body = encodeUpdate(zone, change);
  const time = signingTime(route.now());
  const key = route.tsigKey;
  const signed = key === undefined ? undefined : { key, ...signMessage(body, key, { time }) };
  let disbelieved = false;
  const answer = await exchange(
    server,
    signed?.bytes ?? body,
    (bytes) => {
      const read = readUpdateAnswer(bytes, signed, signingTime(route.now()));
      disbelieved ||= read === undefined;
      return read;
    },
    route,
  );
  const context = { server: formatServerAddress(server), zone, domain: change.domain, key, time };
  if (answer === undefined) {
    throw signed !== undefined && disbelieved ? forged(context, signed.key) : silent(context);
  }
  const failure = updateProblem(answer, context);
  if (failure !== undefined) throw failure;
  return { server: context.server, zone };
}

function forged({ server, domain }: { server: string; domain: string }, key: TsigKey): Problem {
  return problem(
    "DNS_BAD_SIGNATURE",
    `The answer of the DNS server ${server} is not signed with the key ${key.name}, so it is not known whether ${domain} was updated; check that nothing else answers at this address.`,
  );
}

function silent({ server, domain }: { server: string; domain: string }): Problem {
  return problem(
    "DNS_TIMED_OUT",
    `The DNS server ${server} did not answer the update of ${domain}; check that it runs and that UDP and TCP reach it.`,
  );
}
