import { execFile } from "node:child_process";
import { collectedHeading } from "../evidence/collected.ts";
import { withoutFullKeys } from "../evidence/full-keys.ts";
import type { EvidenceCommand } from "./commands.ts";

/** A file of a bundle. */
export interface CollectedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a command gave. */
export interface CollectedCommand extends EvidenceCommand {
  /** `"taken"`, or why there is nothing. */
  readonly result: "taken" | "not there" | "no answer" | string;
  readonly bytes: Uint8Array;
}

const SECONDS = 60;
const MOST = 256 << 20;

/** Runs commands one after the other. A command that is not there, or fails without saying anything, costs its file only. */
export async function collectEvidence(
  commands: readonly EvidenceCommand[],
  onStep: (command: EvidenceCommand) => void = () => {},
): Promise<CollectedCommand[]> {
  const collected: CollectedCommand[] = [];
  for (const command of commands) {
    onStep(command);
    collected.push({ ...command, ...(await outputOf(command.argv)) });
  }
  return collected;
}

/**
 * The files of a bundle: each output, every full product key in it cut to its last five characters, and what was run on
 * which machine, by its name, and by that which its host was given.
 */
export function bundleFiles(
  collected: readonly CollectedCommand[],
  machine: string,
  host?: string,
): CollectedFile[] {
  const list = collected.map(
    ({ file, argv, typed, result }) => `${file}: ${typed ?? argv.join(" ")} (${result})`,
  );
  const readme = `${collectedHeading(machine, host)}\n\n${list.join("\n")}\n`;
  return [
    { name: "collected.txt", bytes: new TextEncoder().encode(readme) },
    ...collected
      .filter(({ bytes }) => bytes.length > 0)
      .map(({ file, bytes }) => ({ name: file, bytes: maskedKeys(bytes) })),
  ];
}

/** Windows keeps a full key in the very registry key that holds its settings. Keys are ASCII in every code page. */
function maskedKeys(bytes: Uint8Array): Uint8Array {
  return Buffer.from(withoutFullKeys(Buffer.from(bytes).toString("latin1")), "latin1");
}

function outputOf([program = "", ...args]: readonly string[]): Promise<
  Pick<CollectedCommand, "result" | "bytes">
> {
  return new Promise((resolve) => {
    const options = {
      encoding: "buffer",
      timeout: SECONDS * 1000,
      maxBuffer: MOST,
      windowsHide: true,
    } as const;
    execFile(program, args, options, (error, stdout, stderr) => {
      // What a failing command says on its error output is evidence as well: `nslookup` tells of a missing name there.
      const bytes = new Uint8Array(Buffer.concat([stdout, stderr]));
      if (error === null) return resolve({ result: "taken", bytes });
      if (error.code === "ENOENT") return resolve({ result: "not there", bytes: new Uint8Array() });
      if (error.killed) return resolve({ result: "no answer", bytes });
      resolve({ result: `ended with ${error.code ?? error.signal}`, bytes });
    });
  });
}
