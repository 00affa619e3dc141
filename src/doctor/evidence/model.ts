import type { Fact, LocalTime, Place } from "./place.ts";
import type { AnsweredLog, HandledLog, SentLog } from "./requests.ts";

/** What kind of thing a file, or a part of one, was recognised as. */
export type EvidenceKind =
  | "slmgr-dlv"
  | "slmgr-dli"
  | "slmgr-ato"
  | "slmgr-xpr"
  | "ospp-dstatus"
  | "cim-json"
  | "evtx"
  | "event-xml"
  | "event-csv"
  | "event-text"
  | "event-json"
  | "dns-answers"
  | "port-tests"
  | "netstat"
  | "ipconfig"
  | "routes"
  | "registry"
  | "clock"
  | "setupact"
  | "services"
  | "zip"
  | "muster"
  | "unknown";

/** `kms` for Microsoft's KMS, `muster` for Muster's own evidence. */
export type System = "kms" | "muster";

/**
 * One stretch of one file that tells of one machine: a transcript, a log of one computer. Readers make one for each, and
 * say what they know of whose it is; `merge` finds out the rest.
 */
export interface Origin {
  readonly file: string;
  readonly kind: EvidenceKind;
  /** Names of the machine, as this stretch itself states them: bare or with its domain, in any case. */
  readonly names: readonly string[];
  /** Language of the labels, as BCP 47: `en`, `ja`, `zh`, `es`, `de`, … or `""` when nothing depends on one. */
  readonly language: string;
  readonly system: System;
}

/** One file of the evidence as the report lists it; a file with several kinds is listed once for each. */
export interface EvidenceFile {
  readonly file: string;
  readonly kind: EvidenceKind;
  readonly role: "host" | "client" | "";
  /** Label of the machine it is of, or `""`. */
  readonly machine: string;
  readonly language: string;
  /** Blocks, events, answers: whatever this kind has. */
  readonly records: number;
  /** Events that the file holds and that were passed over, being of other programs. */
  readonly skipped: number;
  /** What could not be understood, and why; one sentence each, at most 20. */
  readonly notes: readonly string[];
}

/** License status as slmgr, the events and WMI number it; see `protocol/license-state.ts`. */
export type Status = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** What one block of slmgr, ospp or WMI says of one product on one machine. Everything but its origin may be missing. */
export interface ProductReport {
  readonly origin: Origin;
  /** First line of the block. */
  readonly at: Place;
  readonly serviceVersion?: Fact<string>;
  readonly name?: Fact<string>;
  readonly description?: Fact<string>;
  /** From the description: `VOLUME_KMSCLIENT`, `VOLUME_KMS`, `VOLUME_KMS_WS22`, `VOLUME_MAK`, `RETAIL`, `OEM_DM`, `TIMEBASED_EVAL`, `VIRTUAL_MACHINE_ACTIVATION`. */
  readonly channel?: Fact<string>;
  /** Activation id, lower case. */
  readonly product?: Fact<string>;
  /** Application id, lower case. */
  readonly application?: Fact<string>;
  readonly extendedPid?: Fact<string>;
  /** Product Key Channel: `Volume:GVLK`, `Volume:CSVLK`, `Volume:MAK`, `Retail`, `OEM:DM`. */
  readonly keyChannel?: Fact<string>;
  /** Installation ID: digits alone, which stand for the machine's hardware and its key. */
  readonly installationId?: Fact<string>;
  /** Last five characters of the key; the value is `""` for "This license is not in use". */
  readonly partialKey?: Fact<string>;
  readonly status?: Fact<Status>;
  /** Minutes of the lease, or of the grace period, that remain. */
  readonly minutesLeft?: Fact<number>;
  /** Notification Reason: an HRESULT, unsigned. */
  readonly reason?: Fact<number>;
  readonly evaluationEnd?: Fact<LocalTime>;
  readonly rearmsLeft?: Fact<number>;
  readonly trustedTime?: Fact<LocalTime>;
  /** 0 all, 1 AD, 2 KMS, 3 token: `Configured Activation Type`. */
  readonly activationType?: Fact<0 | 1 | 2 | 3>;
  /** "Please use slmgr.vbs /ato": what is printed in the place of the client block when not licensed. */
  readonly toActivate?: Place;
  readonly client?: ClientBlock;
  readonly host?: HostBlock;
  /** Names of other blocks that were printed: AD, token, AVMA. */
  readonly activeDirectory?: Place;
  readonly token?: Place;
  readonly virtualMachine?: Place;
  /** The block ends before its last line: cut off, or not pasted whole. */
  readonly cutOff: boolean;
}

/** What slmgr prints of a licensed KMS client. */
export interface ClientBlock {
  readonly cmid?: Fact<string>;
  /** Fixed by `/skms`; `name` in lower case. */
  readonly registered?: Fact<HostName>;
  readonly discovered?: Fact<HostName>;
  /** "DNS auto-discovery: KMS name not available". */
  readonly notDiscovered?: Place;
  readonly lookupDomain?: Fact<string>;
  readonly hostAddress?: Fact<string>;
  readonly hostExtendedPid?: Fact<string>;
  /** Minutes. */
  readonly activationInterval?: Fact<number>;
  readonly renewalInterval?: Fact<number>;
  readonly caching?: Fact<boolean>;
}

/** A host as a client names it. */
export interface HostName {
  /** Lower case, a name or an address. */
  readonly name: string;
  /** 0 when it is not stated. */
  readonly port: number;
}

/** What slmgr prints of a KMS host. */
export interface HostBlock {
  readonly count?: Fact<number>;
  readonly port?: Fact<number>;
  readonly publishing?: Fact<boolean>;
  readonly lowPriority?: Fact<boolean>;
  readonly total?: Fact<number>;
  readonly failed?: Fact<number>;
  /** Requests by license status of those who asked. */
  readonly byStatus: Readonly<Partial<Record<Status, Fact<number>>>>;
  /** Settings that only Muster and WMI print, in minutes. */
  readonly activationInterval?: Fact<number>;
  readonly renewalInterval?: Fact<number>;
  /** Machines of the last 30 days, not capped: only Muster tells it. */
  readonly uniqueMachines?: Fact<number>;
}

/** An activation that somebody tried by hand: `/ato` or `ospp /act`. */
export interface Attempt {
  readonly origin: Origin;
  readonly at: Place;
  readonly product?: Fact<string>;
  readonly productName?: Fact<string>;
  /** HRESULT, unsigned; 0 when it succeeded; absent when the text breaks off. */
  readonly code?: Fact<number>;
}

/** `/xpr`: until when. */
export interface Expiry {
  readonly origin: Origin;
  readonly at: Place;
  readonly permanent: boolean;
  readonly status?: Status;
  readonly end?: LocalTime;
}

/** An event other than 12288, 12289 and 12290, which have tables of their own. */
export interface LogEvent {
  readonly origin: Origin;
  readonly at: Place;
  readonly id: number;
  /** As the event states it, lower case; `""` when it does not. */
  readonly computer: string;
  /** Milliseconds since the epoch; NaN when the event has no time. */
  readonly time: number;
  readonly provider: string;
  readonly channel: string;
  /** 1 critical, 2 error, 3 warning, 4 information, 0 none stated. */
  readonly level: number;
  /** Every HRESULT in it, unsigned, in its order. */
  readonly codes: readonly number[];
  /** Data items, or what stands for them in the text; `[]` when there are none. */
  readonly data: readonly string[];
  /** `RuleId`, `AppId`, `SkuId`, `Trigger` of 8196/8198/8197, pairs of 8230, `domain` of 12293/12294, fields of Muster's events by name. */
  readonly fields: Readonly<Record<string, string>>;
}

/** One log of one computer in one file: how far it reaches. */
export interface LogSpan {
  readonly origin: Origin;
  /** Lower case, as the events state it. */
  readonly computer: string;
  readonly channel: string;
  /** Milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  /** Events of each id that licensing writes, by id. */
  readonly counts: Readonly<Record<number, number>>;
  /** The file holds only some of the events of its span: exported with a filter, or pasted. */
  readonly selected: boolean;
  /** Whether times are known to be UTC, or had a zone that was established (minutes to add to UTC), or are open. */
  readonly zone: "utc" | "open" | number;
}

/** An answer, or none, to one DNS question. */
export interface DnsAnswer {
  readonly origin: Origin;
  readonly at: Place;
  /** Lower case, without the final dot. */
  readonly name: string;
  readonly type: "SRV" | "A" | "AAAA" | "CNAME" | "PTR" | "SOA" | "NS" | "OTHER";
  readonly result: "found" | "nxdomain" | "nodata" | "servfail" | "refused" | "timeout" | "other";
  /** Name and address of the server that was asked, when stated. */
  readonly server?: string;
  readonly serverAddress?: string;
  readonly targets: readonly SrvTarget[];
  readonly addresses: readonly Fact<string>[];
  /** By which program: nslookup passes over the suffix logic of the client. */
  readonly tool: "nslookup" | "dig" | "Resolve-DnsName" | "zone" | "muster" | "other";
  /** What the zone's text says of who may write it, whether it is static: only from zone excerpts. */
  readonly ttl?: number;
}

/** One SRV record. */
export interface SrvTarget {
  readonly host: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
  readonly at: Place;
}

/** A test whether a port answers. */
export interface Probe {
  readonly origin: Origin;
  readonly at: Place;
  /** As it was asked for, lower case: a name or an address. */
  readonly host: string;
  readonly address?: string;
  /** 0 for a ping. */
  readonly port: number;
  readonly protocol: "tcp" | "icmp" | "rpc" | "muster";
  readonly result: "open" | "refused" | "timeout" | "unreachable" | "failed" | "reset";
  readonly source?: string;
  readonly tool: string;
  readonly milliseconds?: number;
}

/** A line of netstat. */
export interface Connection {
  readonly origin: Origin;
  readonly at: Place;
  readonly local: string;
  readonly remote: string;
  readonly localPort: number;
  readonly remotePort: number;
  /** `LISTENING`, `ESTABLISHED`, `SYN_SENT`, … whatever the language prints. */
  readonly state: string;
}

/** `ipconfig /all`. */
export interface NetworkSettings {
  readonly origin: Origin;
  readonly at: Place;
  readonly hostName?: Fact<string>;
  /** `""` when it is stated to be blank. */
  readonly primarySuffix?: Fact<string>;
  readonly searchList: readonly Fact<string>[];
  /** Connection-specific suffixes (DHCP option 15). */
  readonly connectionSuffixes: readonly Fact<string>[];
  readonly addresses: readonly Fact<string>[];
  readonly masks: readonly Fact<string>[];
  readonly gateways: readonly Fact<string>[];
  readonly dnsServers: readonly Fact<string>[];
}

/** A route of `route print`, `netstat -r`, `ip route` or a cloud's effective routes. */
export interface Route {
  readonly origin: Origin;
  readonly at: Place;
  /** `0.0.0.0/0`. */
  readonly prefix: string;
  /** Address, `On-link`, or a cloud's kind of next hop: `Internet`, `VirtualNetworkGateway`, `VirtualAppliance`, `None`. */
  readonly nextHop: string;
  readonly nextHopAddress?: string;
  readonly interfaceAddress?: string;
  readonly persistent: boolean;
  readonly active: boolean;
  readonly source: "windows" | "azure" | "linux" | "traceroute" | "next-hop";
  /** For `next-hop` and `traceroute`: where to. */
  readonly destination?: string;
}

/** A value of a registry export or `reg query`, or of an unattend file. */
export interface RegistryValue {
  readonly origin: Origin;
  readonly at: Place;
  /** Below its hive, backslashes, lower case. */
  readonly key: string;
  readonly name: string;
  readonly value: string | number;
}

/** A clock compared with another: `w32tm /stripchart`, `w32tm /query`, `chronyc`, `date`. */
export interface ClockReading {
  readonly origin: Origin;
  readonly at: Place;
  readonly against: string;
  /** How far this machine is ahead of the other, in milliseconds; absent when there was no answer. */
  readonly ahead?: number;
}

/** A run of sysprep in Panther's `setupact.log`. */
export interface SysprepRun {
  readonly origin: Origin;
  readonly at: Place;
  /** Local time, as if it were UTC. */
  readonly time: number;
  readonly options: readonly Fact<string>[];
  readonly generalized: boolean;
  /** `SkipRearm` as the log or unattend file shows it. */
  readonly skipRearm?: Fact<boolean>;
  readonly finished: boolean;
}

/** A statement by a tool that is a fact of its own: firewall rule, service state, OS edition, sync source. */
export interface Statement {
  readonly origin: Origin;
  readonly at: Place;
  /** Lower kebab case: `service-state`, `firewall-rule`, `edition`, `hotfix`, `azure-instance`, `unattend-skip-rearm`, `ad-object`, `muster-status`, … */
  readonly what: string;
  readonly name: string;
  readonly value: string;
}

/** One machine, whatever names it goes by. */
export interface Machine {
  /** Shortest unambiguous name in lower case, or the file that it is known from. */
  readonly label: string;
  /** Every name that stands for it, lower case. */
  readonly names: readonly string[];
  readonly isHost: boolean;
  readonly isClient: boolean;
  /** CMIDs it was seen with, lower case. */
  readonly cmids: readonly string[];
}

/** All that was read, joined over files. */
export interface Evidence {
  readonly system: System;
  readonly files: readonly EvidenceFile[];
  readonly machines: readonly Machine[];
  /** The machine an origin is of. */
  machineOf(origin: Origin): Machine | undefined;
  /** The machine of this name, bare or with its domain. */
  machineNamed(name: string): Machine | undefined;
  readonly products: readonly ProductReport[];
  readonly attempts: readonly Attempt[];
  readonly expiries: readonly Expiry[];
  /** 12288. */
  readonly sent: SentLog;
  /** 12289. */
  readonly answered: AnsweredLog;
  /** 12290. */
  readonly handled: HandledLog;
  readonly events: readonly LogEvent[];
  readonly logs: readonly LogSpan[];
  readonly dns: readonly DnsAnswer[];
  readonly probes: readonly Probe[];
  readonly connections: readonly Connection[];
  readonly networks: readonly NetworkSettings[];
  readonly routes: readonly Route[];
  readonly registry: readonly RegistryValue[];
  readonly clocks: readonly ClockReading[];
  readonly sysprep: readonly SysprepRun[];
  readonly statements: readonly Statement[];
}
