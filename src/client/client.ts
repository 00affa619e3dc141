import {
  type Catalogue,
  findProduct,
  openCatalogue,
  type Product,
  productOfKey,
} from "../protocol/catalogue.ts";
import { problem } from "../protocol/problems.ts";
import { type AttemptParts, type AttemptResult, attemptActivation } from "./attempt.ts";
import { logSettings } from "./attempt-events.ts";
import type { ClientDescription, ProductDescription } from "./description.ts";
import { createGrantReader } from "./grant.ts";
import { chooseCatalogue, clearKeys, installKey, rearm, rearmsLeft, uninstallKey } from "./install.ts";
import { observe } from "./observe.ts";
import { dueAt } from "./schedule.ts";
import { createSdk, type LicenseReport, type Sdk } from "./sdk.ts";
import { standing } from "./standing.ts";
import type { ClientSettings, ClientState } from "./state.ts";

/** The parts a client is made of; `catalogue` is what was shipped inside the program, if anything was. */
export interface ClientParts extends Omit<AttemptParts, "catalogue" | "readGrant" | "signal" | "machine"> {
  readonly catalogue: string | undefined;
  readonly machine: () => Promise<AttemptParts["machine"]>;
  /** Who changes settings, for the events that tell of it. */
  readonly account?: string;
}

/** The client role on one machine. Products are named by activation id; without one, those with a key are meant. */
export interface Client {
  /** Installs a product key, and with it the catalogue it belongs to. Throws KEY_INVALID, NOT_INITIALIZED. */
  install(key: string, catalogue?: string): Promise<Product>;
  /** Removes keys and leases; gives the products that had one. */
  uninstall(product?: string): Promise<Product[]>;
  /** Removes the text of the keys; gives the products that had one. */
  clearKeys(): Promise<Product[]>;
  /**
   * Makes one attempt at once, whenever the next one is due; without a product, for the first that has a key. A host
   * that fails is a result; throws KEY_MISSING, KEY_NOT_VOLUME, IN_USE.
   */
  activate(product?: string, signal?: AbortSignal): Promise<AttemptResult>;
  /** Makes the attempts that are due and gives what came of them. Throws KEY_MISSING, NOT_INITIALIZED. */
  activateDue(signal?: AbortSignal): Promise<AttemptResult[]>;
  /** When the next attempt is due, milliseconds since the epoch. Throws KEY_MISSING, NOT_INITIALIZED. */
  nextDue(): Promise<number>;
  status(product?: string): Promise<LicenseReport>;
  describe(): Promise<ClientDescription>;
  configure(change: Partial<ClientSettings>): Promise<ClientSettings>;
  /** Starts anew with another CMID. Throws REARM_LIMIT. Gives how often that may be done again. */
  rearm(): Promise<number>;
}

/** Joins the parts to a client. */
export function assembleClient(parts: ClientParts): Client {
  const { store, now } = parts;
  const readGrant = createGrantReader();
  let opened: { token: string; catalogue: Catalogue } | undefined;
  let machine: Promise<AttemptParts["machine"]> | undefined;
  const sdks = new Map<string | undefined, Sdk>();

  function makeSdk(product: string | undefined): Sdk {
    const { catalogue } = parts;
    return createSdk({
      store,
      now,
      ...(catalogue === undefined ? {} : { catalogue }),
      ...(product === undefined ? {} : { product }),
    });
  }

  async function catalogueToken(): Promise<string> {
    const token = parts.catalogue ?? (await store.catalogue());
    if (token !== undefined) return token;
    throw problem(
      "NOT_INITIALIZED",
      "There is no catalogue on this machine yet; install the key with the one that came with the product: muster ipk KEY --catalogue FILE.",
    );
  }

  async function openOwn(): Promise<Catalogue> {
    const token = await catalogueToken();
    if (opened?.token !== token) opened = { token, catalogue: await openCatalogue(token) };
    return opened.catalogue;
  }

  async function installed(product: string | undefined): Promise<Product[]> {
    const catalogue = await openOwn();
    const { state, problem: trouble } = await store.read();
    const all = product === undefined ? catalogue.products : [requireProduct(catalogue, product)];
    const keyed = all.filter(({ id }) => state.products[id]?.key !== undefined);
    if (keyed.length > 0) return keyed;
    throw (
      trouble ??
      problem(
        "KEY_MISSING",
        "No product key is installed; install the setup key of the product: muster ipk KEY.",
      )
    );
  }

  async function attempt(product: Product, signal: AbortSignal | undefined): Promise<AttemptResult> {
    const catalogue = await openOwn();
    return attemptActivation(
      { ...parts, catalogue, machine: await thisMachine(), readGrant, signal },
      product,
    );
  }

  function thisMachine(): Promise<AttemptParts["machine"]> {
    machine ??= parts.machine();
    return machine;
  }

  async function isDue({ id }: Product): Promise<boolean> {
    const { state } = await store.read();
    const stored = state.products[id];
    return stored !== undefined && isVolume(state, id) && dueAt(stored, now()) <= now();
  }

  async function attemptDue(
    product: Product,
    signal: AbortSignal | undefined,
  ): Promise<AttemptResult | undefined> {
    await observe({ store, now, machine: await thisMachine() }, product.policy);
    if (!(await isDue(product))) return undefined;
    // Looked at again under the lock: `muster ato` may have been faster.
    return store.oneAttempt(async () => ((await isDue(product)) ? attempt(product, signal) : undefined));
  }

  async function change(products: Product[], apply: (state: ClientState, id: string) => ClientState) {
    await changeSettings((state) => products.reduce((before, { id }) => apply(before, id), state));
    return products;
  }

  /** Changes what an administrator sets, and logs 12403 for each difference. */
  async function changeSettings(apply: (state: ClientState) => ClientState): Promise<ClientState> {
    let before: ClientState | undefined;
    const after = await store.update((state) => {
      before = state;
      return apply(state);
    });
    if (before !== undefined)
      await logSettings(
        { store, now, machine: await thisMachine() },
        before,
        after,
        parts.account ?? "unknown",
      );
    return after;
  }

  return {
    async install(key, offered) {
      if (offered !== undefined && parts.catalogue === undefined) {
        const kept = await store.catalogue();
        const chosen = await chooseCatalogue(kept, offered);
        productOfKey(await openCatalogue(chosen), key);
        if (chosen !== kept) await store.keepCatalogue(chosen);
      }
      const { product, key: parsed } = productOfKey(await openOwn(), key);
      await changeSettings((state) => installKey(state, product, parsed, now()));
      return product;
    },
    uninstall: async (product) => change(await installed(product), uninstallKey),
    clearKeys: async () => change(await installed(undefined), clearKeys),
    async activate(product, signal) {
      const [first] = await installed(product);
      if (first === undefined) throw problem("KEY_MISSING", "No product key is installed.");
      requireVolume((await store.read()).state, first);
      return store.oneAttempt(() => attempt(first, signal));
    },
    async activateDue(signal) {
      const results: AttemptResult[] = [];
      for (const product of await installed(undefined)) {
        signal?.throwIfAborted();
        const result = await attemptDue(product, signal);
        if (result !== undefined) results.push(result);
      }
      return results;
    },
    async nextDue() {
      const products = await installed(undefined);
      const { state } = await store.read();
      const times = products.map(({ id }) => {
        const stored = state.products[id];
        return stored && isVolume(state, id) ? dueAt(stored, now()) : Number.POSITIVE_INFINITY;
      });
      return Math.min(...times);
    },
    status(product) {
      const sdk = sdks.get(product) ?? makeSdk(product);
      sdks.set(product, sdk);
      return sdk.status();
    },
    async describe() {
      const catalogue = await openOwn();
      const { state, problem: trouble } = await store.read();
      const products = catalogue.products.map(async (product): Promise<ProductDescription> => {
        const stored = state.products[product.id];
        const grant = await readGrant(stored?.grant, product.id, catalogue);
        return {
          product,
          application: catalogue.applications.find(({ id }) => id === product.application)?.name ?? "",
          stored,
          state: standing(product, stored, grant, now(), state.clock.signed),
          grant: grant === "not-genuine" ? undefined : grant,
        };
      });
      return {
        cmid: state.cmid,
        vendor: { id: catalogue.vendor.id, name: catalogue.vendor.name },
        settings: state.settings,
        rearmsLeft: rearmsLeft(state, catalogue.products),
        problem: trouble,
        products: await Promise.all(products),
      };
    },
    async configure(settings) {
      const changed = await changeSettings((state) => ({
        ...state,
        settings: { ...state.settings, ...settings },
        // A cached host outlives neither its caching nor the domain it was found in.
        cachedHost:
          settings.hostCaching === false || "lookupDomain" in settings ? undefined : state.cachedHost,
      }));
      return changed.settings;
    },
    async rearm() {
      const { products } = await openOwn();
      return rearmsLeft(await changeSettings((state) => rearm(state, products, now())), products);
    },
  };
}

function requireProduct(catalogue: Catalogue, id: string): Product {
  const product = findProduct(catalogue, id.toLowerCase());
  if (product !== undefined) return product;
  throw problem(
    "BAD_INPUT",
    `The catalogue has no product with the activation id ${id}; muster dlv all shows those it has.`,
  );
}

/** True for a product that a host activates; a MAK is used against the vendor. */
function isVolume(state: ClientState, id: string): boolean {
  return state.products[id]?.key?.kind === "setup";
}

function requireVolume(state: ClientState, product: Product): void {
  if (isVolume(state, product.id)) return;
  throw problem(
    "KEY_NOT_VOLUME",
    `${product.name} has a MAK, which is activated with the vendor and not by a host; install its setup key to use a host: muster ipk KEY.`,
  );
}
