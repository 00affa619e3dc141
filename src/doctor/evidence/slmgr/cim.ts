import type { Collector, Reading } from "../collector.ts";
import type { TextFormat } from "../format.ts";
import { localTime } from "../local-time.ts";
import type { ClientBlock, HostBlock, HostName, ProductReport, Status } from "../model.ts";
import type { Fact, LocalTime } from "../place.ts";
import type { EvidenceText } from "../text.ts";
import { isMusterRecord, readMusterRecord } from "./muster-json.ts";
import { jsonRecords, listRecords, type PropertyRecord } from "./record.ts";
import { stated } from "./stated.ts";
import * as values from "./values.ts";
import { activationTypeNamed, isEnabled, isLow, statusNamed } from "./words.ts";

/**
 * What WMI tells of licences, as JSON or as a list: `SoftwareLicensingProduct`, `SoftwareLicensingService`,
 * `Get-OSLicenseInfo`, `Get-KmsLicenseInfo`; and `muster dlv --json` and its kin.
 */
export const cim: TextFormat = {
  read(text: EvidenceText, collector: Collector): Iterable<number> {
    const readings = new Map<string, Reading>();
    const records = licensingRecords(text);
    for (const record of records) if (isMusterRecord(record)) readMusterRecord(text.file, record, collector);
    const parts = records.filter((record) => !isMusterRecord(record)).map(partOf);
    for (const part of joined(parts)) {
      const key = part.names.join();
      const reading = readings.get(key) ?? collector.begin(text.file, "cim-json", { names: part.names });
      readings.set(key, reading);
      reading.records += 1;
      collector.products.push({ ...part.report, origin: reading.origin, cutOff: false });
    }
    return linesOf(records);
  },
};

const known = new WeakMap<EvidenceText, readonly PropertyRecord[]>();

/** The lines of a text that are WMI's or JSON of licences, and so are none of slmgr's. */
export function cimLines(text: EvidenceText): ReadonlySet<number> {
  return linesOf(licensingRecords(text));
}

function licensingRecords(text: EvidenceText): readonly PropertyRecord[] {
  const before = known.get(text);
  if (before !== undefined) return before;
  const isJson = text.lines.some((line) => JSON_NAMES.test(line.text));
  const isList = text.lines.some((line) => LIST_NAMES.test(line.text));
  const all = [...(isJson ? jsonRecords(text) : []), ...(isList ? listRecords(text) : [])];
  const records = all.filter((record) => isMusterRecord(record) || isLicensing(record));
  known.set(text, records);
  return records;
}

const JSON_NAMES =
  /"(?:LicenseStatus|PartialProductKey|KeyManagementService\w{4,40}|ClientMachineID|cmid|applications|results)"/i;
const LIST_NAMES =
  /^\s{0,12}(?:LicenseStatus|PartialProductKey|KeyManagementService\w{4,40}|ClientMachineID)\s*:/i;

function linesOf(records: readonly PropertyRecord[]): Set<number> {
  const lines = new Set<number>();
  for (const record of records)
    for (let line = record.lines[0]; line <= record.lines[1]; line += 1) lines.add(line);
  return lines;
}

type Report = Omit<ProductReport, "origin" | "cutOff">;

/** What one object says: of a product, or of the machine's licensing service. */
interface Part {
  readonly names: readonly string[];
  readonly isProduct: boolean;
  readonly report: Report;
}

const OF_PRODUCT = [
  "partialproductkey",
  "licensestatus",
  "graceperiodremaining",
  "productkeychannel",
  "productkeyid",
];
const OF_SERVICE = [
  "clientmachineid",
  "remainingwindowsrearmcount",
  "vlactivationinterval",
  "vlrenewalinterval",
];

function isLicensing({ names }: PropertyRecord): boolean {
  const ofProduct = OF_PRODUCT.filter((name) => names.includes(name)).length;
  const ofHosts = names.filter(
    (name) => name.includes("keymanagementservice") || OF_SERVICE.includes(name),
  ).length;
  return ofProduct + ofHosts >= 2;
}

/** The service's facts belong to the product of Windows that has a key, when the text has one of the same machine. */
function joined(parts: readonly Part[]): Part[] {
  const products = parts.filter((part) => part.isProduct);
  const services = parts.filter((part) => !part.isProduct);
  const rest: Part[] = [];
  for (const service of services) {
    const fitting = products.filter(
      ({ names, report }) =>
        names.join() === service.names.join() && isWindows(report) && (report.partialKey?.value ?? "") !== "",
    );
    const [only] = fitting;
    if (fitting.length !== 1 || only === undefined) rest.push(service);
    else products[products.indexOf(only)] = { ...only, report: both(only.report, service.report) };
  }
  return [...products, ...rest];
}

function isWindows({ application, name }: Report): boolean {
  return application === undefined
    ? /windows/i.test(name?.value ?? "")
    : application.value.startsWith("55c92734");
}

/** Two reports of one thing; where both state something the first holds. */
function both(one: Report, other: Report): Report {
  const client = { ...other.client, ...one.client };
  const host =
    one.host === undefined && other.host === undefined
      ? undefined
      : { ...other.host, ...one.host, byStatus: { ...other.host?.byStatus, ...one.host?.byStatus } };
  return {
    ...other,
    ...one,
    ...(Object.keys(client).length > 0 ? { client } : {}),
    ...(host === undefined ? {} : { host }),
  };
}

function partOf(record: PropertyRecord): Part {
  const read = <T>(name: string, parse: (value: string) => T | undefined): Fact<T> | undefined => {
    const found = record.value(name);
    const value = found === undefined ? undefined : parse(found.value);
    return found === undefined || value === undefined ? undefined : { value, at: found.at };
  };
  const names = ["pscomputername", "__server", "systemname", "computername"]
    .map((name) => record.value(name)?.value ?? "")
    .filter((name) => /^[a-z0-9][a-z0-9.-]{0,253}$/i.test(name) && !/^localhost$|^[\d.]+$/i.test(name));
  const status = read("licensestatus", statusOf);
  const isHost = read("iskeymanagementservicemachine", isSet)?.value;
  const host = isHost === false ? undefined : hostBlock(read);
  const client = clientBlock(record, read, isHost === true || host !== undefined);
  const report = stated({
    at: (record.value("name") ?? record).at,
    serviceVersion: read("version", values.serviceVersion),
    name: read("name", text),
    description: read("description", text),
    channel: read("description", values.channel),
    product: read("activationid", values.guid) ?? read("id", values.guid),
    application: read("applicationid", values.guid),
    extendedPid: read("productkeyid", values.extendedPid),
    keyChannel: read("productkeychannel", values.keyChannel),
    partialKey: read("partialproductkey", values.partialKey),
    status,
    minutesLeft: read("graceperiodremaining", (value) => number(value) || undefined),
    reason: status?.value === 1 ? undefined : read("licensestatusreason", reasonOf),
    evaluationEnd: read("evaluationenddate", moment),
    rearmsLeft: read("remainingwindowsrearmcount", number) ?? read("remainingapprearmcount", number),
    trustedTime: read("trustedtime", moment),
    activationType: read("vlactivationtypeenabled", activationType),
    client,
    host,
  }) as Report;
  const isProduct = ["id", "activationid", "description", "licensestatus"].some((name) =>
    record.names.includes(name),
  );
  return { names: names.slice(0, 1), isProduct, report };
}

type Read = <T>(name: string, parse: (value: string) => T | undefined) => Fact<T> | undefined;

function clientBlock(record: PropertyRecord, read: Read, isHost: boolean): ClientBlock | undefined {
  const named = (prefix: string, port: string): Fact<HostName> | undefined => {
    const name = read(prefix, values.hostName);
    const stands = number(record.value(port)?.value ?? "") ?? 0;
    return name === undefined
      ? undefined
      : { value: { name: name.value.name, port: stands || 1688 }, at: name.at };
  };
  const client = stated({
    cmid: read("clientmachineid", values.guid),
    registered: named("keymanagementservicemachine", "keymanagementserviceport"),
    discovered: named(
      "discoveredkeymanagementservicemachinename",
      "discoveredkeymanagementservicemachineport",
    ),
    lookupDomain: read("keymanagementservicelookupdomain", (value) => values.hostName(value)?.name),
    hostAddress: read("discoveredkeymanagementservicemachineipaddress", values.address),
    hostExtendedPid: read("keymanagementserviceproductkeyid", values.extendedPid),
    activationInterval: isHost ? undefined : read("vlactivationinterval", positive),
    renewalInterval: isHost ? undefined : read("vlrenewalinterval", positive),
    caching: read("keymanagementservicehostcaching", switched),
  });
  return Object.keys(client).length > 0 ? client : undefined;
}

/** In the order of the license statuses. */
const ASKED = ["unlicensed", "licensed", "oobgrace", "ootgrace", "nongenuinegrace", "notification"];

function hostBlock(read: Read): HostBlock | undefined {
  const count = read("keymanagementservicecurrentcount", number);
  const total = read("keymanagementservicetotalrequests", number);
  if (count === undefined && total === undefined) return undefined;
  const asked = ASKED.flatMap((name, status) => {
    const fact = read(`keymanagementservice${name}requests`, number);
    return fact === undefined ? [] : [[status, fact] as const];
  });
  return {
    ...stated({
      count,
      port: read("keymanagementservicelisteningport", (value) => {
        const port = number(value);
        return port === 0 ? 1688 : port;
      }),
      publishing: read("keymanagementservicednspublishing", switched),
      lowPriority: read("keymanagementservicelowpriority", (value) => switched(value) ?? isLow(value)),
      total,
      failed: read("keymanagementservicefailedrequests", number),
      activationInterval: read("vlactivationinterval", positive),
      renewalInterval: read("vlrenewalinterval", positive),
    }),
    byStatus: Object.fromEntries(asked),
  };
}

/** WMI's "not set", unsigned and signed; the other numbers of 32 bits are values. */
function number(value: string): number | undefined {
  const found = values.whole(value);
  return found === undefined || found >= 0xffff_ffff ? undefined : found;
}

function positive(value: string): number | undefined {
  return number(value) || undefined;
}

/** The number that WMI has, or the word that `Get-OSLicenseInfo` makes of it, in its language. */
function statusOf(value: string): Status | undefined {
  if (/^[0-6]$/.test(value)) return Number(value) as Status;
  return statusNamed(value.replaceAll("_", " "));
}

/** A code with the severity of an error; a licensed product has one that is none. */
function reasonOf(value: string): number | undefined {
  const found = values.code(value) ?? (/^-?\d{1,10}$/.test(value) ? Number(value) >>> 0 : undefined);
  return found !== undefined && found >= 0x8000_0000 && found < 0xffff_ffff ? found : undefined;
}

function activationType(value: string): 0 | 1 | 2 | 3 | undefined {
  return /^[0-3]$/.test(value) ? (Number(value) as 0 | 1 | 2 | 3) : activationTypeNamed(value);
}

function isSet(value: string): boolean | undefined {
  if (/^(?:true|[1-9])$/i.test(value)) return true;
  return /^(?:false|0)$/i.test(value) ? false : undefined;
}

function switched(value: string): boolean | undefined {
  return isSet(value) ?? isEnabled(value);
}

function text(value: string): string | undefined {
  return value.trim() === "" ? undefined : value;
}

/** Windows PowerShell's `/Date(…)/`, ISO 8601, or what the culture prints; 1601 stands for no date. */
function moment(value: string): LocalTime | undefined {
  const milliseconds = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/.exec(value)?.[1];
  const time =
    milliseconds === undefined ? localTime(value) : { text: value, readings: [Number(milliseconds)] };
  return (time?.readings[0] ?? -1) > 0 ? time : undefined;
}
