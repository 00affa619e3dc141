import { basename, dirname, extname, join } from "node:path";
import type { Command } from "commander";
import type { OnlineVendor } from "../client/ask-vendor.ts";
import { type Forwarded, forwardRequest } from "../client/proxy.ts";
import { Problem, problem } from "../protocol/problems.ts";
import { readBounded, writeAtomically } from "../vendor/files.ts";
import { print, table } from "./output.ts";
import { VENDOR_HELP, vendorServer } from "./vendor-server.ts";

interface ProxyFlags {
  readonly vendor?: string;
  readonly output?: string;
  readonly json?: true;
}

/** What became of one request file. */
type Outcome =
  | ({ readonly request: string; readonly answer: string } & Omit<Forwarded, "answer">)
  | { readonly request: string; readonly code: string; readonly name: string; readonly message: string };

/** The largest request file that is read, in bytes. */
const MOST_REQUEST = 64 * 1024;

const HELP = `
For machines that cannot reach the vendor: on each, muster ato --request FILE (or muster host activate for a host);
bring the files here, and take the answers back: muster ato --answer FILE (or muster host activate --license FILE).
Changes: writes the answers, REQUEST.answer beside each request or in the folder that -o names. Each machine uses up one
of its key's activations; the same request again uses up nothing.
Exit code: 0 when every request was answered, else 1.
Undo: an activation cannot be given back.`;

/** Adds `muster client proxy`. */
export function addProxy(group: Command): void {
  group
    .command("proxy")
    .description("Activate machines without internet from one that has it: request files in, answers out.")
    .argument("<request-file...>", "the request files of the machines")
    .option("--vendor <url>", VENDOR_HELP)
    .option("-o, --output <folder>", "where the answers go (default: beside the requests)")
    .option("--json", "print JSON")
    .addHelpText("after", HELP)
    .action(proxy);
}

async function proxy(files: string[], { vendor, output, json }: ProxyFlags): Promise<void> {
  const server = vendorServer(vendor);
  const targets = files.map((file) => answerFile(file, output));
  const twice = targets.find((target, at) => targets.indexOf(target) !== at);
  if (twice !== undefined) {
    throw problem(
      "BAD_INPUT",
      `Two requests would be answered in ${twice}; give their files different names.`,
    );
  }
  const outcomes: Outcome[] = [];
  for (const [at, file] of files.entries()) outcomes.push(await forward(file, targets[at] ?? "", server));
  const rows = outcomes.map((outcome) =>
    "answer" in outcome
      ? [outcome.request, outcome.name ?? "host", outcome.answer, useOf(outcome)]
      : [outcome.request, "", "none", `${outcome.message} (${outcome.code})`],
  );
  print(json, { results: outcomes }, table(["Request", "Machine", "Answer", "Result"], rows));
  process.exitCode = outcomes.every((outcome) => "answer" in outcome) ? 0 : 1;
}

async function forward(file: string, target: string, server: OnlineVendor): Promise<Outcome> {
  try {
    const request = readBounded(file, MOST_REQUEST);
    const { answer, ...rest } = await forwardRequest(request, server, (seconds) => Bun.sleep(seconds * 1000));
    writeAtomically(target, `${answer}\n`, 0o644);
    return { request: file, answer: target, ...rest };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { name, code, message } = error;
    return { request: file, code, name, message };
  }
}

function answerFile(request: string, folder: string | undefined): string {
  return join(folder ?? dirname(request), `${basename(request, extname(request))}.answer`);
}

function useOf({ activations }: Pick<Forwarded, "activations">): string {
  return activations === undefined ? "activated" : `activation ${activations.used} of ${activations.of}`;
}
