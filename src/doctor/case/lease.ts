/** For so many minutes an activation lasts: 180 days. */
export const VALIDITY = 259_200;
/** After so many minutes a client renews, unless its host says otherwise: 7 days. */
export const RENEWAL_INTERVAL = 10_080;
