import type { Place } from "../evidence/place.ts";
import { editionOfKey, type Product } from "../products.ts";
import type { Case } from "./case.ts";
import type { Client } from "./client.ts";
import { isOf } from "./discovery.ts";

/** The edition of Windows on a client's machine, as `EditionID` spells it: `ServerStandard`, `Professional`. */
export interface Edition {
  readonly name: string;
  readonly at: Place;
}

/** The edition that DISM states, else that of the product's name. Office has none. */
export function editionOf(the: Case, client: Client): Edition | undefined {
  const stated = the.evidence.statements.find(
    ({ what, origin }) => what === "edition" && isOf(the, origin, client),
  );
  if (stated !== undefined) return { name: stated.value, at: stated.at };
  const name = client.report?.name;
  const [, edition] = /^Windows\S*,? ([A-Za-z]{3,60}) edition$/i.exec(name?.value.trim() ?? "") ?? [];
  return name === undefined || edition === undefined ? undefined : { name: edition, at: name.at };
}

/** An evaluation, which no setup key fits. */
export function isEvaluation(edition: string): boolean {
  return /Eval$/.test(edition);
}

/** Editions for consumers, which have no volume licence (https://learn.microsoft.com/windows-server/get-started/kms-client-activation-keys). */
export function isConsumerEdition(edition: string): boolean {
  return /^(Core|Home|Ultimate|Starter|CloudEdition)/i.test(edition);
}

/** Windows Enterprise multi-session of Azure Virtual Desktop, which looks like a server to Windows itself. */
export function isMultiSession(edition: string): boolean {
  return /^ServerRdsh/i.test(edition);
}

/** Names of EditionID for the editions of the table of setup keys that are spelled otherwise there. */
const SPELLED: Readonly<Record<string, string>> = {
  pro: "professional",
  pron: "professionaln",
  proforworkstations: "professionalworkstation",
  proforworkstationsn: "professionalworkstationn",
  proeducation: "professionaleducation",
  proeducationn: "professionaleducationn",
  enterprisemultisession: "serverrdsh",
  home: "core",
  homen: "coren",
  "datacenter:azureedition": "turbine",
};

/** Builds of servers, and the generation that setup keys call them. */
const BUILDS: Readonly<Record<number, string>> = {
  7601: "2008 R2",
  9200: "2012",
  9600: "2012 R2",
  14393: "2016",
  17763: "2019",
  20348: "2022",
  26100: "2025",
};

/** A setup key that is not of the Windows it is in. */
export interface Mismatch {
  /** What the key is of. */
  readonly key: Product;
  readonly lastFive: string;
  /** The edition, or the version, that is installed. */
  readonly installed: string;
  readonly places: readonly Place[];
}

/**
 * Compares the last five characters of the key with the edition and, on servers, with the build. One key serves Windows
 * 10 and 11, and one three generations of LTSC, so that clients are compared by edition only.
 */
export function mismatchOf(the: Case, client: Client): Mismatch | undefined {
  const partial = client.report?.partialKey;
  const edition = editionOf(the, client);
  const key = partial && editionOfKey(partial.value);
  if (partial === undefined || key === undefined || key.family === "office") return undefined;
  if (edition !== undefined && isComparable(key) && differs(key, edition.name)) {
    return { key, lastFive: partial.value, installed: edition.name, places: [edition.at, partial.at] };
  }
  const version = client.report?.serviceVersion;
  const generation = version && BUILDS[Number(version.value.split(".")[2])];
  if (key.family !== "server" || version === undefined || generation === undefined) return undefined;
  if (key.generations[0] !== key.generations[1] || /channel/.test(key.name)) return undefined;
  if (key.generations[1] === generation || !/^(Standard|Datacenter|Essentials)$/.test(key.edition))
    return undefined;
  return {
    key,
    lastFive: partial.value,
    installed: `Windows Server ${generation} (${version.value})`,
    places: [version.at, partial.at],
  };
}

/** Editions that are spelled one way only. */
function isComparable({ edition, name }: Product): boolean {
  return (
    /^(Standard|Datacenter|Pro|Enterprise|Education|Professional)( N)?$/.test(edition) && !/LTS/.test(name)
  );
}

function differs({ edition, family }: Product, installed: string): boolean {
  const plain = edition.toLowerCase().replace(/[ -]/g, "");
  const expected = `${family === "server" ? "server" : ""}${SPELLED[plain] ?? plain}`;
  const have = installed.toLowerCase();
  // A core installation and the conversions of a domain controller carry the same licence under a longer name.
  return (
    have !== expected &&
    !(
      family === "server" &&
      have.startsWith(expected) &&
      /^(core|cor|v|hyperv)$/.test(have.slice(expected.length))
    )
  );
}
