import * as z from "zod";
import { route } from "./route.ts";

const WORDS = `This is the admin listener of a Muster host.

/healthz            whether the host can serve (no token needed)
/v1/status          the host at a glance
/v1/machines        the machines it knows
/v1/events          what it has logged
/v1/settings        its settings
/v1/openapi.json    all calls, as OpenAPI 3.1
/metrics            its figures for Prometheus

Send the token in the file admin-token of the host's folder:
Authorization: Bearer TOKEN
`;

const showFront = route({
  method: "GET",
  path: "/",
  summary: "What is here.",
  isOpen: true,
  type: "text/plain",
  gives: z.string(),
  handle: async () => new Response(WORDS, { headers: { "content-type": "text/plain; charset=utf-8" } }),
});

/** The pages of the listener. They are open: a page holds nothing of the host, and asks the API with its token. */
export const pageRoutes = [showFront];
