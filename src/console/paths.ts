/** Where the pages of the console are; parameters as `:name`. The host serves the console at each of them. */
export const PATHS = [
  "/",
  "/machines",
  "/machines/:application/:cmid",
  "/findings",
  "/events",
  "/settings",
  "/keys",
  "/sign-in",
] as const;
