import {
  ACTIVATIONS_PATH,
  type ActivationAnswer,
  type ActivationRequest,
  MAX_ANSWER,
  parseAnswer,
  parseRefusal,
} from "../protocol/messages.ts";
import { Problem, type ProblemName, problem, problemNamed } from "../protocol/problems.ts";
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

/** Asks over HTTP. `timeout` is milliseconds for connecting and answering together. */
export function createAsk(options: { timeout: number; fetch?: Fetch }): Ask {
  const { timeout, fetch: call = (url, init) => fetch(url, init) } = options;
  return async (target, address, request, signal) => {
    const deadline = AbortSignal.timeout(timeout);
    try {
      const response = await call(urlOf(target, address), {
        method: "POST",
        body: JSON.stringify(request),
        redirect: "manual",
        keepalive: false,
        signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
        // Bun's fetch would follow http_proxy; a host is inside the network, and a proxy would answer in its place.
        ...{ proxy: false },
        headers: {
          host: formatTarget(target),
          "content-type": "application/json",
          accept: "application/json, application/problem+json",
          "accept-encoding": "identity",
          connection: "close",
        },
      });
      return readResponse(response.status, response.headers, await readText(response, target));
    } catch (error) {
      signal?.throwIfAborted();
      throw asProblem(error, target, timeout);
    }
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

async function readText(response: Response, target: Target): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > MAX_ANSWER) {
      await reader.cancel().catch(() => undefined);
      throw problem("NOT_A_HOST", `What answers at ${formatTarget(target)} sends more than any host does.`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Runtimes name the same failure differently: the code is on the error in Bun, on its cause in Node. */
function asProblem(error: unknown, target: Target, timeout: number): Problem {
  if (error instanceof Problem) return error;
  const { name, code, cause } = error as { name?: string; code?: unknown; cause?: { code?: unknown } };
  const place = formatTarget(target);
  const kind = name === "TimeoutError" ? "CONNECTION_TIMED_OUT" : kindOf(String(cause?.code ?? code ?? ""));
  const why = String(cause?.code ?? code ?? name ?? error);
  return problem(kind, SENTENCES[kind](place, timeout, why), { cause: error });
}

type ConnectionProblem = Extract<
  ProblemName,
  | "CONNECTION_TIMED_OUT"
  | "CONNECTION_REFUSED"
  | "HOST_UNREACHABLE"
  | "CONNECTION_LOST"
  | "HOST_NOT_TRUSTED"
  | "NOT_A_HOST"
>;

const SENTENCES: Record<ConnectionProblem, (place: string, timeout: number, why: string) => string> = {
  CONNECTION_TIMED_OUT: (place, timeout) => `${place} did not answer within ${timeout / 1000} s.`,
  CONNECTION_REFUSED: (place) => `Nothing listens at ${place}.`,
  HOST_UNREACHABLE: (place) => `There is no route to ${place}.`,
  CONNECTION_LOST: (place) => `${place} ended the connection before it answered.`,
  HOST_NOT_TRUSTED: (place, _, why) => `The TLS certificate of ${place} is not trusted here (${why}).`,
  NOT_A_HOST: (place, _, why) => `What listens at ${place} is not a Muster host (${why}).`,
};

function kindOf(code: string): ConnectionProblem {
  switch (code) {
    case "ECONNREFUSED":
    case "ConnectionRefused":
      return "CONNECTION_REFUSED";
    case "ETIMEDOUT":
    case "UND_ERR_CONNECT_TIMEOUT":
    case "UND_ERR_HEADERS_TIMEOUT":
    case "UND_ERR_BODY_TIMEOUT":
      return "CONNECTION_TIMED_OUT";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EHOSTDOWN":
    case "ENETDOWN":
    case "EADDRNOTAVAIL":
    case "EINVAL":
    case "EACCES":
    case "EPERM":
    case "FailedToOpenSocket":
      return "HOST_UNREACHABLE";
    case "ECONNRESET":
    case "ECONNABORTED":
    case "EPIPE":
    case "ConnectionClosed":
    case "UND_ERR_SOCKET":
      return "CONNECTION_LOST";
    default:
      return /CERT|SELF_SIGNED|^ERR_TLS/.test(code) ? "HOST_NOT_TRUSTED" : "NOT_A_HOST";
  }
}
