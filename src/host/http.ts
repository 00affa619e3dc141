import { ACTIVATIONS_PATH, MAX_REQUEST, parseRequest } from "../protocol/messages.ts";
import { type Problem, problem } from "../protocol/problems.ts";
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

/** Where a host listens. */
export interface Address {
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** True for one of several listeners of this host on the same port, between which the system deals connections. */
  readonly isShared?: boolean | undefined;
}

/** Seconds a connection may be silent. */
const IDLE_SECONDS = 30;
/** More than a request may have, so that a request slightly too large is told so instead of being cut off. */
const MAX_BODY = 64 * 1024;

/** Told the problem of each request that is refused, to count it. */
export type OnRefused = (problem: Problem) => void;

/** Serves the anonymous activation port. Throws PORT_IN_USE. */
export function listen(
  host: Host,
  { address, port, isShared = false }: Address,
  onRefused?: OnRefused,
): Listener {
  const server = serve(host, address, port, isShared, onRefused);
  return {
    port: server.port ?? port,
    url: listenerUrl(address, server.port ?? port),
    async stop() {
      await server.stop();
      await host.idle();
    },
  };
}

/** The base address of a listener on this address and port. */
export function listenerUrl(address: string, port: number): string {
  return `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
}

async function activate(host: Host, request: Request, from: string): Promise<Response> {
  const body = await readBody(request);
  const answer = await host.activate(parseRequest(body), from);
  return Response.json(answer);
}

function refusePath(request: Request): never {
  if (new URL(request.url).pathname === ACTIVATIONS_PATH) {
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

function serve(
  host: Host,
  hostname: string,
  port: number,
  reusePort: boolean,
  onRefused: OnRefused | undefined,
) {
  try {
    return Bun.serve({
      hostname,
      port,
      idleTimeout: IDLE_SECONDS,
      maxRequestBodySize: MAX_BODY,
      development: false,
      // Outside development Bun shares a taken port with whoever has it, and each gets half of the requests.
      reusePort,
      routes: {
        [ACTIVATIONS_PATH]: {
          POST: (request, server) =>
            respond(() => activate(host, request, server.requestIP(request)?.address ?? ""), onRefused),
        },
      },
      fetch: (request) => respond(() => refusePath(request), onRefused),
    });
  } catch (error) {
    throw listenProblem(error, { address: hostname, port, option: "--port" });
  }
}
