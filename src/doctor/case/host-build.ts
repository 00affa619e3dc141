import type { Fact } from "../evidence/place.ts";
import { compareGenerations, type Product } from "../products.ts";
import type { Case } from "./case.ts";
import type { Host } from "./host.ts";
import { keyReportOf } from "./host-key.ts";

/** What a host's system is, as its service version or its extended PID tells. */
export interface Build {
  /** `14393`. */
  readonly build: number;
  /** `5786`; undefined when only an extended PID tells. */
  readonly revision: number | undefined;
}

/** The least revision with which a system hands out activations of a generation. */
export interface Update {
  readonly generation: string;
  /** Undefined where the month is known only by its update. */
  readonly revision: number | undefined;
  /** Any later cumulative update holds it too. */
  readonly update: string;
}

/** Generation of Windows Server of each build. */
const GENERATIONS: Readonly<Record<number, string>> = {
  6001: "2008",
  6002: "2008",
  6003: "2008",
  7601: "2008 R2",
  9200: "2012",
  9600: "2012 R2",
  14393: "2016",
  17763: "2019",
  20348: "2022",
  26100: "2025",
};

/**
 * What each system needs for newer clients, the newest first
 * (https://learn.microsoft.com/windows-server/get-started/kms-activation-planning, with the builds of those months).
 */
const UPDATES: Readonly<Record<number, readonly Update[]>> = {
  20348: [{ generation: "2025", revision: 2322, update: "2024-02" }],
  17763: [
    { generation: "2025", revision: 5458, update: "2024-02 (KB5034768)" },
    { generation: "2022", revision: 1999, update: "2021-06 (KB5003646)" },
  ],
  14393: [
    { generation: "2022", revision: 4467, update: "2021-06 (KB5003638)" },
    { generation: "2019", revision: 2641, update: "2018-12 (KB4478877)" },
  ],
  9600: [
    { generation: "2019", revision: undefined, update: "2018-11 (KB4467695)" },
    { generation: "2016", revision: undefined, update: "2016-07 (KB3172614)" },
  ],
  9200: [{ generation: "2012 R2", revision: undefined, update: "2016-07 (KB3172615)" }],
  6002: [{ generation: "2008 R2", revision: undefined, update: "KB968912" }],
  7601: [{ generation: "2012", revision: undefined, update: "KB3079821" }],
};

/** The build of a host: from its own service version, else from the extended PID that it or its clients state. */
export function buildOf(the: Case, host: Host): Fact<Build> | undefined {
  const version = keyReportOf(host)?.serviceVersion;
  const [, build, revision] = /^\d+\.\d+\.(\d{4,5})(?:\.(\d+))?/.exec(version?.value ?? "") ?? [];
  if (version !== undefined && build !== undefined) {
    const minor = revision === undefined || Number(revision) === 0 ? undefined : Number(revision);
    return { value: { build: Number(build), revision: minor }, at: version.at };
  }
  const names = host.names;
  const told = the.clients.flatMap(({ report }) => {
    const client = report?.client;
    const named = (client?.registered ?? client?.discovered)?.value.name;
    return named !== undefined && the.names.same(named, names) ? (client?.hostExtendedPid ?? []) : [];
  });
  const pid = keyReportOf(host)?.extendedPid ?? told[0];
  const [, digits] = /-(\d{4,5})\.0000-\d{7}$/.exec(pid?.value.trim() ?? "") ?? [];
  return pid && digits ? { value: { build: Number(digits), revision: undefined }, at: pid.at } : undefined;
}

/** The system that a build stands for: `Windows Server 2022`; `""` when it is not known. */
export function systemNamed(build: number): string {
  const generation = GENERATIONS[build];
  return generation === undefined ? "" : `Windows Server ${generation}`;
}

/** The update that a system of this build needs to activate a product; undefined when it needs none, or none is known. */
export function updateFor(build: number, { family, generations }: Product): Update | undefined {
  const own = GENERATIONS[build];
  const [oldest, last] = generations;
  // One activation id serves Windows 10 and 11, and 11 came with Server 2022.
  const newest = family === "client" && oldest !== last ? "2022" : last;
  if (own === undefined || compareGenerations(newest, own) <= 0) return undefined;
  // The smallest step that reaches the generation: what 2025 needs holds what 2022 needs.
  return UPDATES[build]?.findLast(({ generation }) => compareGenerations(generation, newest) >= 0);
}
