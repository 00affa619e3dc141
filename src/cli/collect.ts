import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { type Command, Option } from "commander";
import { machineName, machineSuffixes } from "../client/suffixes.ts";
import { packed } from "../doctor/collect/pack.ts";
import { redactedFiles } from "../doctor/collect/redact-files.ts";
import type { RedactionOptions } from "../doctor/report/redact.ts";
import { writeAtomically } from "../vendor/files.ts";
import { fields, print } from "./output.ts";
import { ownEvidence } from "./own-evidence.ts";
import type { PlaceOptions } from "./role.ts";

interface CollectOptions extends PlaceOptions {
  readonly output?: string;
  readonly redact?: boolean;
  readonly redactKey?: string;
  readonly json?: boolean;
}

const HELP = `
Changes: nothing. What is run, and what came of it, stands in the archive's collected.txt. Keys and leases are not taken.

  muster collect -o bundle.zip            for whoever helps; muster doctor bundle.zip reads it
  muster collect --redact -o bundle.zip   the same, with names, addresses and CMIDs replaced, equal ones by equal tokens

Of several machines, give all the same --redact-key: without one, no two archives have a token in common.

On Windows it takes slmgr's output, the events of licensing and the network's state as well, so that it serves for
Windows' own activation too.`;

/** `muster collect`: what support asks for, from this machine. */
export function addTo(program: Command): void {
  program
    .command("collect")
    .description("Put what support asks for, from this machine, into one ZIP archive.")
    .option("-o, --output <file>", "where the archive goes (default: muster-NAME-DATE.zip)")
    .option("--redact", "replace names, addresses and CMIDs, the same always by the same")
    .option(
      "--redact-key <text>",
      "with --redact: the same text on several machines keeps equal names equal in all their archives",
    )
    .option("--data <dir>", "the folder of a host or client (default: the ones of this machine)")
    .addOption(
      new Option("--role <role>", "which one, on a machine that is both").choices(["host", "client"]),
    )
    .option("--json", "print JSON")
    .addHelpText("after", HELP)
    .action(async (options: CollectOptions) => {
      const now = Date.now();
      const collected = await ownEvidence(options, ({ argv }) => tell(argv.join(" ")));
      const isRedacted = options.redact || options.redactKey !== undefined;
      const files = isRedacted ? await redactedFiles(collected, await redactionOf(options)) : collected;
      const name = isRedacted ? "redacted" : (hostname().split(".")[0] ?? "machine");
      const output = options.output ?? `muster-${name}-${new Date(now).toISOString().slice(0, 10)}.zip`;
      // It tells of machines and people: for the one who collected it.
      writeAtomically(output, packed(files, now), 0o600);
      const names = files.map((file) => file.name);
      print(
        options.json,
        { output, files: names },
        fields([
          ["Written to", output],
          ["Files", names.length],
        ]),
      );
    });
}

/** Names of this machine tell whose it is even where no evidence has them. */
async function redactionOf({ redactKey }: CollectOptions): Promise<RedactionOptions> {
  const suffixes = await machineSuffixes();
  const names = [hostname(), machineName(), ...suffixes.map((suffix) => `_any._tcp.${suffix}`)];
  return { names, key: redactKey ?? randomBytes(32).toString("hex") };
}

function tell(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${what}\n`);
}
