import type { Collector } from "../collector.ts";
import type {
  ClientBlock,
  EvidenceKind,
  HostBlock,
  HostName,
  Origin,
  ProductReport,
  Status,
} from "../model.ts";
import type { Fact } from "../place.ts";
import type { PropertyRecord } from "./record.ts";
import { stated } from "./stated.ts";
import * as values from "./values.ts";
import { statusNamed } from "./words.ts";

/** Whether an object is what `muster dlv`, `dli`, `xpr` or `ato` print with `--json`. */
export function isMusterRecord({ names }: PropertyRecord): boolean {
  const has = (...some: string[]) => some.every((name) => names.includes(name));
  return has("cmid", "vendor", "products") || has("role", "host", "applications") || has("results");
}

/** Puts what such an object says into the collector. */
export function readMusterRecord(file: string, record: PropertyRecord, collector: Collector): void {
  const { names } = record;
  const begin = (kind: EvidenceKind, records: number): Origin => {
    const reading = collector.begin(file, kind, { system: "muster" });
    reading.records = records;
    return reading.origin;
  };
  if (names.includes("applications")) {
    const applications = record.inner("applications");
    const origin = begin("slmgr-dlv", applications.length);
    for (const one of applications) collector.products.push(hostReport(origin, record, one));
  } else if (names.includes("products")) {
    const products = record.inner("products");
    const origin = begin("slmgr-dlv", products.length);
    for (const one of products) collector.products.push(clientReport(origin, record, one));
  } else readAttempts(record, collector, begin);
}

function readAttempts(
  record: PropertyRecord,
  collector: Collector,
  begin: (kind: EvidenceKind, records: number) => Origin,
): void {
  const results = record
    .inner("results")
    .filter(({ names }) => names.includes("code") && names.includes("activated"));
  if (results.length === 0) return;
  const origin = begin("slmgr-ato", results.length);
  for (const one of results) {
    const [product] = one.inner("product");
    const id = product === undefined ? undefined : read(product, "id", values.guid);
    const name = product?.value("name");
    const code = read(one, "code", values.code);
    collector.attempts.push({
      origin,
      at: one.at,
      ...stated({ product: id, productName: name, code }),
    });
  }
}

function clientReport(origin: Origin, client: PropertyRecord, one: PropertyRecord): ProductReport {
  const [application] = one.inner("application");
  const [settings] = client.inner("settings");
  const [host] = one.inner("host");
  const mak = one.value("keykind")?.value === "mak";
  const status = read(one, "status", (value) =>
    /^[0-6]$/.test(value) ? (Number(value) as Status) : undefined,
  );
  const report = stated({
    origin,
    at: one.at,
    name: one.value("name"),
    channel: changed(one.value("keykind"), mak ? "VOLUME_MAK" : "VOLUME_KMSCLIENT"),
    product: read(one, "product", values.guid),
    application: application === undefined ? undefined : read(application, "id", values.guid),
    keyChannel: changed(one.value("keykind"), mak ? "Volume:MAK" : "Volume:GVLK"),
    partialKey: one.value("partialkey"),
    status,
    minutesLeft: read(one, "minutesleft", (value) => values.whole(value) || undefined),
    reason: status?.value === 5 ? read(one, "reason", values.code) : undefined,
    rearmsLeft: read(client, "rearmsleft", values.whole),
    client: mak ? undefined : clientBlock(client, one, settings, host),
  });
  return { ...report, cutOff: false } as ProductReport;
}

function clientBlock(
  client: PropertyRecord,
  one: PropertyRecord,
  settings: PropertyRecord | undefined,
  host: PropertyRecord | undefined,
): ClientBlock {
  const target = host === undefined ? undefined : targetOf(host);
  const isFound = host?.value("source")?.value === "dns";
  const [fixed] = settings?.inner("registeredhost") ?? [];
  const caching = settings?.value("hostcaching");
  return stated({
    cmid: read(client, "cmid", values.guid),
    registered: (fixed === undefined ? undefined : targetOf(fixed, "host")) ?? (isFound ? undefined : target),
    discovered: isFound ? target : undefined,
    lookupDomain: settings?.value("lookupdomain"),
    hostAddress: host?.value("address"),
    hostExtendedPid: host?.value("extendedpid"),
    activationInterval: read(one, "activationinterval", values.whole),
    renewalInterval: read(one, "renewalinterval", values.whole),
    caching: caching === undefined ? undefined : { value: caching.value === "true", at: caching.at },
  });
}

function targetOf(record: PropertyRecord, property = "name"): Fact<HostName> | undefined {
  const port = values.whole(record.value("port")?.value ?? "") ?? 0;
  return read(record, property, (name) => ({ name: name.toLowerCase(), port }));
}

function hostReport(origin: Origin, host: PropertyRecord, one: PropertyRecord): ProductReport {
  const [requests] = one.inner("requests");
  const [asked] = requests?.inner("bystatus") ?? [];
  const byStatus = [0, 1, 2, 3, 4, 5, 6].flatMap((status) => {
    const fact = asked === undefined ? undefined : read(asked, String(status), values.whole);
    return fact === undefined ? [] : [[status, fact] as const];
  });
  const publishing = host.value("dnspublishing");
  const priority = host.value("priority");
  const block: HostBlock = {
    ...stated({
      count: read(one, "count", values.whole),
      port: read(host, "port", values.whole),
      publishing:
        publishing === undefined ? undefined : { value: publishing.value === "true", at: publishing.at },
      lowPriority: priority === undefined ? undefined : { value: priority.value === "low", at: priority.at },
      total: requests === undefined ? undefined : read(requests, "total", values.whole),
      failed: requests === undefined ? undefined : read(requests, "failed", values.whole),
      uniqueMachines: read(one, "unique", values.whole),
    }),
    byStatus: Object.fromEntries(byStatus),
  };
  const report = stated({
    origin,
    at: one.at,
    name: one.value("name"),
    channel: changed(one.value("name"), "VOLUME_KMS"),
    product: read(host, "host", values.guid),
    application: read(one, "id", values.guid),
    partialKey: host.value("partialkey"),
    status: read(host, "licensestatus", statusNamed),
    host: block,
  });
  return { ...report, cutOff: false } as ProductReport;
}

function read<T>(
  record: PropertyRecord,
  name: string,
  parse: (value: string) => T | undefined,
): Fact<T> | undefined {
  const found = record.value(name);
  return changed(found, found === undefined ? undefined : parse(found.value));
}

/** Another value for what stands at the place of a fact. */
function changed<T>(found: Fact<string> | undefined, value: T | undefined): Fact<T> | undefined {
  return found === undefined || value === undefined ? undefined : { value, at: found.at };
}
