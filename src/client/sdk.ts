import { type Catalogue, findProduct, openCatalogue, type Product } from "../protocol/catalogue.ts";
import { type LicenseStatus, statusName } from "../protocol/license-state.ts";
import { PROBLEMS, Problem, type ProblemName, problem } from "../protocol/problems.ts";
import { createGrantReader } from "./grant.ts";
import { reasonSentence, standing } from "./standing.ts";
import type { ClientState } from "./state.ts";
import type { LicenseStore } from "./store.ts";

export { createMemoryStore, type MemoryStore } from "./memory-store.ts";
export type { ClientState, ProductState } from "./state.ts";
export type { LicenseStore, Reading } from "./store.ts";

/** What a program is told of its licence. */
export interface LicenseReport {
  /** 0 Unlicensed, 1 Licensed, 2 Initial grace, 3 Additional grace, 4 Non-genuine grace, 5 Notification. */
  readonly status: LicenseStatus;
  readonly name: string;
  /** True while there is a lease; a program decides itself what it does in the grace periods and in Notification. */
  readonly licensed: boolean;
  /** Until the status ends; 0 where nothing ends. */
  readonly minutesLeft: number;
  /** When the status ends, milliseconds since the epoch. */
  readonly ends: number | undefined;
  readonly product: { readonly id: string; readonly name: string } | undefined;
  /**
   * Why it is not licensed, where there is more to say than the status. CLOCK_SKEW also while it is: the clock was
   * set back, which wins nothing.
   */
  readonly reason: ProblemName | undefined;
  readonly code: string | undefined;
  /** The reason in a sentence. */
  readonly message: string | undefined;
  /** When a host last granted a lease, milliseconds since the epoch. */
  readonly lastSuccess: number | undefined;
}

/** What a product embeds to know whether it is licensed. */
export interface Sdk {
  /**
   * The licence of the product, from what the agent stored: no network, and never an exception. Whatever is missing
   * or damaged is a report with a reason.
   */
  status(): Promise<LicenseReport>;
}

/** How the SDK finds its licence. */
export interface SdkOptions {
  readonly store: LicenseStore;
  /** The signed catalogue that was shipped inside the program; without it, the one in the store is believed. */
  readonly catalogue?: string;
  /** The activation id of the program; without it, the first licensed product there is. */
  readonly product?: string;
  readonly now?: () => number;
}

/** Makes the SDK over a store: the folder of the agent, or one in memory. */
export function createSdk({ store, catalogue: shipped, product, now = Date.now }: SdkOptions): Sdk {
  const grants = createGrantReader();
  let opened: { token: string; catalogue: Catalogue } | undefined;

  async function readCatalogue(): Promise<Catalogue> {
    const token = shipped ?? (await store.catalogue());
    if (token === undefined) {
      throw problem(
        "NOT_INITIALIZED",
        "There is no catalogue on this machine; install the product key: muster ipk KEY --catalogue FILE.",
      );
    }
    if (opened?.token !== token) opened = { token, catalogue: await openCatalogue(token) };
    return opened.catalogue;
  }

  return {
    async status() {
      try {
        const catalogue = await readCatalogue();
        const { state, problem: trouble } = await store.read();
        const reports = await Promise.all(
          candidates(catalogue, state, product).map(async (one) => {
            const stored = state.products[one.id];
            const grant = await grants.read(stored?.grant, one.id, catalogue);
            const { status, ends, minutesLeft, reason } = standing(
              one,
              stored,
              grant,
              now(),
              state.clock.signed,
            );
            const why = reason ?? (stored?.key === undefined ? (trouble?.name ?? "KEY_MISSING") : undefined);
            const { id, name } = one;
            return {
              status,
              name: statusName(status),
              licensed: status === 1,
              minutesLeft,
              ends,
              product: { id, name },
              ...explain(why, trouble),
              lastSuccess: stored?.lastSuccess,
            };
          }),
        );
        return (
          reports.find(({ licensed }) => licensed) ?? reports[0] ?? unlicensed(trouble ?? notInstalled())
        );
      } catch (error) {
        return unlicensed(error);
      }
    },
  };
}

function candidates(catalogue: Catalogue, state: ClientState, product: string | undefined): Product[] {
  if (product === undefined)
    return catalogue.products.filter(({ id }) => state.products[id]?.key !== undefined);
  const found = findProduct(catalogue, product.toLowerCase());
  if (found === undefined)
    throw problem("BAD_INPUT", `The catalogue has no product ${product}; use one of its activation ids.`);
  return [found];
}

function explain(reason: ProblemName | undefined, trouble: Problem | undefined) {
  if (reason === undefined) return { reason, code: undefined, message: trouble?.message };
  return { reason, code: PROBLEMS[reason].code, message: trouble?.message ?? reasonSentence({ reason }) };
}

function notInstalled(): Problem {
  return problem("KEY_MISSING", "No product key is installed; install the setup key: muster ipk KEY.");
}

function unlicensed(error: unknown): LicenseReport {
  const why =
    error instanceof Problem ? error : problem("STORE_UNAVAILABLE", `The licence cannot be read: ${error}.`);
  return {
    status: 0,
    name: statusName(0),
    licensed: false,
    minutesLeft: 0,
    ends: undefined,
    product: undefined,
    reason: why.name,
    code: why.code,
    message: why.message,
    lastSuccess: undefined,
  };
}
