import type { Attempt, ProductReport } from "../evidence/model.ts";
import type { Fact, Place } from "../evidence/place.ts";
import { type HostKey, hostKeyOf, type Product, productOf } from "../products.ts";
import type { Case } from "./case.ts";
import { type Client, failureCode, isHostReport, KMS_CLIENT, timeOf } from "./client.ts";
import type { Host } from "./host.ts";
import { COUNT_INSUFFICIENT } from "./population.ts";
import { isProvidersHost } from "./unreachable.ts";

/** SL_E_VL_KEY_MANAGEMENT_SERVICE_NOT_ACTIVATED. */
export const HOST_NOT_ACTIVATED = 0xc004f041;
/** "The specified host cannot be used", and "the license is not installed" of a host that lacks it. */
export const CANNOT_BE_USED: ReadonlySet<number> = new Set([0xc004f042, 0xc004f015]);

/** How one host answers one product. */
export interface Service {
  /** Undefined when a client only tells that it was refused, and not by whom. */
  readonly host: Host | undefined;
  /** Activation id, lower case. */
  readonly product: string;
  readonly info: Product | undefined;
  readonly refused: readonly Served[];
  readonly served: readonly Served[];
}

/** One machine that was refused or served, with the newest event that says so. */
export interface Served {
  readonly label: string;
  readonly client: Client;
  readonly time: number;
  readonly code: number;
  readonly at: Place;
}

/** How hosts answer products, where one of these codes is a refusal; the newest word of each machine counts. */
export function servicesOf(the: Case, codes: ReadonlySet<number> = CANNOT_BE_USED): Service[] {
  const services = new Map<
    string,
    { host: Host | undefined; product: string; refused: Served[]; served: Served[] }
  >();
  const tell = (host: Host | undefined, product: string, what: Served) => {
    const key = `${host?.label ?? ""} ${product}`;
    let service = services.get(key);
    if (service === undefined) {
      service = { host, product, refused: [], served: [] };
      services.set(key, service);
    }
    if (codes.has(what.code)) service.refused.push(what);
    else if (what.code < 0x80000000 || what.code === COUNT_INSUFFICIENT) service.served.push(what);
  };
  for (const client of the.clients) {
    const { askers, exchanges, label, product, failure, report, state } = client;
    for (const { host, code, newest, last } of askers) {
      const at = the.evidence.handled.place(newest);
      tell(the.hostNamed(host), product, { label, client, time: last, code, at });
    }
    for (const [name, tries] of Map.groupBy(exchanges, ({ host }) => host)) {
      const host = the.hostNamed(name);
      const isLogged = askers.some((asker) => the.hostNamed(asker.host)?.label === host?.label);
      const newest = tries.at(-1);
      if (newest === undefined || isLogged || host === undefined) continue;
      if (newest.code === 0 && newest.answer === undefined) continue;
      tell(host, product, {
        label,
        client,
        time: newest.time,
        code: failureCode(newest),
        at: newest.answer?.at ?? newest.at,
      });
    }
    if (askers.length > 0 || exchanges.length > 0) continue;
    const served = (report?.client?.discovered ?? report?.client?.registered)?.value.name;
    if (state === "activated" && served !== undefined && report !== undefined) {
      const at = report.status?.at ?? report.at;
      tell(the.hostNamed(served), product, {
        label,
        client,
        time: timeOf(report.trustedTime?.value),
        code: 0,
        at,
      });
    } else if (failure !== undefined && codes.has(failure.code)) {
      tell(onlyHost(the), product, { label, client, time: failure.time, code: failure.code, at: failure.at });
    }
  }
  return [...services.values()].map((each) => ({ ...each, info: productOf(each.product) }));
}

/** The host that everybody must mean when there is but one. */
function onlyHost({ hosts }: Case): Host | undefined {
  return hosts.length === 1 ? hosts[0] : undefined;
}

/** The report of a host's key for Windows, or its only one; those that are there without a key are passed over. */
export function keyReportOf({ reports }: Host): ProductReport | undefined {
  const held = reports.filter(
    ({ host, partialKey, toActivate }) =>
      host !== undefined || ((partialKey?.value ?? "") !== "" && toActivate === undefined),
  );
  const newest = held.toSorted((one, two) => timeOf(two.trustedTime?.value) - timeOf(one.trustedTime?.value));
  return (
    newest.find(
      ({ description, application }) =>
        !/office/i.test(description?.value ?? "") && !/^(0ff1ce15|59a52881)-/.test(application?.value ?? ""),
    ) ?? newest[0]
  );
}

/** The key that a host holds, by its channel. */
export function keyOf(host: Host): Fact<HostKey> | undefined {
  const channel = keyReportOf(host)?.channel;
  const key = channel && hostKeyOf(channel.value);
  return channel && key && { value: key, at: channel.at };
}

/** Whether the host is one of a cloud or a provider, whose key is nobody else's business. */
export function isOthers(host: Host | undefined): boolean {
  return host !== undefined && [host.label, ...host.addresses].some(isProvidersHost);
}

/** What a machine said when it was to activate its own host key: `/ato`, Notification Reason, 8198; Muster's 12401. */
export function ownCodes(the: Case, host: Host): Fact<number>[] {
  const { evidence } = the;
  const report = keyReportOf(host);
  const attempts = evidence.attempts
    .filter((attempt) => isOfHost(the, host, attempt))
    .flatMap(({ code }) => (code === undefined || code.value === 0 ? [] : [code]));
  const isIts = (computer: string) => the.names.same(computer, host.names);
  // Muster renews its licence by itself: what failed before is over then.
  const renewed = evidence.events.findLast(({ id, computer }) => id === 12408 && isIts(computer))?.time;
  const rules = evidence.events
    .filter(({ id, codes, fields, computer, time }) => {
      if (codes[0] === undefined || !isIts(computer)) return false;
      if (id === 12401) return renewed === undefined || time > renewed;
      return id === 8198 && fields.SkuId === report?.product?.value && report !== undefined;
    })
    .map(({ codes, at }) => ({ value: codes[0] ?? 0, at }));
  const reason = report?.reason === undefined ? [] : [report.reason];
  return [...attempts, ...rules.toReversed(), ...reason];
}

/** Whether it was the host's own key that somebody tried to activate. */
function isOfHost({ evidence }: Case, host: Host, attempt: Attempt): boolean {
  const product = attempt.product?.value;
  if (product !== undefined && host.reports.some((report) => report.product?.value === product)) return true;
  if (product !== undefined && productOf(product) !== undefined) return false;
  const machine = evidence.machineOf(attempt.origin);
  const isIts = machine === undefined ? attempt.origin.file === host.label : machine.label === host.label;
  const isClient = evidence.products.some(
    (report) =>
      !isHostReport(report) &&
      report.channel?.value === KMS_CLIENT &&
      evidence.machineOf(report.origin)?.label === host.label,
  );
  return isIts && keyReportOf(host) !== undefined && !isClient;
}

/** Whom a host that is not activated turned away. */
export function turnedAway(the: Case, host: Host | undefined): Served[] {
  return servicesOf(the, new Set([HOST_NOT_ACTIVATED]))
    .filter(
      (service) => host === undefined || service.host === undefined || service.host.label === host.label,
    )
    .flatMap(({ refused }) => refused);
}
