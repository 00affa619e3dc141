import { type Command, Option } from "commander";
import { assess } from "../doctor/assess.ts";
import { type Cause, LANGUAGES, type Language } from "../doctor/cause.ts";
import { CAUSES } from "../doctor/causes/index.ts";
import { type GatherOptions, gather, gatherSources } from "../doctor/evidence/gather.ts";
import type { Evidence } from "../doctor/evidence/model.ts";
import { memorySource } from "../doctor/evidence/source.ts";
import { documentOf, exitCodeOf } from "../doctor/report/document.ts";
import { explanation } from "../doctor/report/explain.ts";
import { FORMATS, type Format } from "../doctor/report/formats.ts";
import { redactedDocument, redaction } from "../doctor/report/redact.ts";
import { problem } from "../protocol/problems.ts";
import { writeAtomically } from "../vendor/files.ts";
import { addLive, type LiveFlags, liveLook } from "./doctor-live.ts";
import { print, table } from "./output.ts";
import { isRoleHere, ownEvidence } from "./own-evidence.ts";
import { readingProgress } from "./reading-progress.ts";
import type { PlaceOptions } from "./role.ts";

interface DiagnoseOptions extends PlaceOptions, LiveFlags {
  readonly format: Format;
  readonly json?: boolean;
  readonly lang: Language;
  readonly output?: string;
  readonly verbose?: boolean;
  readonly redact?: boolean;
  readonly list?: boolean;
}

/** Where a line is too long to be read, on however wide a terminal. */
const WIDEST = 110;

const HELP = `
Evidence is whatever support asks for, in files, folders or ZIP archives: slmgr /dlv of client and host in any language,
event logs (.evtx, XML, CSV or pasted), nslookup or dig, ipconfig, port tests. Without any, the host or client of this
machine is diagnosed. Nothing is changed, and nothing is activated.

  muster doctor                         the host or client of this machine
  muster doctor bundle.zip              the answer on one screen
  muster doctor --live                  with DNS and the hosts' ports as they answer from here
  muster doctor -v host.txt kms.evtx    all of it
  muster doctor --format html -o report.html evidence/
  muster doctor explain H10             what a cause is

Exit codes: 0 healthy, 1 degraded or failing, 2 wrong usage, 3 the evidence does not decide.`;

/** The language of the person at this terminal. */
function usualLanguage(): Language {
  const locale = process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || "";
  return locale.startsWith("ja") ? "ja" : "en";
}

/** Options that every report takes. */
export function languageOption(): Option {
  return new Option("--lang <language>", "the language of the report")
    .choices(LANGUAGES)
    .default(usualLanguage());
}

/** Makes `muster doctor PATH…` the diagnosis itself. */
export function addDiagnosis(doctor: Command): void {
  doctor
    .argument("[paths...]", "files, folders and ZIP archives; - for standard input")
    .addOption(languageOption())
    .addOption(
      new Option("--format <format>", "how the report is written")
        .choices(Object.keys(FORMATS))
        .default("text")
        .conflicts("json"),
    )
    .option("--json", "the same as --format json")
    .option("-o, --output <file>", "where the report goes (default: standard output)")
    .option("-v, --verbose", "show every finding, what was ruled out, and how everything was read")
    .option("--redact", "replace names, addresses and CMIDs, the same always by the same")
    .option("--list", "list every cause that the doctor knows")
    .option(
      "--data <dir>",
      "without files: the folder of a host or client (default: the ones of this machine)",
    )
    .addOption(
      new Option("--role <role>", "which one, on a machine that is both").choices(["host", "client"]),
    )
    .addHelpText("after", HELP);
  addLive(doctor);
  doctor.action(async (paths: string[], options: DiagnoseOptions) => {
    if (options.list) return listCauses(options);
    await diagnose(paths, options);
  });
}

async function diagnose(paths: readonly string[], options: DiagnoseOptions): Promise<void> {
  const { lang, output, redact, verbose = false } = options;
  const evidence = await evidenceFor(paths, options);
  const plain = documentOf(assess(evidence), lang);
  const document = redact ? redactedDocument(plain, redaction(evidence)) : plain;
  const isTerminal = output === undefined && process.stdout.isTTY === true;
  const width = Math.min(process.stdout.columns || WIDEST, WIDEST);
  const format = options.json ? "json" : options.format;
  const report = FORMATS[format](document, { verbose, color: isTerminal && !process.env.NO_COLOR, width });
  if (output === undefined) process.stdout.write(report);
  else writeAtomically(output, report, 0o644);
  process.exitCode = exitCodeOf(document);
}

/** Of the files given, of the network when that is asked for, or else of the roles on this machine. */
async function evidenceFor(paths: readonly string[], options: DiagnoseOptions): Promise<Evidence> {
  const { onProgress, done } = readingProgress();
  const step = (what: string) => onProgress({ files: 0, bytes: 0, total: 0, name: what });
  try {
    const hasRole = paths.length === 0 && isRoleHere(options);
    const look = await liveLook(options, hasRole, step);
    const gathering: GatherOptions = { onProgress, ...look };
    if (paths.length > 0 || (options.live !== undefined && !hasRole)) return await gather(paths, gathering);
    const files = await ownEvidence(options, ({ argv }) => step(argv.join(" ")));
    return await gatherSources(
      // In one folder, as a bundle would be: so they are known to be of one machine.
      files.map(({ name, bytes }) => memorySource(`this machine/${name}`, bytes)),
      gathering,
    );
  } finally {
    done();
  }
}

function listCauses({ json, lang }: DiagnoseOptions): void {
  const causes = CAUSES.map(({ id, name, systems, words }) => ({
    id,
    name,
    systems,
    title: words[lang].title,
  }));
  const rows = causes.map(({ id, name, title }) => [id, name, title]);
  print(json, { causes }, table(["id", "name", ""], rows));
}

/** Adds `muster doctor explain ID`. */
export function addExplain(doctor: Command): void {
  doctor
    .command("explain")
    .description("Explain a cause: what it is, what it is taken for, who can cure it.")
    .argument("<id>", "its id or name, as in H10 or duplicate-cmid-no-sysprep")
    .addOption(languageOption())
    .option("--json", "print JSON")
    .addHelpText("after", "\nmuster doctor --list shows every id.")
    .action((id: string, { lang, json }: { lang: Language; json?: boolean }) => {
      const cause = findCause(id);
      const { title, about } = cause.words[lang];
      const { name, link, owner, systems, links, lookalikes } = cause;
      const value = { id: cause.id, name, title, about, link, owner, systems, lookalikes, links };
      print(json, value, explanation(cause, lang, Math.min(process.stdout.columns || WIDEST, WIDEST)));
    });
}

function findCause(text: string): Cause {
  const cause = CAUSES.find(({ id, name }) => id === text.toUpperCase() || name === text.toLowerCase());
  if (cause !== undefined) return cause;
  throw problem("BAD_INPUT", `There is no cause ${text}; muster doctor --list shows all of them.`);
}
