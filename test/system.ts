import { onTestFinished } from "bun:test";
import { type Deployment, type DeploymentOptions, deploy } from "../src/fleet/deployment.ts";
import { type HostConfig, type RunningHost, runHost } from "../src/host/run.ts";
import { ACTIVATIONS_PATH, type ActivationAnswer } from "../src/protocol/messages.ts";
import type { ProblemBody } from "../src/protocol/problems.ts";
import { makeFolder } from "./folders.ts";

const running = new Set<RunningHost>();

/** A vendor and an activated host that serves on a free port of this machine until the test ends. */
export async function startSystem(
  options: Partial<DeploymentOptions> & Partial<HostConfig> = {},
): Promise<{ deployment: Deployment; host: RunningHost; url: string }> {
  const now = options.clock?.() ?? Date.now();
  const deployment = await deploy(makeFolder(), { hostName: "kms01", now, ...options });
  const host = await startHost(deployment, options);
  return { deployment, host, url: host.listener.url };
}

/** Starts the host of a deployment. */
export async function startHost(
  { hostFolder }: Deployment,
  options: Partial<HostConfig> = {},
): Promise<RunningHost> {
  const onTrouble = (sentence: string) => console.error(sentence);
  const host = await runHost({
    folder: hostFolder,
    address: "127.0.0.1",
    port: 0,
    clock: Date.now,
    onTrouble,
    ...options,
  });
  running.add(host);
  onTestFinished(() => stopHost(host));
  return host;
}

/** Stops a host, at the latest when its test ends. */
export async function stopHost(host: RunningHost): Promise<void> {
  if (running.delete(host)) await host.stop();
}

/** Sends one request as any HTTP client would. */
export async function post(
  url: string,
  body: unknown,
  tls: { readonly ca?: string } = {},
): Promise<{ status: number; body: ActivationAnswer & ProblemBody; headers: Headers }> {
  const response = await fetch(`${url}${ACTIVATIONS_PATH}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
    tls,
  });
  return {
    status: response.status,
    body: (await response.json()) as ActivationAnswer & ProblemBody,
    headers: response.headers,
  };
}
