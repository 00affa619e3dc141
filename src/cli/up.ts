import { dirname } from "node:path";
import { type Command, Option } from "commander";
import logUpdate from "log-update";
import type { FleetState } from "../fleet/fleet.ts";
import { type System, startSystem } from "../fleet/system.ts";
import { renderView } from "../fleet/view.ts";
import { problem } from "../protocol/problems.ts";
import { print } from "./output.ts";
import { wholeNumber } from "./settings.ts";
import { interrupted } from "./signals.ts";
import { warnOfPassword } from "./store-option.ts";

interface UpOptions {
  readonly machines: number;
  readonly hosts: number;
  readonly store?: string;
  readonly once?: boolean;
  readonly data?: string;
  readonly port?: number;
  readonly dnsPort?: number;
  readonly adminPort?: number;
  readonly seats?: number;
  readonly overage?: "allow" | "deny";
  readonly json?: boolean;
}

/** How often the live view is drawn, in milliseconds. */
const DRAW_EVERY = 200;
const SHOWN_EVENTS = 6;

const CHANGES = `
Changes: the folder of --data, and a PostgreSQL store that is named; without --data nothing that stays, for its temporary
folder goes when it ends.
Undo: delete the folder of --data.`;

/** `muster up`: the whole system on one machine. */
export function addTo(program: Command): void {
  program
    .command("up")
    .description(
      "Run the whole system on this machine: a vendor, a host, a DNS zone and a fleet of real clients.",
    )
    .option("--machines <number>", "how many client machines", wholeNumber(0, 10_000), 30)
    .option("--hosts <number>", "how many hosts share one store (PostgreSQL)", wholeNumber(1, 6), 1)
    .option("--store <store>", "sqlite, or postgres://user@server/database, which several hosts need")
    .option("--once", "end when every machine is activated (exit code 0) or no more can be (1)")
    .option("--data <dir>", "keep everything in this folder (default: a temporary one)")
    .option("--port <number>", "TCP port of the host (default: 1688, or a free one)", wholeNumber(0, 65_535))
    .option(
      "--dns-port <number>",
      "port of the DNS zone (default: 15353, or a free one)",
      wholeNumber(0, 65_535),
    )
    .option(
      "--admin-port <number>",
      "port of the host for administrators (default: 1689, or a free one)",
      wholeNumber(0, 65_535),
    )
    .option("--seats <number>", "how many machines may hold a lease at once", wholeNumber(0, 1_000_000_000))
    .addOption(new Option("--overage <policy>", "what happens above the seats").choices(["allow", "deny"]))
    .option("--json", "print JSON lines")
    .addHelpText("after", CHANGES)
    .action(async (options: UpOptions) => {
      refuseNobody(options);
      const started = performance.now();
      const onTrouble = (sentence: string) => void process.stderr.write(`muster: ${sentence}\n`);
      warnOfPassword(options.store, "up", onTrouble);
      const system = await startSystem({ ...options, folder: options.data, onTrouble });
      const link = system.host.admin?.makeLink({ isLasting: true }).url;
      if (!options.once) print(options.json, ready(system, link), welcome(system, link));
      const stopView = options.json ? () => {} : startView(system, started);
      const end = options.once ? system.fleet.settled() : undefined;
      const state = await Promise.race([interrupted(), ...(end ? [end] : [])]);
      await stopView();
      if (options.once && state) await conclude(system, state, (performance.now() - started) / 1000, options);
      await system.stop();
    });
}

/** Throws BAD_INPUT for an end that nobody could bring about. */
function refuseNobody({ machines, once }: UpOptions): void {
  if (once && machines === 0) {
    throw problem(
      "BAD_INPUT",
      "With --once there has to be a machine to activate: leave out --once, or give --machines 1 or more.",
    );
  }
}

/** The line that `muster up --json` prints when it is ready. */
function ready({ host, hosts, zone, domain, deployment }: System, link: string | undefined): object {
  const { url } = host.listener;
  return {
    ready: true,
    activation: url,
    hosts: hosts.map(({ listener }) => listener.url),
    ...(host.admin && { console: link, token: host.admin.token }),
    dns: zone.address,
    domain,
    catalogue: deployment.catalogueFile,
    products: deployment.products,
  };
}

/** What a person can do next, with the values to do it with. */
function welcome({ hosts, zone, domain, deployment, product }: System, link: string | undefined): string {
  return [
    `${hosts.length === 1 ? "The host answers" : `${hosts.length} hosts answer`} at ${hosts.map(({ listener }) => listener.url).join(", ")}, DNS at ${zone.address} for ${domain}. Everything is in ${dirname(deployment.hostFolder)}.`,
    ...(link === undefined ? [] : [`The link to its console, which works once: ${link}`]),
    "To add a machine of your own:",
    `  muster ipk ${product.setupKey} --catalogue ${deployment.catalogueFile} --data my-machine`,
    `  muster ato --dns-server ${zone.address} --dns-suffix ${domain} --data my-machine`,
    "",
  ].join("\n");
}

async function conclude(
  system: System,
  fleet: FleetState,
  seconds: number,
  { json }: UpOptions,
): Promise<void> {
  const { application, required } = system.product;
  const { current, unique } = await system.host.store.figures(application, Date.now());
  const { machines, licensed: activated } = fleet;
  const result = {
    machines,
    activated,
    count: current,
    unique,
    required,
    seconds: Number(seconds.toFixed(1)),
  };
  const isDone = activated === machines;
  const reason = isDone ? undefined : whyNot(fleet, current, required);
  print(
    json,
    { ...result, ...(reason ? { reason, code: fleet.failure?.code } : {}) },
    `${activated} of ${machines} machines are activated after ${result.seconds} s; count ${current} of ${required}.${reason ? `\n${reason}` : ""}`,
  );
  if (!isDone) process.exitCode = 1;
}

function whyNot({ failure, machines, licensed }: FleetState, count: number, required: number): string {
  const left = machines - licensed;
  if (failure?.name !== "COUNT_INSUFFICIENT")
    return `${left} not activated: ${failure?.message ?? "no machine has asked yet."}`;
  const missing = required - count;
  return `None can be activated: the count is ${count} of ${required}, so ${missing} more ${missing === 1 ? "machine has" : "machines have"} to ask first.`;
}

/** Draws the fleet until it is told to stop: a live picture on a terminal, a line at each change elsewhere. */
function startView(system: System, started: number): () => Promise<void> {
  const { stdout } = process;
  let last = "";
  const draw = async () => {
    const { application, required } = system.product;
    const { current: count, unique } = await system.host.store.figures(application, Date.now());
    const fleet = system.fleet.state();
    if (!stdout.isTTY) {
      const line = `count ${count} of ${required}, ${fleet.licensed} of ${fleet.machines} machines licensed`;
      if (line !== last) stdout.write(`${line}\n`);
      last = line;
      return;
    }
    const { machines, byStatus } = fleet;
    const seconds = (performance.now() - started) / 1000;
    const events = await system.host.store.events({ limit: SHOWN_EVENTS });
    const { domain, zone } = system;
    const where = { activation: system.host.listener.url, dns: zone.address, domain };
    logUpdate(
      renderView({ ...where, seconds, count, unique, required, machines, byStatus, events }, stdout.columns),
    );
  };
  const timer = setInterval(draw, DRAW_EVERY);
  return async () => {
    clearInterval(timer);
    await draw();
    if (stdout.isTTY) logUpdate.done();
  };
}
