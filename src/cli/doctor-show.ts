import type { Command } from "commander";
import { eventSpans } from "../doctor/evidence/event-spans.ts";
import type { Evidence } from "../doctor/evidence/model.ts";
import { readEvidence } from "./doctor-log.ts";
import { evidenceJson } from "./evidence-json.ts";
import { evidenceText } from "./evidence-text.ts";
import { print } from "./output.ts";

const NOT_ENOUGH = 3;

const EXAMPLES = `
Files, folders and ZIP archives may be mixed; what a file is, its content tells, not its name.

Examples:
  muster doctor show dlv.txt application.evtx
  muster doctor show ticket-4711.zip
  muster doctor show evidence/ --json
  cscript //nologo slmgr.vbs /dlv | muster doctor show -`;

/** Adds `muster doctor show`: all that was understood, and what was not. */
export function addShow(doctor: Command): void {
  doctor
    .command("show")
    .description(
      "Show what can be read from files: machines, products, events, DNS answers; and what cannot.",
    )
    .argument("<path...>", "files, folders or ZIP archives; - for standard input")
    .option("--json", "print JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (paths: string[], { json }: { json?: boolean }) => {
      const evidence = await readEvidence(paths);
      const spans = eventSpans(evidence);
      if (json) print(true, evidenceJson(evidence, spans), "");
      else print(false, undefined, evidenceText(evidence, spans));
      if (!isAnythingUnderstood(evidence)) process.exitCode = NOT_ENOUGH;
    });
}

const NOTHING = new Set(["zip", "unknown"]);

function isAnythingUnderstood({ files }: Evidence): boolean {
  return files.some(({ kind, records }) => !NOTHING.has(kind) && records > 0);
}
