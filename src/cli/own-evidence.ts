import { machineSuffixes } from "../client/suffixes.ts";
import { bundleFiles, type CollectedFile, collectEvidence } from "../doctor/collect/collect.ts";
import { type EvidenceCommand, evidenceCommands } from "../doctor/collect/commands.ts";
import { problem } from "../protocol/problems.ts";
import { findPlaces, type PlaceOptions } from "./role.ts";
import { selfCommand } from "./self.ts";

/** Evidence of this very machine: of Muster's roles on it, and on Windows of its own activation too. */
export async function ownEvidence(
  options: PlaceOptions,
  onStep?: (command: EvidenceCommand) => void,
): Promise<CollectedFile[]> {
  const folders = Object.fromEntries(placesOn(options).map(({ role, folder }) => [role, folder]));
  const commands = evidenceCommands({
    platform: process.platform,
    suffixes: await machineSuffixes(),
    muster: selfCommand(),
    folders,
    windows: process.env.SystemRoot ?? "C:\\Windows",
  });
  return bundleFiles(await collectEvidence(commands, onStep));
}

/** Whether there is a role of Muster where these options say. */
export function isRoleHere(options: PlaceOptions): boolean {
  try {
    return findPlaces(options).length > 0;
  } catch {
    return false;
  }
}

/** Muster's roles on this machine; on Windows there may be none, and Windows itself is asked. */
function placesOn(options: PlaceOptions) {
  try {
    return findPlaces(options);
  } catch (error) {
    if (process.platform === "win32" && options.data === undefined) return [];
    throw problem(
      "NOT_INITIALIZED",
      "There is no host or client on this machine; give files to look at, or the folder of a role with --data.",
      { cause: error },
    );
  }
}
