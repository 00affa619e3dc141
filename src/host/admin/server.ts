import { problem } from "../../protocol/problems.ts";
import { endServer } from "../../vendor/end-server.ts";
import { type Address, type Listener, listenerUrl } from "../http.ts";
import { listenProblem } from "../listen-problem.ts";
import { problemResponse } from "../problem-response.ts";
import type { Admin } from "./admin.ts";
import { checkHostHeader } from "./host-header.ts";
import { lostPage, pageRoutes } from "./pages.ts";
import type { Route } from "./route.ts";
import { ROUTES } from "./routes.ts";

/** The port of the admin listener unless told otherwise. */
export const ADMIN_PORT = 1689;

/** Seconds a connection may be silent; a stream of events may be for ever. */
const IDLE_SECONDS = 30;
/** Of a connection that waits for a diagnosis. */
const SLOW_SECONDS = 240;

/** Nothing here may be cached (assets say otherwise), framed, sniffed, held by a window of another site, or told to it. */
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  // Says what frame-ancestors says, to browsers that do not know that.
  "x-frame-options": "DENY",
};

/** Serves the console, and the admin API to those who have the token or have signed in. Throws PORT_IN_USE, ACCESS_DENIED. */
export function serveAdmin(admin: Admin, { address, port }: Address): Listener {
  const stopping = new AbortController();
  const paths = Map.groupBy(ROUTES, ({ path }) => path);
  const server = open({
    routes: Object.fromEntries([...paths].map(([path, routes]) => [path, answering(routes)])),
    fetch: (request: Request) =>
      isForPerson(request)
        ? respond(request, pageRoutes, () => lostPage(request, admin))
        : respond(request, [], refusePath),
  });
  return {
    port: server.port ?? port,
    url: listenerUrl({ address }, server.port ?? port),
    async stop() {
      stopping.abort();
      await endServer(server);
    },
  };

  function open(answers: Pick<Bun.Serve.Options<undefined, string>, "routes" | "fetch">) {
    try {
      return Bun.serve({
        hostname: address,
        port,
        idleTimeout: IDLE_SECONDS,
        // Twice what any call takes, so that whoever sends too much is told so in a sentence (route.ts).
        maxRequestBodySize: 2 * Math.max(...ROUTES.map(({ most }) => most)),
        development: false,
        reusePort: false,
        ...answers,
      } as Bun.Serve.Options<undefined, string>);
    } catch (error) {
      throw listenProblem(error, { address, port, option: "--admin-port" });
    }
  }

  /** Answers a path, whose routes differ in their methods. */
  function answering(routes: readonly Route[]) {
    return (request: Request, running: Bun.Server<unknown>) => {
      const found = routes.find(({ method }) => method === request.method);
      const from = running.requestIP(request)?.address ?? "";
      return respond(request, routes, async () => {
        if (!found) throw problem("METHOD_NOT_ALLOWED", `This path takes ${methodsOf(routes)}.`);
        if (found.isSlow) running.timeout(request, SLOW_SECONDS);
        const response = await found.answer(request, admin, from, stopping.signal);
        if (response.headers.get("content-type") === "text/event-stream") running.timeout(request, 0);
        return response;
      });
    };
  }

  async function respond(
    request: Request,
    routes: readonly Route[],
    answer: () => Promise<Response>,
  ): Promise<Response> {
    let response: Response;
    try {
      checkHostHeader(request, admin.identity.name);
      checkPath(request);
      if (!routes.find(({ method }) => method === request.method)?.isOpen) admin.signIn.authorise(request);
      response = await answer();
    } catch (error) {
      const onDefect = (defect: unknown) =>
        admin.log.error(defect, "A request to the admin listener failed.");
      response = problemResponse(error, { allow: methodsOf(routes), onDefect });
    }
    for (const [name, value] of Object.entries(HEADERS)) {
      if (!response.headers.has(name)) response.headers.set(name, value);
    }
    return response;
  }
}

/** Whether a person opened it in a browser, and not a program that asks the API. */
function isForPerson({ method, url, headers }: Request): boolean {
  const isPage = method === "GET" && (headers.get("accept") ?? "").includes("text/html");
  return isPage && !new URL(url).pathname.startsWith("/v1/");
}

/** Throws BAD_REQUEST when the path is not percent-encoded UTF-8: its parameters would not be what was sent. */
function checkPath({ url }: Request): void {
  try {
    decodeURIComponent(new URL(url).pathname);
  } catch {
    throw problem(
      "BAD_REQUEST",
      "The path is malformed: a % in it must begin a character of UTF-8, as %25 does.",
    );
  }
}

async function refusePath(): Promise<never> {
  throw problem("NOT_FOUND", "There is nothing at this path; /v1/openapi.json lists all there is.");
}

function methodsOf(routes: readonly Route[]): string {
  return routes.map(({ method }) => method).join(", ");
}
