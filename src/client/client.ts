import {
  type Catalogue,
  findProduct,
  openCatalogue,
  type Product,
  productOfKey,
} from "../protocol/catalogue.ts";
import type { MakRequest } from "../protocol/mak.ts";
import { problem } from "../protocol/problems.ts";
import type { OnlineVendor } from "./ask-vendor.ts";
import { type AttemptParts, type AttemptResult, attemptActivation } from "./attempt.ts";
import { logSettings } from "./attempt-events.ts";
import type { ClientDescription, ProductDescription } from "./description.ts";
import { createGrantReader } from "./grant.ts";
import { chooseCatalogue, clearKeys, installKey, rearm, rearmsLeft, uninstallKey } from "./install.ts";
import { attemptMak, type MakParts, makeMakRequest, takeVendorLease } from "./mak-attempt.ts";
import { observe } from "./observe.ts";
import { dueAt } from "./schedule.ts";
import { createSdk, type LicenseReport, type Sdk } from "./sdk.ts";
import { standing } from "./standing.ts";
import type { ClientSettings, ClientState, ProductState } from "./state.ts";

/** The parts a client is made of; `catalogue` is what was shipped inside the program, if anything was. */
export interface ClientParts extends Omit<AttemptParts, "catalogue" | "grants" | "signal" | "machine"> {
  readonly catalogue: string | undefined;
  /** For products with a MAK. */
  readonly vendor?: OnlineVendor | undefined;
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
   * or a vendor that fails is a result; throws KEY_MISSING, IN_USE, BAD_INPUT for a MAK without a vendor's address.
   */
  activate(product?: string, signal?: AbortSignal): Promise<AttemptResult>;
  /** The request of a product with a MAK, to be carried to the vendor. Throws KEY_MISSING, BAD_INPUT. */
  makRequest(product?: string): Promise<MakRequest>;
  /**
   * Takes in the vendor's answer to such a request. Throws KEY_MISSING, SIGNATURE_INVALID, HARDWARE_CHANGED, BAD_INPUT
   * when it is for another machine, product or MAK.
   */
  acceptMakAnswer(answer: string, product?: string): Promise<AttemptResult>;
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
  const grants = createGrantReader();
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
    return attemptActivation({ ...parts, catalogue, machine: await thisMachine(), grants, signal }, product);
  }

  /** What activates a product: the vendor a MAK, hosts all else. */
  async function attemptAny(product: Product, signal: AbortSignal | undefined): Promise<AttemptResult> {
    if (!(await isMak(product))) return attempt(product, signal);
    const parts = await makParts(signal);
    await observe(parts, product.policy);
    return attemptMak(parts, product, requireVendor());
  }

  async function isMak({ id }: Product): Promise<boolean> {
    return (await store.read()).state.products[id]?.key?.kind === "mak";
  }

  async function makParts(signal?: AbortSignal): Promise<MakParts> {
    return { ...parts, catalogue: await openOwn(), machine: await thisMachine(), signal };
  }

  function requireVendor(): OnlineVendor {
    if (parts.vendor !== undefined) return parts.vendor;
    throw problem(
      "BAD_INPUT",
      "A MAK is activated with the vendor; name the vendor's server (--vendor URL, or MUSTER_VENDOR), or go by file: muster ato --request FILE.",
    );
  }

  /** The product with a MAK that is meant. */
  async function withMak(named: string | undefined): Promise<Product> {
    const products = await installed(named);
    const kinds = await Promise.all(products.map(isMak));
    const [product, another] = products.filter((_, at) => kinds[at]);
    if (product !== undefined && another === undefined) return product;
    throw problem(
      "BAD_INPUT",
      product === undefined
        ? "A request file is for a MAK, and none is installed; a setup key is activated by a host: muster ato."
        : `Several products have a MAK; name one by its activation id, such as ${product.id}.`,
    );
  }

  function thisMachine(): Promise<AttemptParts["machine"]> {
    machine ??= parts.machine();
    return machine;
  }

  async function isDue({ id }: Product): Promise<boolean> {
    const { state } = await store.read();
    const stored = state.products[id];
    return stored !== undefined && nextOf(stored) <= now();
  }

  /**
   * When the agent is to try. A MAK is activated once; on other hardware it would use up another of its activations,
   * so that is left to a person.
   */
  function nextOf(stored: ProductState): number {
    if (stored.key?.kind === "setup") return dueAt(stored, now());
    const isWanted = stored.key?.text !== undefined && stored.grant === undefined;
    return isWanted && parts.vendor !== undefined ? dueAt(stored, now()) : Number.POSITIVE_INFINITY;
  }

  async function attemptDue(
    product: Product,
    signal: AbortSignal | undefined,
  ): Promise<AttemptResult | undefined> {
    await observe({ store, now, machine: await thisMachine() }, product.policy);
    if (!(await isDue(product))) return undefined;
    // Looked at again under the lock: `muster ato` may have been faster.
    return store.oneAttempt(async () => ((await isDue(product)) ? attemptAny(product, signal) : undefined));
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
      return store.oneAttempt(() => attemptAny(first, signal));
    },
    async makRequest(product) {
      const wanted = await withMak(product);
      return makeMakRequest(await makParts(), wanted);
    },
    async acceptMakAnswer(answer, product) {
      const wanted = await withMak(product);
      const parts = await makParts();
      return store.oneAttempt(() => takeVendorLease(parts, wanted, answer));
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
        return stored === undefined ? Number.POSITIVE_INFINITY : nextOf(stored);
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
        const grant = await grants.read(stored?.grant, product.id, catalogue);
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
        signed: state.clock.signed,
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
