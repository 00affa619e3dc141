/** What all sides agree on. Imports nothing but itself: it runs in Node, Deno, Bun and browsers. */
export * from "./base64url.ts";
export * from "./catalogue.ts";
export * from "./events.ts";
export * from "./host-license.ts";
export * from "./ids.ts";
export * from "./jws.ts";
export * from "./keys.ts";
export * from "./lease.ts";
export * from "./license-state.ts";
export * from "./messages.ts";
export * from "./policy.ts";
export * from "./problems.ts";
export * from "./time.ts";
