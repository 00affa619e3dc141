import type { DnsAnswer, Machine, NetworkSettings, Origin } from "../evidence/model.ts";
import type { Fact, Place } from "../evidence/place.ts";
import type { Case } from "./case.ts";
import { type Client, KMS_CLIENT } from "./client.ts";
import { cloudZoneOf } from "./cloud-hosts.ts";
import { RENEWAL_INTERVAL } from "./lease.ts";

/** DNS_ERROR_RCODE_NAME_ERROR, DNS_INFO_NO_RECORDS, DNS name does not exist, invalid name: nobody to ask was found. */
export const NAME_NOT_FOUND: ReadonlySet<number> = new Set([0x8007232b, 0x8007251d, 0x80092328, 0x8007007b]);
/** The name could not even be formed: there is no suffix to look in. */
export const NO_SUFFIX = 0x8007007b;
/** DNS_ERROR_RCODE_SERVER_FAILURE and DNS_ERROR_NO_DNS_SERVERS: DNS itself does not work. */
export const DNS_FAILED: ReadonlySet<number> = new Set([0x8007232a, 0x8007267c]);

/** What only a host answers: not activated, count too small, cannot be used, the clocks differ. */
const ANSWERS: ReadonlySet<number> = new Set([0xc004f041, 0xc004f038, 0xc004f042, 0xc004f06c]);

const DAY = 24 * 60 * 60_000;

/** The first labels of the record, as in `_vlmcs._tcp`. */
export function serviceOf({ system }: Case): string {
  return system === "muster" ? "_muster._tcp" : "_vlmcs._tcp";
}

/** The zone that an SRV record stands in, or was asked for in; `""` when only its first labels were asked for. */
export function zoneOf({ name }: Pick<DnsAnswer, "name">): string {
  return name.replace(/^_[a-z]+\._tcp\.?/, "");
}

/** Questions for the SRV record that were answered by records. */
export function foundIn({ srv }: Case): DnsAnswer[] {
  return srv.filter(({ result, targets }) => result === "found" && targets.length > 0);
}

/** Questions for the SRV record of which the server says that there is none; in a cloud's own zone none can be. */
export function absentIn({ srv }: Case): DnsAnswer[] {
  return srv.filter(
    (answer) =>
      (answer.result === "nxdomain" || answer.result === "nodata") &&
      cloudZoneOf(zoneOf(answer)) === undefined,
  );
}

/** Whether this client asks a host at all: its key is a client's, as far as one knows. */
export function mayAsk({ channel }: Client): boolean {
  return channel === "" || channel === KMS_CLIENT;
}

/** The code of DNS at which a client stopped without having found a host to ask; undefined when it did not. */
export function stoppedAt(
  client: Client,
  codes: ReadonlySet<number> = NAME_NOT_FOUND,
): Fact<number> | undefined {
  const { failure, failing, events, lastSuccess } = client;
  if (!mayAsk(client) || failing.some(({ code, host }) => host !== "" && !codes.has(code))) return undefined;
  if (failure !== undefined && codes.has(failure.code)) return { value: failure.code, at: failure.at };
  // `/ato` may only have kept the envelope; what the service itself logged says more.
  const newest = events.findLast(({ id }) => id === 8198 || id === 8196 || id === 8233);
  const code = newest?.codes.find((each) => codes.has(each));
  const isOver = newest !== undefined && newest.time <= (lastSuccess?.time ?? Number.NEGATIVE_INFINITY);
  return newest === undefined || code === undefined || isOver || failure === undefined
    ? undefined
    : { value: code, at: newest.at };
}

/** Whether a client failed last by what a host answered it, so that it had found one. */
export function wasAnswered({ failure }: Client): boolean {
  return failure !== undefined && ANSWERS.has(failure.code);
}

/**
 * Whether a client is not activated, or is, and has failed for longer than a renewal takes. A failure of a machine that is
 * still within its renewal interval is what a laptop on a train has every day.
 */
export function isHurt(client: Client): boolean {
  const { state, failure, lastSuccess, report, exchanges } = client;
  if (state === "notActivated") return true;
  if (failure === undefined) return false;
  if (state === "unknown") return true;
  const told = exchanges.findLast(({ answer }) => answer !== undefined)?.answer?.renewalInterval;
  const renewal = (told || report?.client?.renewalInterval?.value || RENEWAL_INTERVAL) * 60_000;
  const since = failure.time - (lastSuccess?.time ?? Number.NaN);
  return since > renewal + DAY;
}

/** Where a client is told to find its host, so that it does not ask DNS. */
export interface Pin {
  /** Lower case, a name or an address. */
  readonly host: string;
  /** 0 when it is not stated. */
  readonly port: number;
  readonly at: Place;
  /** Where it stands: `slmgr` prints it only of a licensed client, the registry also for one product or for Office. */
  readonly from: "slmgr" | "registry" | "product" | "office";
}

const PIN = "keymanagementservicename";
const PORT = "keymanagementserviceport";
const LOOKUP = "keymanagementservicelookupdomain";
const OFFICE = /officesoftwareprotectionplatform|0ff1ce15-a989-479d-af46-f275c6370663|59a52881-a989/;
const GUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** The host that this client is given by name, from slmgr or from any key of the registry that counts for its product. */
export function pinOf(the: Case, client: Client): Pin | undefined {
  const registered = client.report?.client?.registered;
  if (registered !== undefined) {
    const { name, port } = registered.value;
    return { host: name, port, at: registered.at, from: "slmgr" };
  }
  const found = settingsOf(the, client).filter(
    ({ name, value }) => name.toLowerCase() === PIN && value !== "",
  );
  // The narrower key goes before the wider one: product, application, all.
  const best = found.toSorted((one, two) => depth(two.key) - depth(one.key))[0];
  if (best === undefined) return undefined;
  const [, host = "", written] = /^(.*?)(?::(\d{1,5}))?$/.exec(String(best.value).trim().toLowerCase()) ?? [];
  const beside = the.evidence.registry.find(
    ({ key, name, origin }) =>
      key === best.key && name.toLowerCase() === PORT && origin.file === best.origin.file,
  );
  return {
    host,
    port: Number(written ?? beside?.value ?? 0) || 0,
    at: best.at,
    from: best.origin.kind.startsWith("slmgr-")
      ? "slmgr"
      : OFFICE.test(best.key)
        ? "office"
        : depth(best.key) === 2
          ? "product"
          : "registry",
  };
}

/** The domain that this client is told to look in; it has no effect beside a pin. */
export function lookupDomainOf(the: Case, client: Client): Fact<string> | undefined {
  const told = client.report?.client?.lookupDomain;
  if (told !== undefined) return { value: told.value.toLowerCase(), at: told.at };
  const set = settingsOf(the, client).find(
    ({ name, value }) => name.toLowerCase() === LOOKUP && value !== "",
  );
  return set && { value: String(set.value).trim().toLowerCase().replace(/\.$/, ""), at: set.at };
}

/** Registry values that count for the client's product: those of all, of its application, and its own. */
function settingsOf(the: Case, client: Client) {
  const isOffice = client.info?.family === "office";
  return the.evidence.registry.filter(({ origin, key }) => {
    if (!/softwareprotectionplatform/.test(key) || !isOf(the, origin, client)) return false;
    const ids = key.match(GUID) ?? [];
    if (OFFICE.test(key) !== isOffice && (isOffice ? ids.length > 0 : true)) return false;
    return ids.length < 2 || client.product === "" || ids[1] === client.product;
  });
}

function depth(key: string): number {
  return key.match(GUID)?.length ?? 0;
}

/** Whether a stretch is of this client's machine; where one of the two has no name, it is when there is no other client. */
export function isOf({ evidence, clients }: Case, origin: Origin, { machine, label }: Client): boolean {
  const owner = evidence.machineOf(origin);
  if (owner !== undefined && owner.label === (machine?.label ?? label)) return true;
  if (!isAnonymous(owner) && !isAnonymous(machine)) return false;
  return !owner?.isHost && clients.every((other) => other.label === label || other.label === owner?.label);
}

function isAnonymous(machine: Machine | undefined): boolean {
  return machine === undefined || machine.names.length === 0;
}

/** The domains in which a client looks for the record. */
export interface Suffixes {
  /** Whether the evidence tells them at all. */
  readonly isKnown: boolean;
  /** Whether it is stated that there is none. */
  readonly isBlank: boolean;
  /** Lower case, the primary one first. */
  readonly zones: readonly Fact<string>[];
  /** What `ipconfig /all` says of it, for a quote. */
  readonly at: Place | undefined;
}

/** Suffixes of a client: from its `ipconfig /all`, else the domain of its own full name. */
export function suffixesOf(the: Case, client: Client): Suffixes {
  const network = networkOf(the, client);
  if (network === undefined) {
    const full = client.machine?.names.find((name) => name.includes(".") && !/^[\d.]+$/.test(name));
    const place = client.exchanges.at(-1)?.at ?? client.report?.at;
    if (full === undefined || place === undefined)
      return { isKnown: false, isBlank: false, zones: [], at: undefined };
    return {
      isKnown: true,
      isBlank: false,
      zones: [{ value: full.slice(full.indexOf(".") + 1), at: place }],
      at: place,
    };
  }
  const { primarySuffix, searchList, connectionSuffixes } = network;
  const all = [...(primarySuffix === undefined ? [] : [primarySuffix]), ...searchList, ...connectionSuffixes];
  const zones = all.filter(
    ({ value }, at) => value !== "" && all.findIndex((other) => same(other.value, value)) === at,
  );
  return {
    isKnown: zones.length > 0 || primarySuffix !== undefined,
    isBlank: zones.length === 0 && primarySuffix?.value === "",
    zones: zones.map(({ value, at }) => ({ value: value.toLowerCase(), at })),
    at: primarySuffix?.at ?? network.at,
  };
}

/** The client's `ipconfig /all`. */
export function networkOf(the: Case, client: Client): NetworkSettings | undefined {
  return the.evidence.networks.find(
    ({ origin, hostName }) =>
      isOf(the, origin, client) ||
      (hostName !== undefined &&
        the.names.same(hostName.value.toLowerCase(), client.machine?.names ?? [client.label])),
  );
}

function same(one: string, two: string): boolean {
  return one.toLowerCase() === two.toLowerCase();
}
