import { freeMemory } from "../evidence/free-memory.ts";
import type { DnsAnswer, Evidence, SrvTarget, System } from "../evidence/model.ts";
import { type Client, clientsOf, timeOf } from "./client.ts";
import { type Host, hostsOf, targetsOf } from "./host.ts";
import { type Names, namesOf } from "./names.ts";

/** What the doctor looks at: the evidence, joined into who asks, whom they ask, and what stands between them. */
export interface Case {
  readonly evidence: Evidence;
  readonly system: System;
  /** How far the evidence reaches, milliseconds since the epoch; NaN when nothing has a time. */
  readonly now: number;
  readonly clients: readonly Client[];
  readonly hosts: readonly Host[];
  /** Questions for the SRV record, and their answers. */
  readonly srv: readonly DnsAnswer[];
  /** All SRV records that were answered, once each. */
  readonly targets: readonly SrvTarget[];
  readonly names: Names;
  /** The host that a name or an address stands for. */
  hostNamed(name: string): Host | undefined;
}

const SRV_NAME = /^_(vlmcs|muster)\._tcp(\.|$)/;

/** Joins the evidence. Pure, and made once for all causes. */
export function caseOf(evidence: Evidence): Case {
  const srv = evidence.dns.filter(({ name, type }) => type === "SRV" && SRV_NAME.test(name));
  const targets = targetsOf(srv);
  const clients = clientsOf(evidence);
  freeMemory(evidence);
  const hosts = hostsOf(evidence, clients, targets);
  freeMemory(evidence);
  const names = namesOf(evidence);
  return {
    evidence,
    system: evidence.system,
    now: nowOf(evidence),
    clients,
    hosts,
    srv,
    targets,
    names,
    hostNamed: (name) => hosts.find((host) => names.same(name, host.names)),
  };
}

function nowOf(evidence: Evidence): number {
  const told = evidence.products.map(({ trustedTime }) => timeOf(trustedTime?.value));
  const times = [...evidence.logs.map(({ last }) => last), ...told].filter((time) => !Number.isNaN(time));
  return times.length === 0 ? Number.NaN : Math.max(...times);
}
