import { PRODUCT_GROUPS, WINDOWS_GENERATIONS } from "./product-table.ts";

/** Application ids, which Microsoft's programs print in lower case: what is activated, Windows or an Office. */
export const APPLICATIONS: Readonly<Record<string, string>> = {
  "55c92734-d682-4d71-983e-d6ec3f16059f": "Windows",
  "0ff1ce15-a989-479d-af46-f275c6370663": "Office 2013 and later",
  "59a52881-a989-479d-af46-f275c6370663": "Office 2010",
};

/** A volume product, by its activation id. */
export interface Product {
  /** Activation id, lower case. */
  readonly id: string;
  /** `Windows Server 2022 Standard`. */
  readonly name: string;
  /** `Standard`, `Professional Plus`. */
  readonly edition: string;
  readonly family: "server" | "client" | "office";
  /**
   * The generations it may be of, oldest and newest: of `WINDOWS_GENERATIONS` for Windows, the year for Office. Two
   * different ones when one activation id serves several, as Windows 10 and 11 do.
   */
  readonly generations: readonly [oldest: string, newest: string];
  /** How many machines the host must have counted before this product activates. */
  readonly required: 5 | 25;
  /** Application id. */
  readonly application: string;
  /** What is counted together on a host: all of Windows, and each Office by itself. */
  readonly pool: string;
}

/** A host key (CSVLK) as a host's description names it. */
export interface HostKey {
  /** `Windows Server 2022`. */
  readonly name: string;
  /** The newest generation that it activates, of `WINDOWS_GENERATIONS`. */
  readonly generation: string;
  /** Whether it activates servers: keys of client Windows do not. */
  readonly servers: boolean;
  /** Systems that it may be installed on, newest first; empty when it is not documented any more. */
  readonly hosts: readonly string[];
}

const PRODUCTS = new Map<string, Product>();
const BY_LAST_FIVE = new Map<string, Product>();
for (const group of PRODUCT_GROUPS) {
  const { family, generations } = group;
  for (const [id, edition, ...lastFives] of group.products) {
    const isOffice = family === "office";
    const product: Product = {
      id,
      name: `${group.name} ${edition}`,
      edition,
      family,
      generations,
      required: family === "client" ? 25 : 5,
      application: applicationOf(isOffice, generations[0]),
      pool: isOffice ? group.name : "Windows",
    };
    PRODUCTS.set(id, product);
    for (const lastFive of lastFives) BY_LAST_FIVE.set(lastFive, product);
  }
}

function applicationOf(isOffice: boolean, generation: string): string {
  if (!isOffice) return "55c92734-d682-4d71-983e-d6ec3f16059f";
  return generation === "2010"
    ? "59a52881-a989-479d-af46-f275c6370663"
    : "0ff1ce15-a989-479d-af46-f275c6370663";
}

/** The product of an activation id in any case, or undefined when the table does not know it: often a newer one. */
export function productOf(activationId: string): Product | undefined {
  return PRODUCTS.get(activationId.toLowerCase());
}

/**
 * The product that the public setup key (GVLK) with these last five characters is of, or undefined when it is no
 * setup key of the table. One key serves Windows 10 and 11, and three generations of LTSC: it gives the edition.
 */
export function editionOfKey(lastFive: string): Product | undefined {
  return BY_LAST_FIVE.get(lastFive.toUpperCase());
}

const OFFICE_HOSTS = new Map([
  ["bfe7a195-4f8f-4f0b-a622-cf13c7d16864", "Office 2010"],
  ["2e28138a-847f-42bc-9752-61b03fff33cd", "Office 2013"],
  ["98ebfe73-2084-4c97-932c-c0cd1643bea7", "Office 2016"],
  ["70512334-47b4-44db-a233-be5ea33b914c", "Office 2019"],
  ["47f3b983-7c53-4d45-abc6-bcd91e2dd90a", "Office LTSC 2021"],
  ["f3d89bbf-c0ec-47ce-a8fa-e5a5f97e447f", "Office LTSC 2024"],
]);

/** The Office that the host product of this activation id counts and activates, or undefined when it is none. */
export function officeHostOf(activationId: string): string | undefined {
  return OFFICE_HOSTS.get(activationId.toLowerCase());
}

/** What a host key may be installed on (https://learn.microsoft.com/windows-server/get-started/kms-activation-planning). */
const HOSTS: Readonly<Record<string, readonly string[]>> = {
  "Windows Server 2025": ["Windows Server 2025", "Windows Server 2022", "Windows Server 2019"],
  "Windows Server 2022": ["Windows Server 2022", "Windows Server 2019", "Windows Server 2016"],
  "Windows Server 2019": ["Windows Server 2019", "Windows Server 2016", "Windows Server 2012 R2"],
  "Windows Server 2016": ["Windows Server 2016", "Windows Server 2012 R2", "Windows Server 2012"],
  "Windows 10": ["Windows 10", "Windows 8.1", "Windows 7"],
};

/** Channels of host keys, as `Description` ends, in the order in which they are tried. */
const CHANNELS: readonly [pattern: RegExp, name: (year: string) => string, generation?: string][] = [
  [/^WS(\d\d)$/, (year) => `Windows Server 20${year}`],
  [/^W(?:IN)?1[01]$/, () => "Windows 10", "2016"],
  [/^W(?:IN)?8\.1$/, () => "Windows 8.1", "2012 R2"],
  [/^W(?:IN)?8$/, () => "Windows 8", "2012"],
  [/^W(?:IN)?7$/, () => "Windows 7", "2008 R2"],
  [/^2012[-_]R2(?:_\w)?$/, () => "Windows Server 2012 R2", "2012 R2"],
  [/^2012(?:_\w)?$/, () => "Windows Server 2012", "2012"],
  [/^(?:2008[-_])?R2(?:_\w)?$/, () => "Windows Server 2008 R2", "2008 R2"],
  [/^[ABC]$/, () => "Windows Server 2008", "2008"],
];

/**
 * The host key that a description's channel (`VOLUME_KMS_WS22`) tells of. Undefined for a bare `VOLUME_KMS`, which
 * Office hosts and Windows Server 2003 print, and for a channel that is not known.
 */
export function hostKeyOf(channel: string): HostKey | undefined {
  const [, rest] = /^VOLUME_KMS_([\w.-]{1,16})$/.exec(channel.toUpperCase()) ?? [];
  if (rest === undefined || rest === "CLIENT") return undefined;
  for (const [pattern, nameOf, generation] of CHANNELS) {
    const [whole, year = ""] = pattern.exec(rest) ?? [];
    if (whole === undefined) continue;
    const name = nameOf(year);
    const newest = generation ?? `20${year}`;
    if (!WINDOWS_GENERATIONS.includes(newest)) return undefined;
    return { name, generation: newest, servers: name.includes("Server"), hosts: HOSTS[name] ?? [] };
  }
  return undefined;
}

/**
 * Whether a host key activates a product: its own generation and all older ones. `open` when the activation id stands
 * for several generations and only some of them are within reach, as Windows 10 and 11 for a key of Server 2019.
 */
export function activates(key: HostKey, product: Product): "yes" | "no" | "open" {
  if (product.family === "office" || (product.family === "server" && !key.servers)) return "no";
  const reach = WINDOWS_GENERATIONS.indexOf(key.generation);
  const [oldest, newest] = product.generations.map((each) => WINDOWS_GENERATIONS.indexOf(each));
  if (newest !== undefined && newest <= reach) return "yes";
  return oldest !== undefined && oldest <= reach ? "open" : "no";
}

/** Negative when a generation of Windows is older than another, positive when newer. */
export function compareGenerations(one: string, other: string): number {
  return WINDOWS_GENERATIONS.indexOf(one) - WINDOWS_GENERATIONS.indexOf(other);
}
