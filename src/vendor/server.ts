import { HOSTS_PATH, MAKS_PATH, type MakAnswer, parseMakRequest } from "../protocol/mak.ts";
import { MAX_REQUEST } from "../protocol/messages.ts";
import { Problem, type ProblemName, problem } from "../protocol/problems.ts";
import { endServer } from "./end-server.ts";
import { RateLimiter } from "./rate-limiter.ts";
import { requestPath } from "./request-path.ts";
import type { Vendor } from "./vendor.ts";

/** How a vendor serves online activation. */
export interface ServeOptions {
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM texts; plain HTTP without them. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Requests a minute that one address may make. */
  readonly perMinute: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Is told of each request once it is answered. */
  readonly log: (served: Served) => void;
}

/** One answered request. */
export interface Served {
  readonly time: number;
  readonly address: string;
  readonly method: string;
  readonly path: string;
  /** The HTTP status. */
  readonly status: number;
  /** What was issued to whom, or the sentence of the refusal. */
  readonly detail: string;
}

/** A vendor that serves. */
export interface VendorServer {
  readonly port: number;
  readonly url: string;
  /** Takes no new request, and resolves when the accepted ones are answered. */
  stop(): Promise<void>;
}

/** More than a request may have, so that one slightly too large is told so instead of being cut off. */
const MOST_READ = 64 * 1024;
const IDLE_SECONDS = 30;
const OWN_TROUBLES: ReadonlySet<ProblemName> = new Set(["STORE_UNAVAILABLE", "ACCESS_DENIED", "IN_USE"]);

interface Answer {
  readonly body: object;
  readonly detail: string;
}

/**
 * Serves online activation: hosts at /v1/hosts, machines with a MAK at /v1/maks; refusals are problem details (RFC
 * 9457). Throws PORT_IN_USE, ACCESS_DENIED, BAD_INPUT when the certificate or its key cannot be used.
 */
export function serveVendor(vendor: Vendor, options: ServeOptions): VendorServer {
  const { perMinute } = options;
  const limiter = new RateLimiter({ requests: perMinute, seconds: 60, burst: perMinute });
  const server = listen(options, async (request, address) => {
    const now = options.clock();
    const path = requestPath(request);
    const { response, detail } = await respond(() => {
      refuseHaste(limiter.take(address, now));
      return route(vendor, request, path, now);
    });
    const { method } = request;
    options.log({ time: now, address, method, path, status: response.status, detail });
    return response;
  });
  const { address, tls } = options;
  const port = server.port ?? options.port;
  const name = address.includes(":") ? `[${address}]` : address;
  return {
    port,
    url: `${tls ? "https" : "http"}://${name}:${port}`,
    stop: () => endServer(server),
  };
}

async function route(vendor: Vendor, request: Request, path: string, now: number): Promise<Answer> {
  if (path !== HOSTS_PATH && path !== MAKS_PATH) {
    throw problem(
      "NOT_FOUND",
      `There is nothing here; hosts ask at ${HOSTS_PATH}, MAK clients at ${MAKS_PATH}.`,
    );
  }
  if (request.method !== "POST") throw problem("METHOD_NOT_ALLOWED", "Activation is asked for by POST.");
  const body = await readBody(request);
  return path === HOSTS_PATH ? answerHost(vendor, body, now) : answerMak(vendor, body, now);
}

async function answerHost(vendor: Vendor, body: string, now: number): Promise<Answer> {
  const { kind, license, name, host } = await vendor.approve(body, now);
  return { body: { license }, detail: `${kind} of host ${name} (${host})` };
}

async function answerMak(vendor: Vendor, body: string, now: number): Promise<Answer> {
  const { kind, lease, activations, name, cmid } = vendor.activate(parseMakRequest(parseJson(body)), now);
  const answer: MakAnswer = { lease, activations };
  return { body: answer, detail: `${kind} of machine ${name} (${cmid})` };
}

function refuseHaste(seconds: number): void {
  if (seconds === 0) return;
  throw problem("SLOW_DOWN", `Too many requests from this address; ask again in ${seconds} seconds.`, {
    retryAfter: seconds,
  });
}

/** Turns whatever is thrown into problem details; the vendor's own troubles stay inside. */
async function respond(work: () => Promise<Answer>): Promise<{ response: Response; detail: string }> {
  try {
    const { body, detail } = await work();
    return { response: Response.json(body), detail };
  } catch (error) {
    const shown = publicOf(error);
    const headers = {
      "content-type": "application/problem+json",
      ...(shown.retryAfter !== undefined && { "retry-after": String(shown.retryAfter) }),
      ...(shown.name === "METHOD_NOT_ALLOWED" && { allow: "POST" }),
    };
    const response = new Response(JSON.stringify(shown), { status: shown.status, headers });
    return { response, detail: error instanceof Error ? error.message : String(error) };
  }
}

/** What the asker may know of it. */
function publicOf(error: unknown): Problem {
  if (!(error instanceof Problem))
    return problem("DEFECT", "The vendor failed at this request; its log says why.");
  if (!OWN_TROUBLES.has(error.name)) return error;
  return problem("STORE_UNAVAILABLE", "The vendor cannot issue anything now; ask again later.", {
    retryAfter: 60,
  });
}

async function readBody(request: Request): Promise<string> {
  const declared = Number(request.headers.get("content-length") ?? 0);
  const text = declared > MAX_REQUEST ? undefined : await request.text().catch(brokenOff);
  if (text !== undefined && Buffer.byteLength(text) <= MAX_REQUEST) return text;
  throw problem("TOO_LARGE", `The request is larger than ${MAX_REQUEST} bytes.`);
}

function brokenOff(): never {
  throw problem("BAD_REQUEST", "The request is malformed: the connection ended before its body was there.");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw problem("BAD_REQUEST", "The request is malformed: its body is not JSON.");
  }
}

function listen(
  { address, port, tls }: ServeOptions,
  answer: (request: Request, from: string) => Promise<Response>,
) {
  try {
    return Bun.serve({
      hostname: address,
      port,
      ...(tls && { tls }),
      idleTimeout: IDLE_SECONDS,
      maxRequestBodySize: MOST_READ,
      development: false,
      // Without this, Bun 1.4 lets two processes share a port outside of development, and neither knows.
      reusePort: false,
      fetch: (request, server) => answer(request, server.requestIP(request)?.address ?? ""),
    });
  } catch (error) {
    throw unservable(error, address, port, tls !== undefined);
  }
}

function unservable(error: unknown, address: string, port: number, isTls: boolean): unknown {
  const { code } = error as { code?: string };
  const cause = { cause: error };
  if (code === "EADDRINUSE") {
    return problem("PORT_IN_USE", `Port ${port} is taken on ${address}; choose another with --port.`, cause);
  }
  if (code === "EACCES") {
    return problem(
      "ACCESS_DENIED",
      `This account may not listen on port ${port}; choose one above 1023.`,
      cause,
    );
  }
  if (code === "EADDRNOTAVAIL" || code === "EINVAL") {
    return problem("BAD_INPUT", `This machine has no address ${address}; correct --address.`, cause);
  }
  if (isTls) {
    const reason = error instanceof Error ? error.message : String(error);
    return problem(
      "BAD_INPUT",
      `The certificate or its key cannot be used (${reason}); give PEM files that belong together.`,
      cause,
    );
  }
  return error;
}
