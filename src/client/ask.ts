import {
  ACTIVATIONS_PATH,
  type ActivationAnswer,
  type ActivationRequest,
  MAX_ANSWER,
  parseAnswer,
  parseRefusal,
} from "../protocol/messages.ts";
import { Problem, type ProblemName, problem, problemNamed } from "../protocol/problems.ts";
import { type ConnectionFailure, certificateFault, failureOf, parseJson, readText } from "./connection.ts";
import { formatTarget, type Target } from "./target.ts";

/** Asks the host at one address; throws the Problem of its refusal or of the connection. */
export type Ask = (
  target: Target,
  address: string,
  request: ActivationRequest,
  signal?: AbortSignal,
) => Promise<ActivationAnswer>;

/** What of the `fetch` of a runtime is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How hosts are spoken to by TLS. */
export interface HostTls {
  /** Whether every host is, the ones that DNS names too; else those that were set with https://. */
  readonly isRequired?: boolean;
  /** Certificates of the authorities to trust, PEM, in place of the runtime's own; Node has NODE_EXTRA_CA_CERTS. */
  readonly authorities?: string;
}

/** Asks over HTTP or HTTPS. `timeout` is milliseconds for connecting and answering together. */
export function createAsk(options: { timeout: number; fetch?: Fetch; tls?: HostTls }): Ask {
  const { timeout, fetch: call = (url, init) => fetch(url, init), tls = {} } = options;
  return async (asked, address, request, signal) => {
    const target = { ...asked, secure: asked.secure || tls.isRequired === true };
    const deadline = AbortSignal.timeout(timeout);
    try {
      const response = await call(urlOf(target, address), {
        method: "POST",
        body: JSON.stringify(request),
        redirect: "manual",
        keepalive: false,
        signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
        ...bunOptions(tls),
        headers: {
          host: formatTarget(target),
          "content-type": "application/json",
          accept: "application/json, application/problem+json",
          "accept-encoding": "identity",
          connection: "close",
        },
      });
      return readResponse(response.status, response.headers, await readBody(response, target));
    } catch (error) {
      signal?.throwIfAborted();
      throw connectionProblem(error, target, timeout);
    }
  };
}

/** What Bun's `fetch` is told beside; Node and Deno pass over it. */
function bunOptions({ authorities }: HostTls): object {
  return {
    // It would follow http_proxy; a host is inside the network, and a proxy would answer in its place.
    proxy: false,
    // Nothing packed was asked for, and half a megabyte may unpack to one of hundreds before its size can be looked at.
    decompress: false,
    ...(authorities === undefined ? {} : { tls: { ca: authorities } }),
  };
}

/** The answer in a response, or the Problem that it is. */
export function readResponse(status: number, headers: Headers, text: string): ActivationAnswer {
  const body = parseJson(text);
  if (status === 200) return parseAnswer(body);
  const refusal = parseRefusal(body);
  const name = refusal && problemNamed(refusal.code);
  if (refusal === undefined || name === undefined) {
    throw problem("NOT_A_HOST", `What answered is not a Muster host: it said HTTP ${status}.`);
  }
  const retryAfter = /^\d{1,9}$/.exec(headers.get("retry-after") ?? "")?.[0];
  const detail = refusal.detail || "The host refused without saying why.";
  throw problem(name, detail, retryAfter === undefined ? {} : { retryAfter: Number(retryAfter) });
}

/** Names of a certificate are checked against the name in the URL, so TLS goes to the name, not to the address. */
function urlOf({ host, port, secure }: Target, address: string): string {
  return `${secure ? "https" : "http"}://${formatTarget({ host: secure ? host : address, port })}${ACTIVATIONS_PATH}`;
}

async function readBody(response: Response, target: Target): Promise<string> {
  const text = await readText(response, MAX_ANSWER);
  if (text !== undefined) return text;
  throw problem("NOT_A_HOST", `What answers at ${formatTarget(target)} sends more than any host does.`);
}

/** Why a host could not be asked; `timeout` is milliseconds. */
export function connectionProblem(error: unknown, target: Target, timeout: number): Problem {
  if (error instanceof Problem) return error;
  const { kind, why } = failureOf(error);
  const { name, sentence } = FAILURES[kind];
  return problem(name, sentence(formatTarget(target), timeout, why), { cause: error });
}

interface Failure {
  readonly name: ProblemName;
  readonly sentence: (place: string, timeout: number, why: string) => string;
}

const FAILURES: Record<ConnectionFailure, Failure> = {
  CONNECTION_TIMED_OUT: {
    name: "CONNECTION_TIMED_OUT",
    sentence: (place, timeout) => `${place} did not answer within ${timeout / 1000} s.`,
  },
  CONNECTION_REFUSED: { name: "CONNECTION_REFUSED", sentence: (place) => `Nothing listens at ${place}.` },
  HOST_UNREACHABLE: { name: "HOST_UNREACHABLE", sentence: (place) => `There is no route to ${place}.` },
  HOST_NAME_NOT_RESOLVED: {
    name: "HOST_NAME_NOT_RESOLVED",
    sentence: (place) => `DNS has no address for ${place}.`,
  },
  CONNECTION_LOST: {
    name: "CONNECTION_LOST",
    sentence: (place) => `${place} ended the connection before it answered.`,
  },
  "not-trusted": {
    name: "HOST_NOT_TRUSTED",
    sentence: (place, _, why) => `The TLS certificate of ${place} ${certificateFault(why)} (${why}).`,
  },
  "no-tls": { name: "NOT_A_HOST", sentence: (place) => `What listens at ${place} does not speak TLS.` },
  // A host is never asked through a proxy.
  proxy: { name: "NOT_A_HOST", sentence: (place) => `A proxy answers in the place of ${place}.` },
  "not-understood": {
    name: "NOT_A_HOST",
    sentence: (place, _, why) => `What listens at ${place} is not a Muster host (${why}).`,
  },
};
