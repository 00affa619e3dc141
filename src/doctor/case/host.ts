import type {
  DnsAnswer,
  Evidence,
  LogEvent,
  LogSpan,
  Machine,
  Probe,
  ProductReport,
  SrvTarget,
} from "../evidence/model.ts";
import type { Client } from "./client.ts";
import { isHostReport } from "./client.ts";
import { isLogOf } from "./log.ts";
import { type Names, namesOf } from "./names.ts";
import { type Population, populationOf } from "./population.ts";

/** A machine that hands out activations, or is asked to: from its own reports and log, from DNS, from its clients. */
export interface Host {
  readonly machine: Machine | undefined;
  readonly label: string;
  /** What it is called by others and in its own log, lower case: a machine without a name by the file that it is known from. */
  readonly names: readonly string[];
  /** Reports of its host keys; Windows first. */
  readonly reports: readonly ProductReport[];
  /** The one of them that holds its Windows host key, or the only one. */
  readonly report: ProductReport | undefined;
  /** Whether its key is activated; undefined when no report says. */
  readonly isActivated: boolean | undefined;
  /** How far its log of 12290 reaches. */
  readonly log: LogSpan | undefined;
  /** Who asked it in the last 30 days of its log. */
  readonly population: Population | undefined;
  /** 12293 and 12294, oldest first. */
  readonly publications: readonly LogEvent[];
  /** SRV records that name it. */
  readonly targets: readonly SrvTarget[];
  readonly probes: readonly Probe[];
  /** Addresses that DNS answers, clients and port tests give for it. */
  readonly addresses: readonly string[];
  /** Clients that tried it, with the newest try first seen to be answered or not. */
  readonly tries: {
    readonly answered: number;
    readonly failed: number;
    readonly lastAnswered: number;
    readonly lastFailed: number;
  };
}

/** Every host in evidence. */
export function hostsOf(
  evidence: Evidence,
  clients: readonly Client[],
  targets: readonly SrvTarget[],
): Host[] {
  const names = namesOf(evidence);
  const labels = new Map<string, Machine | undefined>();
  const add = (name: string) => {
    if (name === "") return;
    const machine = evidence.machineNamed(name) ?? names.machineAt(name);
    labels.set(machine?.label ?? names.known([...labels.keys()], name) ?? name, machine);
  };
  for (const machine of evidence.machines) if (machine.isHost) labels.set(machine.label, machine);
  for (const report of evidence.products.filter(isHostReport)) {
    const machine = evidence.machineOf(report.origin);
    labels.set(machine?.label ?? report.origin.file, machine);
  }
  for (const computer of evidence.handled.table.values("computer")) add(computer);
  for (const { host } of targets) add(host);
  const asked = new Set<string>();
  for (const { exchanges, report } of clients) {
    for (const { host } of exchanges) {
      // Hundreds of thousands of requests ask a few hosts.
      if (asked.has(host)) continue;
      asked.add(host);
      add(host);
    }
    add(report?.client?.registered?.value.name ?? "");
    add(report?.client?.discovered?.value.name ?? "");
  }
  const twins = new Map<string, string>();
  const own = publisherIn(evidence, labels, targets, names);
  if (own !== undefined) twins.set(own.nameless, own.named);
  for (const [nameless, named] of loggersIn(evidence, labels, clients, names)) {
    if (!twins.has(nameless)) twins.set(nameless, named);
  }
  return [...labels].flatMap(([label, machine]) => {
    const aliases = [...twins].flatMap(([nameless, named]) => (named === label ? nameless : []));
    return twins.has(label)
      ? []
      : hostFrom(evidence, clients, targets, names, label, machine, [label, ...aliases]);
  });
}

/**
 * A log that was saved as text may not say whose it is. It is of the host that clients asked when they were logged there;
 * or of the only host in evidence, when that one reported itself.
 */
function loggersIn(
  evidence: Evidence,
  labels: ReadonlyMap<string, Machine | undefined>,
  clients: readonly Client[],
  names: Names,
): [nameless: string, named: string][] {
  const computers = new Set(evidence.handled.table.values("computer"));
  const nameless = [...labels].filter(
    ([label, machine]) => machine?.names.length === 0 && computers.has(label.toLowerCase()),
  );
  const silent = [...labels].filter(
    ([label, machine]) =>
      machine?.names.length !== 0 &&
      ![...computers].some((computer) => computer !== "" && names.same(computer, machine?.names ?? [label])),
  );
  return nameless.flatMap(([label]): [string, string][] => {
    const exchange = clients
      .flatMap(({ exchanges }) => exchanges)
      .find(({ host, handled }) => host !== "" && handled?.host === label.toLowerCase());
    const asked = silent.find(
      ([other, machine]) => exchange !== undefined && names.same(exchange.host, machine?.names ?? [other]),
    );
    if (asked !== undefined) return [[label, asked[0]]];
    const [only, another] = silent;
    const isReported =
      only !== undefined &&
      another === undefined &&
      nameless.length === 1 &&
      evidence.products.some(
        (report) => isHostReport(report) && evidence.machineOf(report.origin)?.label === only[0],
      );
    return isReported ? [[label, only[0]]] : [];
  });
}

/**
 * A `/dlv` does not say whose it is. A host that publishes itself is in the SRV record: where there is one such report
 * and one host in the record, and no publishing failed, they are one.
 */
function publisherIn(
  evidence: Evidence,
  labels: ReadonlyMap<string, Machine | undefined>,
  targets: readonly SrvTarget[],
  names: Names,
): { readonly named: string; readonly nameless: string } | undefined {
  const reporting = [...labels].filter(([label]) =>
    evidence.products.some(
      (report) =>
        isHostReport(report) && (evidence.machineOf(report.origin)?.label ?? report.origin.file) === label,
    ),
  );
  const [[nameless, machine] = ["", undefined]] = reporting;
  const named = [...labels].filter(([label, { names: all = [label] } = { names: [label] }]) =>
    targets.some(({ host }) => names.same(host, all)),
  );
  // It does unless it is told not to, or unless the words for it are of a language that is not known.
  const publishes = evidence.products.some(
    ({ host }) => host !== undefined && host.publishing?.value !== false,
  );
  const isOne = reporting.length === 1 && named.length === 1 && (machine?.names.length ?? 0) === 0;
  if (!isOne || !publishes || evidence.events.some(({ id }) => id === 12293)) return undefined;
  const label = named[0]?.[0] ?? "";
  return label === nameless ? undefined : { named: label, nameless };
}

function hostFrom(
  evidence: Evidence,
  clients: readonly Client[],
  targets: readonly SrvTarget[],
  names: Names,
  label: string,
  machine: Machine | undefined,
  /** Labels of all machines that it is. */
  labels: readonly string[],
): Host {
  const own = machine === undefined || machine.names.length === 0 ? [label.toLowerCase()] : machine.names;
  const all = [...own, ...labels.filter((each) => each !== label).map((each) => each.toLowerCase())];
  const known = new Map<string, boolean>();
  const isIt = (name: string) => {
    const answer = known.get(name) ?? names.same(name, all);
    known.set(name, answer);
    return answer;
  };
  const reports = evidence.products
    .filter(isHostReport)
    .filter(({ origin }) => labels.includes(evidence.machineOf(origin)?.label ?? origin.file))
    .toSorted((one, two) => Number(isOffice(one)) - Number(isOffice(two)));
  const report = reports.find((each) => each.host !== undefined) ?? reports[0];
  const tries = clients.flatMap(({ exchanges }) => exchanges.filter(({ host }) => isIt(host)));
  const answered = tries.filter(({ answer }) => answer !== undefined);
  const failed = tries.filter(({ code, answer }) => code !== 0 && answer === undefined);
  const computer = evidence.handled.table.values("computer").find(isIt);
  return {
    machine,
    label,
    names: all,
    reports,
    report,
    isActivated: report?.status && report.status.value === 1,
    log: computer === undefined ? undefined : logOf(evidence, computer),
    population: computer === undefined ? undefined : populationOf(evidence, computer),
    publications: evidence.events
      .filter(
        ({ id, computer: logged, origin }) =>
          (id === 12293 || id === 12294) &&
          (isIt(logged) || (logged === "" && labels.includes(evidence.machineOf(origin)?.label ?? ""))),
      )
      .toSorted((one, two) => one.time - two.time),
    targets: targets.filter(({ host }) => isIt(host)),
    probes: evidence.probes.filter(
      ({ host, address }) => isIt(host) || (address !== undefined && isIt(address)),
    ),
    addresses: names.addresses(all),
    tries: {
      answered: answered.length,
      failed: failed.length,
      lastAnswered: answered.at(-1)?.time ?? Number.NaN,
      lastFailed: failed.at(-1)?.time ?? Number.NaN,
    },
  };
}

function logOf(evidence: Evidence, computer: string): LogSpan | undefined {
  const log = evidence.logs.find(
    (each) => isLogOf(evidence, each, computer) && (each.counts[12290] ?? 0) > 0,
  );
  return log && { ...log, computer };
}

function isOffice({ application, description }: ProductReport): boolean {
  return application === undefined
    ? /office/i.test(description?.value ?? "")
    : /^(0ff1ce15|59a52881)-/.test(application.value);
}

/** Every SRV record that any answer names, once for each host and port. */
export function targetsOf(answers: readonly DnsAnswer[]): SrvTarget[] {
  const found = new Map<string, SrvTarget>();
  for (const { type, targets } of answers) {
    if (type !== "SRV") continue;
    for (const target of targets) {
      const key = `${target.host}:${target.port}`;
      if (!found.has(key)) found.set(key, target);
    }
  }
  return [...found.values()];
}
