import type { Command } from "commander";
import { type AgentEvent, runAgent } from "../client/agent.ts";
import { formatLocalDate } from "../client/local-date.ts";
import type { ProductState } from "../client/sdk.ts";
import { reasonSentence } from "../client/standing.ts";
import { formatTarget } from "../client/target.ts";
import { type LicenseState, reasonCode, statusName } from "../protocol/license-state.ts";
import { attemptJson } from "./client-attempt.ts";
import {
  type ClientFlags,
  type NetworkFlags,
  openClient,
  openNetworkClient,
  withClientFlags,
  withNetworkFlags,
} from "./client-options.ts";
import { addProxy } from "./client-proxy.ts";
import { clientJson, isoTime } from "./client-show.ts";
import { print, table } from "./output.ts";

const RUN_HELP = `
Changes: leases, the cached host and events in this machine's folder; the hosts that are asked count this machine.
Undo: end it with Ctrl+C: the leases stay until they expire; muster upk removes them.`;

/** The client's group: the agent, and what it has achieved. */
export function addTo(program: Command): void {
  const client = program.command("client").description("Keep this machine's products activated.");

  withNetworkFlags(
    client
      .command("run")
      .description("Activate and renew the products of this machine until Ctrl+C: the agent."),
  )
    .option("--once", "make the attempts that are due now, and end: 0 when all products are licensed")
    .addHelpText("after", RUN_HELP)
    .action(run);

  addProxy(client);
  withClientFlags(
    client
      .command("status")
      .description("Show the licence of each product: 0 when all are licensed, else 1."),
  )
    .addHelpText("after", "\nChanges: nothing.")
    .action(status);
}

async function run(flags: NetworkFlags & { once?: boolean }): Promise<void> {
  const client = openNetworkClient(flags);
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());
  const report = (event: AgentEvent) => print(flags.json, agentJson(event), agentLine(event));
  await runAgent(client, { signal: stop.signal, report, once: flags.once ?? false });
  if (flags.once) {
    const { products } = await client.describe();
    const installed = products.filter(({ stored }) => stored?.key !== undefined);
    const isDone = installed.length > 0 && installed.every(({ state }) => state.status === 1);
    process.exitCode = isDone ? 0 : 1;
  }
  // A lookup or a connection that was given up must not keep the process.
  if (stop.signal.aborted) process.exit(0);
}

async function status(flags: ClientFlags): Promise<void> {
  const client = await openClient(flags).describe();
  const installed = client.products.filter(({ stored }) => stored?.key !== undefined);
  const rows = installed.map(({ product, stored, state }) => [
    product.name,
    statusName(state.status),
    untilText(state),
    stored?.key?.kind === "mak" ? "vendor (MAK)" : hostText(stored),
    stored?.lastAttempt === undefined
      ? "none yet"
      : `${formatLocalDate(stored.lastAttempt.time)} ${stored.lastAttempt.code}`,
    nextText(stored),
  ]);
  const troubles = installed
    .filter(({ stored }) => stored?.lastAttempt !== undefined && stored.lastAttempt.name !== "SUCCESS")
    .map(({ product, stored }) => `${product.name}: ${stored?.lastAttempt?.message}`);
  const reasons = installed
    .filter(({ state }) => state.reason === "CLOCK_SKEW" || state.reason === "HARDWARE_CHANGED")
    .map(({ product, state }) => `${product.name}: ${reasonSentence(state)} (${reasonCode(state)})`);
  const lines =
    rows.length === 0
      ? ["No product key is installed; install the setup key of the product: muster ipk KEY."]
      : [
          table(["Product", "Status", "Until", "Host", "Last attempt", "Next attempt"], rows),
          ...reasons,
          ...troubles,
        ];
  if (client.problem !== undefined) lines.unshift(client.problem.message);
  print(flags.json, clientJson(client, installed), lines.join("\n"));
  process.exitCode = rows.length > 0 && installed.every(({ state }) => state.status === 1) ? 0 : 1;
}

function untilText(state: LicenseState): string {
  if (state.ends !== undefined) return formatLocalDate(state.ends);
  return state.status === 1 ? "permanently" : (reasonCode(state) ?? "");
}

function hostText(stored: ProductState | undefined): string {
  return stored?.host === undefined ? "none yet" : formatTarget(stored.host.target);
}

/** A MAK is activated once, by the agent only where it knows the vendor's address. */
function nextText(stored: ProductState | undefined): string {
  if (stored?.key?.kind === "mak") {
    return stored.grant === undefined || stored.hardwareChanged !== undefined ? "muster ato" : "none";
  }
  return stored?.nextAttempt === undefined ? "at once" : formatLocalDate(stored.nextAttempt);
}

function agentLine(event: AgentEvent): string {
  switch (event.kind) {
    case "attempt": {
      const { time, product, code, message } = event.result;
      return `${formatLocalDate(time)}  ${product.name}  ${code}  ${message}`;
    }
    case "waiting":
      return `Next attempt at ${formatLocalDate(event.until)}.`;
    case "trouble":
      return `${event.code}  ${event.message}`;
  }
}

function agentJson(event: AgentEvent): object {
  switch (event.kind) {
    case "attempt":
      return { event: event.kind, ...attemptJson(event.result) };
    case "waiting":
      return { event: event.kind, until: isoTime(event.until) };
    case "trouble":
      return { event: event.kind, name: event.name, code: event.code, message: event.message };
  }
}
