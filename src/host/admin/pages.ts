import * as z from "zod";
import { ASSETS, type Asset, type Bundle, bundleConsole } from "../../console/bundle.ts";
import { PATHS } from "../../console/paths.ts";
import { problem } from "../../protocol/problems.ts";
import type { Admin } from "./admin.ts";
import { type Route, route } from "./route.ts";

const WORDS = `This is the admin listener of a Muster host. Its console could not be made; the log of the host says why.

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

/** Made when the first page is asked for, then kept; one that failed is tried again. */
let made: Promise<Bundle> | undefined;

function consoleBundle(): Promise<Bundle> {
  made ??= bundleConsole().catch((error) => {
    made = undefined;
    throw error;
  });
  return made;
}

const showPage = (path: string): Route =>
  route({
    method: "GET",
    path,
    summary: "The console.",
    isOpen: true,
    type: "text/html",
    gives: z.string(),
    // What is behind the path is for the console to read.
    takes: { path: z.looseObject({}), query: z.looseObject({}) },
    handle: ({ request }, admin) => showConsole(request, admin),
  });

const showAsset = route({
  method: "GET",
  path: `${ASSETS}:name`,
  summary: "A part of the console.",
  isOpen: true,
  type: "text/javascript",
  takes: { path: z.object({ name: z.string() }) },
  gives: z.string(),
  async handle({ path: { name }, request }) {
    const { assets } = await consoleBundle();
    const asset = assets.get(name);
    if (!asset) throw problem("NOT_FOUND", "The console has no such part; load its page again.");
    // The name changes with what is in it.
    return answer(asset, request, { cache: "public, max-age=31536000, immutable" });
  },
});

/** The console. Its pages are open: they hold nothing of the host, and ask the API once somebody has signed in. */
export const pageRoutes: readonly Route[] = [...PATHS.map(showPage), showAsset];

/** The console where it has no page, which it says itself. */
export const lostPage = (request: Request, admin: Admin): Promise<Response> =>
  showConsole(request, admin, { status: 404 });

/** The console, or in words that it could not be made: whatever is wrong with it, the host goes on. */
export async function showConsole(
  request: Request,
  { log }: Pick<Admin, "log">,
  { status = 200, bundle = consoleBundle }: { status?: number; bundle?: () => Promise<Bundle> } = {},
): Promise<Response> {
  try {
    const { page } = await bundle();
    return answer(page, request, { status });
  } catch (error) {
    log.error(error, "The console could not be made.");
    return new Response(WORDS, { status: 503, headers: { "content-type": "text/plain; charset=utf-8" } });
  }
}

function answer(
  { type, bytes, gzipped }: Asset,
  request: Request,
  { status = 200, cache }: { status?: number; cache?: string } = {},
): Response {
  const isZipped = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
  return new Response(isZipped ? gzipped : bytes, {
    status,
    headers: {
      "content-type": type,
      vary: "accept-encoding",
      ...(isZipped ? { "content-encoding": "gzip" } : {}),
      ...(cache === undefined ? {} : { "cache-control": cache }),
    },
  });
}
