import type { Collector, Reading } from "../evidence/collector.ts";
import type { Origin, Probe, SrvTarget, System } from "../evidence/model.ts";
import type { Place } from "../evidence/place.ts";
import { type Answered, askDns, type Resolver } from "./ask-dns.ts";
import { type Connected, connectTo } from "./connect.ts";
import { askMuster } from "./muster-host.ts";
import { answersPing } from "./ping.ts";
import { answerLength, type BindAnswer, bindAnswer, bindRequest } from "./rpc-bind.ts";

/** What to look at, and from where. */
export interface LiveOptions {
  readonly system: System;
  /** Each of them is asked everything, so that one that differs is seen. */
  readonly resolvers: readonly Resolver[];
  /** Domains in which this machine looks for hosts. */
  readonly suffixes: readonly string[];
  /** One host to look at, in the place of those that DNS names. */
  readonly host?: { readonly name: string; readonly port: number } | undefined;
  /** The evidence beside is this machine's own: hosts that it is given by name are looked at as well. */
  readonly isOwn?: boolean;
  /** Names of this machine. */
  readonly names: readonly string[];
  /** Milliseconds that each single question may take. */
  readonly timeout: number;
  readonly now: () => number;
  /** Told what is being done, where somebody watches. */
  readonly onStep?: (what: string) => void;
}

const FILE = "live checks";
const PORT = 1688;
/** More hosts than a deployment has; each one costs its timeouts. */
const MOST_HOSTS = 20;

/**
 * Looks at the way to the hosts as it is now: SRV records and addresses by each name server, then each host, one at a
 * time: its port, and whether what listens there is a host. Binds and refused requests only; nothing is activated.
 */
export async function lookLive(options: LiveOptions, collector: Collector): Promise<void> {
  const look = new Look(options, collector);
  const { host } = options;
  const targets =
    host === undefined
      ? unique([...look.pinned(), ...(await look.discover())])
      : [{ host: host.name, port: host.port || PORT }];
  for (const target of targets.slice(0, MOST_HOSTS)) {
    const name = target.host.toLowerCase();
    const addresses = await look.resolve(name);
    for (const address of addresses) await look.reach(name, address, target.port);
  }
}

function unique(targets: readonly Pick<SrvTarget, "host" | "port">[]): Pick<SrvTarget, "host" | "port">[] {
  return [...new Map(targets.map(({ host, port }) => [`${host}:${port}`, { host, port }])).values()];
}

/** A host at one of its addresses. */
interface Target {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  /** For people: both. */
  readonly place: string;
}

class Look {
  private readonly options: LiveOptions;
  private readonly collector: Collector;
  private readonly reading: Reading;

  constructor(options: LiveOptions, collector: Collector) {
    this.options = options;
    this.collector = collector;
    const { names, system } = options;
    this.reading = collector.begin(FILE, "port-tests", { names, system });
  }

  private get origin(): Origin {
    return this.reading.origin;
  }

  /** Hosts that this machine was given by name, or found before. */
  pinned(): Pick<SrvTarget, "host" | "port">[] {
    if (!this.options.isOwn) return [];
    return this.collector.products
      .flatMap(({ client }) => [client?.registered?.value ?? [], client?.discovered?.value ?? []].flat())
      .map(({ name, port }) => ({ host: name, port: port || PORT }));
  }

  /** The SRV records of every suffix, by every name server. */
  async discover(): Promise<SrvTarget[]> {
    const label = this.options.system === "muster" ? "_muster._tcp" : "_vlmcs._tcp";
    const found: SrvTarget[] = [];
    for (const suffix of this.options.suffixes) {
      for (const resolver of this.options.resolvers) {
        found.push(...(await this.ask(resolver, `${label}.${suffix}`)));
      }
    }
    return found;
  }

  /** The addresses of a host, by every name server. */
  async resolve(host: string): Promise<string[]> {
    if (/^[\d.]+$|:/.test(host)) return [host];
    const found = new Set<string>();
    for (const resolver of this.options.resolvers) {
      for (const type of ["A", "AAAA"] as const) {
        const answered = await this.question(resolver, host, type);
        const data = answered.answers.flatMap((record) => (record.type === type ? String(record.data) : []));
        const at = this.place(`${type} ${host} @${resolver.address}: ${data.join(", ") || answered.result}`);
        // Hosts without an IPv6 address are the rule.
        if (type === "AAAA" && data.length === 0) continue;
        for (const address of data) found.add(address);
        this.collector.dns.push({
          origin: this.origin,
          at,
          name: host,
          type,
          result: data.length > 0 ? "found" : answered.result,
          serverAddress: resolver.address,
          targets: [],
          addresses: data.map((value) => ({ value, at })),
          tool: "muster",
        });
      }
    }
    return [...found];
  }

  /** Whether a host's port answers, and whether what listens there is a host. */
  async reach(host: string, address: string, port: number): Promise<void> {
    const { timeout, system } = this.options;
    const place = host === address ? `${host}:${port}` : `${host}:${port} (${address})`;
    this.options.onStep?.(place);
    const target = { host, address, port, place };
    const tcp = await connectTo({ host: address, port, timeout });
    this.probe(target, "tcp", tcp, `TCP ${place}: ${tcp.result} after ${tcp.milliseconds} ms`);
    if (tcp.result === "timeout" && (await answersPing(address, timeout))) {
      const answer = { result: "open" as const, milliseconds: 0 };
      const who = host === address ? host : `${host} (${address})`;
      this.probe({ ...target, port: 0 }, "icmp", answer, `Ping ${who}: answered`);
    }
    if (tcp.result !== "open") return;
    if (system === "muster") await this.reachMuster(target);
    else await this.bind(target);
  }

  private async bind(target: Target): Promise<void> {
    const bound = await connectTo({
      host: target.address,
      port: target.port,
      timeout: this.options.timeout,
      send: bindRequest(),
      expect: (bytes) => {
        const length = answerLength(bytes);
        return length !== undefined && (Number.isNaN(length) || bytes.length >= length);
      },
    });
    const answer = bindAnswer(bound.answer);
    const result = answer === "kms" ? "open" : bound.result === "open" ? "failed" : bound.result;
    const says = bound.result === "open" ? SAYS[answer] : bound.result;
    this.probe(target, "rpc", { ...bound, result }, `RPC bind ${target.place}: ${says}`);
  }

  private async reachMuster(target: Target): Promise<void> {
    const { isMuster, ahead } = await askMuster(
      target.address,
      target.port,
      this.options.timeout,
      this.options.now,
    );
    const says = isMuster ? "a Muster host answers" : "what listens there is no Muster host";
    const probe = { result: isMuster ? ("open" as const) : ("failed" as const), milliseconds: 0 };
    this.probe(target, "muster", probe, `Muster ${target.place}: ${says}`);
    if (!isMuster || ahead === undefined) return;
    const at = this.place(`Clock: this machine is ${(ahead / 1000).toFixed(1)} s ahead of ${target.host}`);
    this.collector.clocks.push({ origin: this.origin, at, against: target.host, ahead });
  }

  private async ask(resolver: Resolver, name: string): Promise<SrvTarget[]> {
    const answered = await this.question(resolver, name, "SRV");
    const records = answered.answers.flatMap((record) => (record.type === "SRV" ? record.data : []));
    const shown = records.map(({ target, port }) => `${target}:${port}`).join(", ") || answered.result;
    const at = this.place(`SRV ${name} @${resolver.address}: ${shown}`);
    const targets = records.map(({ target, port, priority = 0, weight = 0 }) => ({
      host: target.toLowerCase().replace(/\.$/, ""),
      port,
      priority,
      weight,
      at,
    }));
    this.collector.dns.push({
      origin: this.origin,
      at,
      name: name.toLowerCase(),
      type: "SRV",
      result: targets.length > 0 ? "found" : answered.result === "found" ? "nodata" : answered.result,
      serverAddress: resolver.address,
      targets,
      addresses: [],
      tool: "muster",
    });
    return targets;
  }

  private question(resolver: Resolver, name: string, type: "SRV" | "A" | "AAAA"): Promise<Answered> {
    this.options.onStep?.(`${type} ${name} @${resolver.address}`);
    return askDns(resolver, name, type, this.options.timeout);
  }

  private probe(
    { host, address, port }: Target,
    protocol: Probe["protocol"],
    { result, milliseconds }: Pick<Connected, "result" | "milliseconds">,
    quote: string,
  ): void {
    const at = this.place(quote);
    this.collector.probes.push({
      origin: this.origin,
      at,
      host,
      port,
      protocol,
      result,
      milliseconds,
      tool: "muster",
      ...(address === host ? {} : { address }),
    });
  }

  /** What was seen, as a line of the record that the report quotes. */
  private place(quote: string): Place {
    this.reading.records += 1;
    return { file: FILE, line: this.reading.records, record: 0, quote };
  }
}

const SAYS: Readonly<Record<BindAnswer, string>> = {
  kms: "the Key Management Service answers",
  "rpc-without-kms": "RPC answers, but without the Key Management Service",
  "rpc-refused": "RPC answers, and refuses the bind",
  "not-rpc": "what listens there is no RPC",
};
