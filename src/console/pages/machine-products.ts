import type { Keys } from "../api-types.ts";
import { useApi } from "../use-api.ts";

/** The products of the host, and their names. */
export interface KnownProducts {
  readonly products: Keys["products"];
  /** The name of a product; part of its id when the catalogue has it no more, nothing until that is known. */
  readonly nameOf: (product: string) => string;
}

const NONE: Keys["products"] = [];

/** Asks for the products once. */
export function useProducts(): KnownProducts {
  const { data } = useApi<Keys>("/v1/keys");
  const products = data?.products ?? NONE;
  return {
    products,
    nameOf: (product) =>
      products.find(({ id }) => id === product)?.name ?? (data === undefined ? "" : product.slice(0, 8)),
  };
}
