import type { Evidence, Machine } from "../evidence/model.ts";

/** Which names and addresses stand for one machine, by what DNS and the machines themselves say. */
export interface Names {
  /** Whether a name or address stands for the machine that has these names. */
  same(name: string, names: readonly string[]): boolean;
  /** The machine that has this address. */
  machineAt(address: string): Machine | undefined;
  /** The one of these labels that a name stands for. */
  known(labels: readonly string[], name: string): string | undefined;
  /** Addresses of the machine that has these names. */
  addresses(names: readonly string[]): string[];
}

const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:]+)$/i;

/** Makes the names of all the evidence ready to be asked. */
export function namesOf(evidence: Evidence): Names {
  const addressesOf = new Map<string, Set<string>>();
  const tell = (name: string, address: string | undefined) => {
    if (address === undefined || !ADDRESS.test(address) || ADDRESS.test(name) || name === "") return;
    addressesOf.set(name, (addressesOf.get(name) ?? new Set()).add(address));
  };
  for (const { name, type, addresses } of evidence.dns) {
    if (type === "A" || type === "AAAA") for (const { value } of addresses) tell(name, value);
  }
  for (const { host, address } of evidence.probes) tell(host, address);
  for (const { client } of evidence.products) {
    tell((client?.registered ?? client?.discovered)?.value.name ?? "", client?.hostAddress?.value);
  }
  for (const { origin, addresses } of evidence.networks) {
    for (const name of evidence.machineOf(origin)?.names ?? [])
      for (const { value } of addresses) tell(name, value);
  }
  const addresses = (names: readonly string[]) => [
    ...new Set(
      [...addressesOf]
        .filter(([name]) => names.some((each) => isSameName(name, each)))
        .flatMap(([, found]) => [...found]),
    ),
  ];
  const same = (name: string, names: readonly string[]) => {
    const asked = name.toLowerCase();
    if (names.some((each) => isSameName(asked, each))) return true;
    return ADDRESS.test(asked) && addresses(names).includes(asked);
  };
  return {
    same,
    addresses,
    machineAt: (address) =>
      evidence.machines.find(({ names }) => ADDRESS.test(address) && same(address, names)),
    known: (labels, name) => labels.find((label) => same(name, [label])),
  };
}

/** Whether two names stand for one machine: equal, or one is the other's first label. */
function isSameName(one: string, two: string): boolean {
  if (one === two) return true;
  if (ADDRESS.test(one) || ADDRESS.test(two)) return false;
  return one.startsWith(`${two}.`) ? !two.includes(".") : two.startsWith(`${one}.`) && !one.includes(".");
}
