import { hostLicenseClaims } from "../src/protocol/host-license.ts";
import { newId } from "../src/protocol/ids.ts";
import { leaseClaims } from "../src/protocol/lease.ts";
import {
  ACTIVATIONS_PATH,
  type ActivationAnswer,
  type ActivationRequest,
  parseRequest,
} from "../src/protocol/messages.ts";
import { type ProblemName, problem } from "../src/protocol/problems.ts";
import { DAY, formatTime } from "../src/protocol/time.ts";
import { makeDocuments } from "./documents.ts";

type Documents = ReturnType<typeof makeDocuments>;

/** A host that answers as a test wants; the real one is further up than the client and is met in test/. */
export interface FakeHost {
  readonly port: number;
  /** Every request that came. */
  readonly requests: ActivationRequest[];
  stop(): void;
}

/** What a fake host does. */
export interface FakeHostOptions {
  /** The count it reports; 100 unless told. */
  readonly count?: number;
  /** Refuses everything with this problem. */
  readonly refusal?: ProblemName;
  readonly retryAfter?: number;
  /** Changes the answer before it is sent. */
  readonly twist?: (answer: ActivationAnswer, request: ActivationRequest) => ActivationAnswer | object;
  readonly now?: () => number;
}

/** Starts a host with the documents' licence and key on a free port of 127.0.0.1. */
export function startFakeHost(documents: Documents, options: FakeHostOptions = {}): FakeHost {
  const requests: ActivationRequest[] = [];
  const { count = 100, refusal, retryAfter, twist = (answer) => answer, now = Date.now } = options;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(http) {
      const request = parseRequest(await http.json());
      requests.push(request);
      if (new URL(http.url).pathname !== ACTIVATIONS_PATH) return new Response("no", { status: 404 });
      if (refusal !== undefined) return refuse(refusal, retryAfter);
      const answer = makeAnswer(documents, request, {
        count,
        ticket: requests.length,
        port: server.port ?? 0,
        now: now(),
      });
      return Response.json(twist(answer, request));
    },
  });
  return { port: server.port ?? 0, requests, stop: () => void server.stop(true) };
}

/** The answer of an honest host to a request. */
export function makeAnswer(
  { client, server, license, vendorKey, hostKey }: Documents,
  request: ActivationRequest,
  { count, ticket, port, now }: { count: number; ticket: number; port: number; now: number },
): ActivationAnswer {
  const product = [client, server].find(({ id }) => id === request.product) ?? client;
  const isEnough = count >= product.policy.required;
  const lease = {
    id: newId(),
    host: license.host,
    cmid: request.cmid,
    product: product.id,
    application: product.application,
    issued: now,
    notBefore: now,
    expires: now + 180 * DAY,
    count,
    nonce: request.nonce,
    sequence: ticket,
  };
  return {
    count,
    ...(isEnough ? { lease: hostKey.sign("lease", leaseClaims(lease)) } : {}),
    ticket: `ticket-${ticket}`,
    activationInterval: 120,
    renewalInterval: 10_080,
    port,
    time: formatTime(now),
    hostLicense: vendorKey.sign("host-licence", hostLicenseClaims(license)),
    code: isEnough ? "0x00000000" : "0xC004F038",
  };
}

function refuse(name: ProblemName, retryAfter: number | undefined): Response {
  const refusal = problem(name, `The host refuses with ${name}.`);
  return new Response(JSON.stringify(refusal), {
    status: refusal.status,
    headers: {
      "content-type": "application/problem+json",
      ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
    },
  });
}

/** Documents of a vendor whose host licence is valid at the real time, for clients that run by the real clock. */
export function makeCurrentDocuments(now: number): Documents {
  const documents = makeDocuments();
  const license = { ...documents.license, issued: now - DAY, notBefore: now - DAY, expires: now + 365 * DAY };
  return { ...documents, license, catalogue: { ...documents.catalogue, issued: now - DAY } };
}
