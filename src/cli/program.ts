import { Command, CommanderError } from "commander";
import { version } from "../../package.json";
import { Problem } from "../protocol/problems.ts";
import { addSettings } from "./settings.ts";

/**
 * Runs one command line and gives its exit code: 0 fine, 1 something is wrong with what was asked about, 2 wrong
 * usage or bad input, 3 not enough evidence, 70 a defect in Muster.
 */
export async function runMuster(args: string[]): Promise<number> {
  const program = await buildProgram(args[0]);
  try {
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error);
  }
}

/** Each group loads its own part of Muster, so that a short command does not wait for a long one's imports. */
const GROUPS: Record<string, () => Promise<{ addTo(program: Command): void }>> = {
  vendor: () => import("./vendor.ts"),
  host: () => import("./host.ts"),
  client: () => import("./client.ts"),
  doctor: () => import("./doctor.ts"),
  up: () => import("./up.ts"),
  simulate: () => import("./simulate.ts"),
  bench: () => import("./bench.ts"),
  events: () => import("./events.ts"),
  collect: () => import("./collect.ts"),
  verbs: () => import("./verbs.ts"),
};

const VERBS = "verbs";

/** The whole command, or as much of it as the first word of a command line asks for; without one all of it. */
export async function buildProgram(first: string | undefined): Promise<Command> {
  const program = new Command("muster")
    .description("Volume activation that explains itself: the KMS model for your own products.")
    .version(version)
    .option("--config <file>", "the settings file (default: muster.toml in this folder, if there is one)")
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(usageSentence(text)) });
  await addGroups(program, first);
  addSettings(program);
  return program;
}

/** Commander's error, with its guess on a line of its own, as one sentence that says what to do. */
function usageSentence(text: string): string {
  const [said = "", guess] = text
    .trim()
    .replace(/^error: /, "")
    .replace(/\.$/, "")
    .split(/\n(?=\(Did you mean )/);
  const meant = guess === undefined ? "" : ` ${guess.replace("(Did", "(did")}`;
  return `muster: ${said}${meant}; run the command with --help to see how it is used.\n`;
}

/** Adds the group that is asked for; the verbs of slmgr are a group without a name; help needs all. */
async function addGroups(program: Command, first: string | undefined): Promise<void> {
  const add = async (name: string) => (await GROUPS[name]?.())?.addTo(program);
  if (first !== undefined && Object.hasOwn(GROUPS, first)) return add(first);
  await add(VERBS);
  if (program.commands.some((command) => command.name() === first)) return;
  for (const name of Object.keys(GROUPS)) if (name !== VERBS) await add(name);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Problem) {
    process.stderr.write(`muster: ${error.message} (${error.code})\n`);
    return error.exit;
  }
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `muster: this is a defect in Muster (${reason}); run the command again with MUSTER_DEBUG=1 and report what it prints.\n`,
  );
  if (process.env.MUSTER_DEBUG) process.stderr.write(`${error instanceof Error ? error.stack : reason}\n`);
  return 70;
}
