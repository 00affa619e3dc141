import { ACTIVATIONS_PATH, MAX_REQUEST, parseRequest } from "../protocol/messages.ts";
import { Problem, problem } from "../protocol/problems.ts";
import type { Host } from "./host.ts";

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
}

/** Seconds a connection may be silent. */
const IDLE_SECONDS = 30;
/** More than a request may have, so that a request slightly too large is told so instead of being cut off. */
const MAX_BODY = 64 * 1024;
const PROBLEM_HEADERS = { "content-type": "application/problem+json" };

/** Serves the anonymous activation port. Throws PORT_IN_USE. */
export function listen(host: Host, { address, port }: Address): Listener {
  const server = serve(host, address, port);
  return {
    port: server.port ?? port,
    url: `http://${address.includes(":") ? `[${address}]` : address}:${server.port}`,
    async stop() {
      await server.stop();
      await host.idle();
    },
  };
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

/** Turns whatever is thrown into problem details; what is not a Problem stays inside. */
async function respond(work: () => Response | Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    const known =
      error instanceof Problem
        ? error
        : problem("DEFECT", "The host failed at this request; its log says why.");
    if (known !== error) console.error(error);
    const retry = known.retryAfter === undefined ? {} : { "retry-after": String(known.retryAfter) };
    const allow = known.name === "METHOD_NOT_ALLOWED" ? { allow: "POST" } : {};
    return new Response(JSON.stringify(known), {
      status: known.status,
      headers: { ...PROBLEM_HEADERS, ...retry, ...allow },
    });
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

function serve(host: Host, hostname: string, port: number) {
  try {
    return Bun.serve({
      hostname,
      port,
      idleTimeout: IDLE_SECONDS,
      maxRequestBodySize: MAX_BODY,
      development: false,
      // Outside development Bun shares a taken port with whoever has it, and each gets half of the requests.
      reusePort: false,
      routes: {
        [ACTIVATIONS_PATH]: {
          POST: (request, server) =>
            respond(() => activate(host, request, server.requestIP(request)?.address ?? "")),
        },
      },
      fetch: (request) => respond(() => refusePath(request)),
    });
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === "EADDRINUSE") {
      throw problem(
        "PORT_IN_USE",
        `Port ${port} is taken on ${hostname}; stop the program that has it, or choose another with --port.`,
      );
    }
    if (code === "EACCES")
      throw problem(
        "ACCESS_DENIED",
        `This account may not listen on port ${port}; choose one above 1023 with --port.`,
      );
    throw error;
  }
}
