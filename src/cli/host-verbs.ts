import type { Command } from "commander";
import { accountName } from "../client/account.ts";
import { isHostFolder } from "../host/folder.ts";
import { openHostStore } from "../host/folder-store.ts";
import { changeSetting, type SettingChange } from "../host/settings-change.ts";
import type { SettingName, Store } from "../host/store.ts";
import { problem } from "../protocol/problems.ts";
import { type PortOutcome, portOutcome } from "./host-port.ts";
import { print } from "./output.ts";
import { asRole, dataOption } from "./settings.ts";

interface HostFlags {
  readonly data: string;
  readonly json?: boolean;
}

/** One verb of slmgr that changes one setting of a host. */
interface HostVerb {
  readonly description: string;
  readonly setting: SettingName;
  /** What it sets, or the argument that says so. */
  readonly value: string | { readonly argument: string; readonly help: string };
  /** The setting, as a sentence names it. */
  readonly subject: string;
  /** A value as a sentence names it. */
  readonly spell: (value: string) => string;
  /** The command that brings a value back. */
  readonly undo: (value: string) => string;
  readonly changes: string;
  readonly effect: string;
}

const minutes = (value: string) => (value === "default" ? "that of each product" : `${value} minutes`);
const asGiven = (value: string) => value;
const MINUTES = { argument: "<minutes>", help: "15 to 43200, or default: what each product says" };
const NEXT_ANSWER = "A running host tells each client with its next answer.";
const WITHIN_A_SECOND = "A running host follows within a second.";

const VERBS: Record<string, HostVerb> = {
  sai: {
    description: "Set how often clients that are not activated ask again.",
    setting: "activation-interval",
    value: MINUTES,
    subject: "The activation interval",
    spell: minutes,
    undo: (value) => `muster sai ${value}`,
    changes: "the activation interval of the host, which every client is told instead of its product's own.",
    effect: NEXT_ANSWER,
  },
  sri: {
    description: "Set how often activated clients renew.",
    setting: "renewal-interval",
    value: MINUTES,
    subject: "The renewal interval",
    spell: minutes,
    undo: (value) => `muster sri ${value}`,
    changes: "the renewal interval of the host, which every client is told instead of its product's own.",
    effect: NEXT_ANSWER,
  },
  sprt: {
    description: "Set the TCP port that the host listens on.",
    setting: "port",
    value: { argument: "<port>", help: "1 to 65535, 0 for a free one, or default: 1688" },
    subject: "The port",
    spell: (value) => (value === "0" ? "a free one" : value),
    undo: (value) => `muster sprt ${value}`,
    changes:
      "the port of the host. A running host moves at once, answers what it has accepted, publishes the new port in DNS and tells it to clients. Open it in the firewall first; clients that name the host by skms need the new port.",
    effect: "",
  },
  sdns: {
    description: "Publish the host in DNS (the default).",
    setting: "dns-publishing",
    value: "on",
    subject: "DNS publishing",
    spell: asGiven,
    undo: () => "muster cdns",
    changes: "DNS publishing of the host, to on. A running host publishes its SRV record at once.",
    effect: WITHIN_A_SECOND,
  },
  cdns: {
    description: "Do not publish the host in DNS.",
    setting: "dns-publishing",
    value: "off",
    subject: "DNS publishing",
    spell: asGiven,
    undo: () => "muster sdns",
    changes:
      "DNS publishing of the host, to off. A running host takes its SRV record out of DNS; one that does not run does so when it starts.",
    effect: WITHIN_A_SECOND,
  },
  spri: {
    description: "Run the host at normal priority (the default).",
    setting: "priority",
    value: "normal",
    subject: "The priority",
    spell: asGiven,
    undo: () => "muster cpri",
    changes: "the priority of the host's process, to normal.",
    effect: WITHIN_A_SECOND,
  },
  cpri: {
    description: "Run the host at low priority.",
    setting: "priority",
    value: "low",
    subject: "The priority",
    spell: asGiven,
    undo: () => "muster spri",
    changes: "the priority of the host's process, to low: all else on the machine goes first.",
    effect: WITHIN_A_SECOND,
  },
};

/** The verbs of slmgr that change a host. */
export function addHostVerbs(program: Command): void {
  for (const [name, verb] of Object.entries(VERBS)) {
    const command = asRole("host", program.command(name).description(verb.description))
      .addOption(dataOption("host"))
      .option("--json", "print JSON")
      .addHelpText("after", `\nChanges: ${verb.changes}\nUndo: ${undoHelp(name, verb)}`);
    const { value } = verb;
    if (typeof value === "string") command.action((flags: HostFlags) => change(name, verb, value, flags));
    else {
      command
        .argument(value.argument, value.help)
        .action((given: string, flags: HostFlags) => change(name, verb, given, flags));
    }
  }
}

async function change(name: string, verb: HostVerb, value: string, { data, json }: HostFlags): Promise<void> {
  if (!isHostFolder(data)) {
    throw problem(
      "NOT_INITIALIZED",
      `muster ${name} changes a host, and there is none in ${data}; run it on the host's machine, or name the host's folder with --data.`,
    );
  }
  const store = await openHostStore(data);
  try {
    const changed = await changeSetting(store, verb.setting, value, accountName(), Date.now());
    const port = verb.setting === "port" ? await moved(store, data, changed) : undefined;
    const undo = verb.undo(changed.from);
    print(json, { ...changed, ...port, undo }, sentences(verb, changed, undo, port));
  } finally {
    await store.close();
  }
}

/** Waits for a running host to take the port. Throws PORT_IN_USE when it could not. */
async function moved(store: Store, folder: string, changed: SettingChange): Promise<PortOutcome> {
  const outcome = await portOutcome(store, folder, changed);
  if (outcome.refused === undefined) return outcome;
  throw problem(
    "PORT_IN_USE",
    `The host could not have port ${changed.to} (${outcome.refused}), stays on port ${outcome.listening} and has its earlier setting ${changed.from} again; choose another port.`,
  );
}

function sentences(
  { subject, spell, effect }: HostVerb,
  { from, to }: SettingChange,
  undo: string,
  port: PortOutcome | undefined,
): string {
  if (from === to)
    return `${subject} is ${spell(to)} already; nothing was changed.${port ? ` ${where(port)}` : ""}`;
  const follows = port === undefined ? effect : where(port);
  return `${subject} is now ${spell(to)}; it was ${spell(from)}. ${follows} Undo: ${undo}`;
}

function where({ listening, isSettled }: PortOutcome): string {
  if (listening === undefined) return "The host does not run; it takes this port when it starts.";
  return isSettled
    ? `The host listens on port ${listening}.`
    : `The host that runs has not taken it and listens on port ${listening}; it may have been started with --port.`;
}

function undoHelp(name: string, { value, undo }: HostVerb): string {
  const earlier = typeof value === "string" ? "" : "EARLIER-VALUE";
  return earlier === ""
    ? undo("")
    : `muster ${name} ${earlier}, which the command prints; muster ${name} default`;
}
