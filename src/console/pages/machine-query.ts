import type { Machine } from "../api-types.ts";

/** What the lease of a machine can be. */
export const STATES = ["licensed", "expired", "unlicensed"] as const satisfies readonly Machine["state"][];
/** Where a machine can stand between two renewals. */
export const RENEWALS = ["day", "week", "overdue", "failing"] as const;
/** What the list is sorted by, and what the API calls that; a lease is none, ended, in force in the order of its end. */
const SORTS = {
  name: "name",
  state: "leaseExpires",
  product: "product",
  lastSeen: "lastSeen",
  leaseExpires: "leaseExpires",
  nextRenewal: "nextRenewal",
  address: "address",
  requests: "requests",
} as const;

/** What is read from A to Z at first; times and numbers begin with the newest and the most. */
const ASCENDING: ReadonlySet<keyof typeof SORTS> = new Set(["name", "product", "address"]);

/** What a person has chosen to see, as it stands in the address; "" is no filter. */
export interface MachineChoice {
  readonly search: string;
  readonly state: (typeof STATES)[number] | "";
  readonly product: string;
  readonly renewal: (typeof RENEWALS)[number] | "";
  readonly sort: keyof typeof SORTS;
  readonly order: "asc" | "desc";
  /** The first is 1. */
  readonly page: number;
  /** The cursor of the page; "" for the first. */
  readonly cursor: string;
}

/** Machines of one page. */
export const PAGE = 50;

/** All machines, those first that asked last. */
export const EVERYTHING: MachineChoice = {
  search: "",
  state: "",
  product: "",
  renewal: "",
  sort: "lastSeen",
  order: "desc",
  page: 1,
  cursor: "",
};

/** Reads a choice from the query of an address; what is no choice is as if not there. */
export function readChoice(query: Readonly<Record<string, string>>): MachineChoice {
  const { search = "", product = "", sort = "", order, cursor = "" } = query;
  const sorted = Object.hasOwn(SORTS, sort) ? (sort as MachineChoice["sort"]) : EVERYTHING.sort;
  const page = /^[1-9]\d{0,6}$/.test(query.page ?? "") && cursor !== "" ? Number(query.page) : 1;
  return {
    search: search.slice(0, 255),
    state: STATES.find((each) => each === query.state) ?? "",
    product: /^[\da-f-]{36}$/i.test(product) ? product.toLowerCase() : "",
    renewal: RENEWALS.find((each) => each === query.renewal) ?? "",
    sort: sorted,
    order: order === "asc" || order === "desc" ? order : usualOrder(sorted),
    page,
    cursor: page === 1 ? "" : cursor,
  };
}

/** The address of a choice. */
export function choiceAddress(choice: MachineChoice): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(choice)) {
    const isUsual = name !== "order" || value === usualOrder(choice.sort);
    if (value !== EVERYTHING[name as keyof MachineChoice] || !isUsual) query.set(name, String(value));
  }
  return `/machines${query.size === 0 ? "" : `?${query}`}`;
}

function usualOrder(sort: MachineChoice["sort"]): MachineChoice["order"] {
  return ASCENDING.has(sort) ? "asc" : "desc";
}

/** The call of the API that answers a choice. */
export function machinesPath(
  { search, state, product, renewal, sort, order, cursor }: MachineChoice,
  limit = PAGE,
): string {
  const query = new URLSearchParams({ sort: SORTS[sort], order, limit: String(limit) });
  for (const [name, value] of Object.entries({ search, state, product, renewal, cursor })) {
    if (value !== "") query.set(name, value);
  }
  return `/v1/machines?${query}`;
}

/** Whether anything is left out of the list. */
export function isFiltered({ search, state, product, renewal }: MachineChoice): boolean {
  return [search, state, product, renewal].some((value) => value !== "");
}

/** The page of a machine. */
export function machineAddress({ application, cmid }: Pick<Machine, "application" | "cmid">): string {
  return `/machines/${application}/${cmid}`;
}

/** What tells a machine from all others. */
export function keyOf({ application, cmid }: Pick<Machine, "application" | "cmid">): string {
  return `${application} ${cmid}`;
}
