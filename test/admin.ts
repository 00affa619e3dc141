import type { DeploymentOptions } from "../src/fleet/deployment.ts";
import type { HostConfig } from "../src/host/run.ts";
import type { ProblemBody } from "../src/protocol/problems.ts";
import { makeRequest } from "./requests.ts";
import { post, startSystem } from "./system.ts";

/** What an admin listener answered. */
export interface AdminAnswer<Body> {
  readonly status: number;
  readonly body: Body & ProblemBody;
  readonly text: string;
  readonly headers: Headers;
}

/** A host with an admin listener, and how to ask it. */
export async function startAdmin(options: Partial<HostConfig> & Partial<DeploymentOptions> = {}) {
  const system = await startSystem({ admin: { address: "127.0.0.1", port: 0 }, ...options });
  const { admin } = system.host;
  const [product, server] = system.deployment.products;
  if (!admin || !product || !server) throw new Error("there is an admin listener, and products");
  /** Asks with the token; a body is sent as JSON, a form as it is. */
  const ask = async <Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = { authorization: `Bearer ${admin.token}` },
  ): Promise<AdminAnswer<Body>> => {
    const isPlain = typeof body === "string" || body instanceof FormData;
    const sent = body === undefined ? {} : { body: isPlain ? body : JSON.stringify(body) };
    const response = await fetch(admin.url + path, { method, headers, ...sent });
    const text = await response.text();
    const isJson = (response.headers.get("content-type") ?? "").includes("json");
    return { status: response.status, body: isJson ? JSON.parse(text) : {}, text, headers: response.headers };
  };
  /** Lets so many machines ask, `pc-0` and on. */
  const enrol = async (machines: number) => {
    const requests = Array.from({ length: machines }, (_, at) =>
      makeRequest(product, { now: Date.now(), name: `pc-${at}` }),
    );
    for (const request of requests) await post(system.url, request);
    return requests;
  };
  return { ...system, admin, product, server, ask, enrol };
}
