import { type Catalogue, openCatalogue, type Product } from "../protocol/catalogue.ts";
import { type Key, partialKey } from "../protocol/keys.ts";
import { DEFAULT_POLICY } from "../protocol/policy.ts";
import { problem } from "../protocol/problems.ts";
import { type ClientState, changeProduct, type InstalledKey, newProduct } from "./state.ts";

/**
 * The state with a product key installed. Another setup key of the product keeps its lease; a MAK and a setup key end
 * each other's, as does another MAK: a lease belongs to the key it was granted by. The grace period goes on.
 */
export function installKey(state: ClientState, product: Product, key: Key, now: number): ClientState {
  const before = state.products[product.id] ?? newProduct(now);
  const stored = keepsLease(before.key, key) ? before : newProduct(before.firstSeen);
  const installed = { kind: key.kind, partial: partialKey(key.text), text: key.text, installed: now };
  return {
    ...state,
    products: { ...state.products, [product.id]: { ...stored, key: installed, nextAttempt: undefined } },
  };
}

function keepsLease(before: InstalledKey | undefined, { kind, text }: Key): boolean {
  if (before === undefined) return true;
  return before.kind === kind && (kind === "setup" || before.partial === partialKey(text));
}

/** The state without a product's key and lease. Its first day stays, so that installing anew gives no second grace. */
export function uninstallKey(state: ClientState, id: string): ClientState {
  return changeProduct(state, id, ({ firstSeen }) => newProduct(firstSeen));
}

/** The state without the text of any key; the last five characters and the leases stay. */
export function clearKeys(state: ClientState): ClientState {
  const products = Object.entries(state.products).map(([id, product]) => [
    id,
    product.key === undefined ? product : { ...product, key: { ...product.key, text: undefined } },
  ]);
  return { ...state, products: Object.fromEntries(products) };
}

/**
 * The state of a machine that starts anew: no CMID, ticket or lease, and grace periods from now on. The keys stay.
 * Throws REARM_LIMIT when the products' policy allows no more.
 */
export function rearm(state: ClientState, products: readonly Product[], now: number): ClientState {
  if (rearmsLeft(state, products) === 0) {
    throw problem(
      "REARM_LIMIT",
      `This machine was rearmed ${state.rearms} times, which is all its products allow; install the system anew.`,
    );
  }
  const fresh = Object.entries(state.products).map(([id, { key }]) => [id, { ...newProduct(now), key }]);
  return {
    ...state,
    cmid: undefined,
    ticket: undefined,
    rearms: state.rearms + 1,
    products: Object.fromEntries(fresh),
  };
}

/** How often the machine may still be rearmed: as often as the strictest of its products allows. */
export function rearmsLeft(state: ClientState, products: readonly Product[]): number {
  const limits = products
    .filter(({ id }) => state.products[id]?.key !== undefined)
    .map(({ policy }) => policy.rearms);
  const limit = limits.length === 0 ? DEFAULT_POLICY.rearms : Math.min(...limits);
  return Math.max(0, limit - state.rearms);
}

/**
 * The catalogue to keep of the one that is kept and the one that is offered: the newer, and only of the same vendor.
 * Throws BAD_INPUT for another vendor's.
 */
export async function chooseCatalogue(kept: string | undefined, offered: string): Promise<string> {
  const catalogue = await openCatalogue(offered);
  if (kept === undefined) return offered;
  const current = await openCatalogue(kept);
  if (!isSameVendor(current, catalogue)) {
    throw problem(
      "BAD_INPUT",
      `This catalogue is of another vendor (${catalogue.vendor.name}) than the one on this machine (${current.vendor.name}); keep the two apart with --data.`,
    );
  }
  return catalogue.issued > current.issued ? offered : kept;
}

function isSameVendor(one: Catalogue, other: Catalogue): boolean {
  return one.vendor.key.x === other.vendor.key.x;
}
