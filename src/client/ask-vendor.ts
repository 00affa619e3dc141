import { MAX_DOCUMENT } from "../protocol/jws.ts";
import { parseRefusal } from "../protocol/messages.ts";
import { Problem, type ProblemName, problem, problemNamed } from "../protocol/problems.ts";
import type { Fetch } from "./ask.ts";
import { type ConnectionFailure, failureOf, parseJson, readText } from "./connection.ts";

/**
 * Asks a vendor's activation server for what a request (`body`) is to get; `path` is HOSTS_PATH or MAKS_PATH. Gives
 * the JSON of its answer, not yet checked; throws the Problem of its refusal or of the connection.
 */
export type AskVendor = (url: string, path: string, body: string, signal?: AbortSignal) => Promise<unknown>;

/** A vendor that can be asked online. */
export interface OnlineVendor {
  /** The address of its activation server. */
  readonly url: string;
  readonly ask: AskVendor;
}

/** What Bun's `fetch` is told beside: what was packed would be unpacked before its size can be looked at. */
const NOTHING_UNPACKED: object = { decompress: false };

/**
 * Asks over HTTP, through the proxy that the runtime finds in the environment (Bun: HTTPS_PROXY, HTTP_PROXY,
 * NO_PROXY). `timeout` is milliseconds for connecting and answering together.
 */
export function createAskVendor(options: { timeout: number; fetch?: Fetch | undefined }): AskVendor {
  const { timeout, fetch: call = (url, init) => fetch(url, init) } = options;
  return async (url, path, body, signal) => {
    const base = parseVendorUrl(url);
    const deadline = AbortSignal.timeout(timeout);
    try {
      const response = await call(base + path, {
        method: "POST",
        body,
        redirect: "manual",
        signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
        headers: {
          "content-type": body.startsWith("{") ? "application/json" : "application/jose",
          accept: "application/json, application/problem+json",
          "accept-encoding": "identity",
        },
        ...NOTHING_UNPACKED,
      });
      return readResponse(response, await readText(response, MAX_DOCUMENT), base);
    } catch (error) {
      signal?.throwIfAborted();
      throw asProblem(error, new URL(base).host, timeout);
    }
  };
}

/** The address of a vendor's server, without a slash at its end. Throws BAD_INPUT. */
export function parseVendorUrl(input: string): string {
  const url = URL.canParse(input.trim()) ? new URL(input.trim()) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.search + url.hash + url.username === "") {
    return url.href.replace(/\/+$/, "");
  }
  throw problem(
    "BAD_INPUT",
    `'${input}' is not the address of a vendor's server; write one such as https://activate.example.com.`,
  );
}

/** True when what is sent to this address may be read on the way: a key, for one. */
export function isReadableOnTheWay(url: string): boolean {
  const { protocol, hostname } = new URL(parseVendorUrl(url));
  return protocol === "http:" && !/^(localhost|127\..*|\[::1\])$/.test(hostname);
}

function readResponse({ status, headers }: Response, text: string | undefined, base: string): unknown {
  const { host } = new URL(base);
  if (text === undefined)
    throw problem("NOT_A_VENDOR", `What answers at ${host} sends more than any vendor does.`);
  const body = parseJson(text);
  if (status === 200 && body !== undefined) return body;
  const refusal = parseRefusal(body);
  const name = refusal && problemNamed(refusal.code);
  if (refusal === undefined || name === undefined) throw notAVendor(host, status);
  const retryAfter = /^\d{1,9}$/.exec(headers.get("retry-after") ?? "")?.[0];
  const detail = refusal.detail || "The vendor refused without saying why.";
  throw problem(name, detail, retryAfter === undefined ? {} : { retryAfter: Number(retryAfter) });
}

const PROXY_PASSWORD =
  "where the proxy wants a name and a password, write them into HTTPS_PROXY (http://NAME:PASSWORD@PROXY:PORT)";

function notAVendor(host: string, status: number): Problem {
  const hint = status === 407 ? PROXY_PASSWORD : "check the address with the vendor";
  return problem(
    "NOT_A_VENDOR",
    `What answers at ${host} is not a vendor's activation server (HTTP ${status}); ${hint}.`,
  );
}

function asProblem(error: unknown, host: string, timeout: number): Problem {
  if (error instanceof Problem) return error;
  const { kind, why } = failureOf(error);
  const { name, sentence } = FAILURES[kind];
  return problem(name, sentence(host, timeout, why), { cause: error });
}

interface Failure {
  readonly name: ProblemName;
  readonly sentence: (host: string, timeout: number, why: string) => string;
}

const FAILURES: Record<ConnectionFailure, Failure> = {
  CONNECTION_TIMED_OUT: {
    name: "CONNECTION_TIMED_OUT",
    sentence: (host, timeout) =>
      `The vendor's server ${host} did not answer within ${timeout / 1000} s; try again, or name this network's proxy in HTTPS_PROXY.`,
  },
  CONNECTION_REFUSED: {
    name: "CONNECTION_REFUSED",
    sentence: (host) =>
      `Nothing listens at ${host}, or at the proxy that HTTPS_PROXY names; check both addresses.`,
  },
  HOST_UNREACHABLE: {
    name: "HOST_UNREACHABLE",
    sentence: (host) =>
      `There is no route to ${host}; name this network's proxy in HTTPS_PROXY, or go by file.`,
  },
  HOST_NAME_NOT_RESOLVED: {
    name: "HOST_NAME_NOT_RESOLVED",
    sentence: (host) =>
      `DNS has no address for ${host}; check the vendor's address, or name this network's proxy in HTTPS_PROXY.`,
  },
  CONNECTION_LOST: {
    name: "CONNECTION_LOST",
    sentence: (host) => `The connection to ${host} ended before the answer came; try again.`,
  },
  "not-trusted": {
    name: "VENDOR_NOT_TRUSTED",
    sentence: (host, _, why) =>
      `The TLS certificate of ${host} is not trusted here (${why}); where a proxy inspects TLS, name its CA's certificate in NODE_EXTRA_CA_CERTS.`,
  },
  "no-tls": {
    name: "NOT_A_VENDOR",
    sentence: (host) => `What listens at ${host} does not speak TLS; check the address with the vendor.`,
  },
  proxy: {
    name: "NOT_A_VENDOR",
    sentence: (host) =>
      `The proxy that HTTPS_PROXY names does not let this machine through to ${host}; ${PROXY_PASSWORD}.`,
  },
  "not-understood": {
    name: "NOT_A_VENDOR",
    sentence: (host, _, why) =>
      `What listens at ${host} is not a vendor's activation server (${why}); check the address with the vendor.`,
  },
};
