import { ACTIVATIONS_PATH, MAX_REQUEST, parseRequest } from "../protocol/messages.ts";
import { type Problem, problem } from "../protocol/problems.ts";
import type { Certificate } from "../vendor/certificate.ts";
import { RateLimiter } from "../vendor/rate-limiter.ts";
import { requestPath } from "../vendor/request-path.ts";
import type { Host } from "./host.ts";
import { listenProblem } from "./listen-problem.ts";
import { problemResponse, publicProblem } from "./problem-response.ts";

/** A listener for clients. */
export interface Listener {
  readonly port: number;
  /** The base address for clients on this machine. */
  readonly url: string;
  /** Takes no new request, and resolves when the accepted ones are answered. */
  stop(): Promise<void>;
}

/** The listener of the activation port. */
export interface ActivationListener extends Listener {
  /** Shows another certificate to whoever connects from now on. Throws PORT_IN_USE, and can be called again then. */
  renew(certificate: Certificate): void;
}

/** Where a host listens. */
export interface Address {
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** How a host listens to its clients. */
export interface ListenOptions extends Address {
  /** True for one of several listeners of this host on the same port, between which the system deals connections. */
  readonly isShared?: boolean | undefined;
  /** HTTPS with a certificate, else HTTP. */
  readonly certificate?: Certificate | undefined;
  /** Requests a second that one address may make, and ten times as many at once; no limit without it, or with 0. */
  readonly rateLimit?: number | undefined;
}

/*
 * What slow and idle connections may cost was tried out with Bun 1.4.5, whose documents do not say. The head of a first
 * request must be there 10 to 12 s after the connection, however it trickles in; so must a TLS handshake. From then on
 * `idleTimeout` runs (it ticks every 4 s): the body must be there within it, and after an answer the head of the next
 * request, which bytes that trickle in do not put off. A head of more than 16 KiB or 197 lines gets 431. A request that
 * comes before the answer to the last one ends the connection. So a connection that never asks lives 12 s, and each one
 * that asks has taken from its address's rate. Bun tells nothing of a connection before it asks, so there is no limit on
 * their number by address; at the limit of open files (ulimit -n) new ones wait.
 */

/** Seconds a body may take to arrive, and a connection may be silent after an answer. */
const IDLE_SECONDS = 30;
/** More than a request may have, so that a request slightly too large is told so instead of being cut off. */
const MAX_BODY = 16 * 1024;
/** The rate limit of `muster host run`: many machines behind one address may wake at once, and none asks often. */
export const RATE_LIMIT = 100;
/** So many seconds' worth of requests may come at once. */
const BURST_SECONDS = 10;

/** Told the problem of each request that is refused, to count it. */
export type OnRefused = (problem: Problem) => void;

/** Serves the anonymous activation port. Throws PORT_IN_USE, ACCESS_DENIED. */
export function listen(host: Host, options: ListenOptions, onRefused?: OnRefused): ActivationListener {
  const answers = answersOf(host, options.rateLimit, onRefused);
  let server = serve(options, answers);
  const port = server.port ?? options.port;
  const stopping = new Set<Promise<void>>();
  const stopServer = () => {
    const stopped = drain(server).finally(() => stopping.delete(stopped));
    stopping.add(stopped);
  };
  return {
    port,
    url: listenerUrl(options, port),
    renew(certificate) {
      // Bun takes no other certificate while it serves. The port is free as soon as stop() is called, and what was
      // accepted is still answered.
      stopServer();
      server = serve({ ...options, port, certificate }, answers);
    },
    async stop() {
      stopServer();
      await Promise.all(stopping);
      await host.idle();
    },
  };
}

/** Takes no new connection, and resolves when the last answer is out: a thread may end then. */
async function drain(server: ReturnType<typeof serve>): Promise<void> {
  await server.stop();
  while (server.pendingRequests > 0) await Bun.sleep(1);
}

/** The base address of a listener on this address and port. */
export function listenerUrl(
  { address, certificate }: Pick<ListenOptions, "address" | "certificate">,
  port: number,
): string {
  return `${certificate ? "https" : "http"}://${address.includes(":") ? `[${address}]` : address}:${port}`;
}

async function activate(host: Host, request: Request, from: string): Promise<Response> {
  host.admit();
  const body = await readBody(request);
  const answer = await host.activate(parseRequest(body), from);
  return Response.json(answer);
}

function refusePath(request: Request): never {
  if (requestPath(request) === ACTIVATIONS_PATH) {
    throw problem("METHOD_NOT_ALLOWED", "Activations are asked for by POST.");
  }
  throw problem("NOT_FOUND", `There is nothing at this path; activations go to ${ACTIVATIONS_PATH}.`);
}

async function respond(
  work: () => Response | Promise<Response>,
  onRefused: OnRefused | undefined,
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    const known = publicProblem(error);
    onRefused?.(known);
    return problemResponse(known, { allow: "POST" });
  }
}

async function readBody(request: Request): Promise<unknown> {
  const declared = Number(request.headers.get("content-length") ?? 0);
  const text = declared > MAX_REQUEST ? undefined : await request.text().catch(brokenOff);
  if (text === undefined || Buffer.byteLength(text) > MAX_REQUEST) {
    throw problem("TOO_LARGE", `The request is larger than ${MAX_REQUEST} bytes.`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw problem("BAD_REQUEST", "The request is malformed: its body is not JSON.");
  }
}

function brokenOff(): never {
  throw problem("BAD_REQUEST", "The request is malformed: the connection ended before its body was there.");
}

type Answer = (request: Request, server: Bun.Server<undefined>) => Promise<Response>;

/** What becomes of a request to activate, and of any other. */
function answersOf(
  host: Host,
  rateLimit: number | undefined,
  onRefused: OnRefused | undefined,
): { readonly activation: Answer; readonly other: Answer } {
  const limiter = rateLimit
    ? new RateLimiter({ requests: rateLimit, seconds: 1, burst: rateLimit * BURST_SECONDS })
    : undefined;
  const admit = (request: Request, server: Bun.Server<undefined>): string => {
    const from = server.requestIP(request)?.address ?? "";
    const seconds = limiter?.take(from, performance.now()) ?? 0;
    if (seconds > 0) throw tooFast(seconds);
    return from;
  };
  return {
    activation: (request, server) =>
      respond(() => activate(host, request, admit(request, server)), onRefused),
    other: (request, server) =>
      respond(() => {
        admit(request, server);
        return refusePath(request);
      }, onRefused),
  };
}

function tooFast(seconds: number): Problem {
  return problem("SLOW_DOWN", `Too many requests from this address; ask again in ${seconds} s.`, {
    retryAfter: seconds,
  });
}

function serve(
  { address, port, isShared, certificate }: ListenOptions,
  answers: ReturnType<typeof answersOf>,
) {
  try {
    return Bun.serve({
      hostname: address,
      port,
      ...(certificate && { tls: { cert: certificate.cert, key: certificate.key } }),
      idleTimeout: IDLE_SECONDS,
      maxRequestBodySize: MAX_BODY,
      development: false,
      // Outside development Bun shares a taken port with whoever has it, and each gets half of the requests.
      reusePort: isShared ?? false,
      routes: { [ACTIVATIONS_PATH]: { POST: answers.activation } },
      fetch: answers.other,
    });
  } catch (error) {
    throw listenProblem(error, { address, port, option: "--port" });
  }
}
