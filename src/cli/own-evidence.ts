import { machineName } from "../client/suffixes.ts";
import { bundleFiles, type CollectedFile, collectEvidence } from "../doctor/collect/collect.ts";
import { type EvidenceCommand, evidenceCommands } from "../doctor/collect/commands.ts";
import { openIdentity } from "../host/folder.ts";
import { problem } from "../protocol/problems.ts";
import { ownDomains } from "./own-domains.ts";
import { findPlaces, type PlaceOptions } from "./role.ts";
import { selfCommand } from "./self.ts";

/** Evidence of this very machine: of Muster's roles on it, and on Windows of its own activation too. */
export async function ownEvidence(
  options: PlaceOptions & { readonly live?: true | string },
  onStep?: (command: EvidenceCommand) => void,
): Promise<CollectedFile[]> {
  const folders = Object.fromEntries(placesOn(options).map(({ role, folder }) => [role, folder]));
  // The look at the network asks DNS itself, and of those servers that it is told to ask.
  const isAsked = options.live !== undefined && process.platform !== "win32";
  const domains = await ownDomains(options);
  const commands = evidenceCommands({
    platform: process.platform,
    suffixes: isAsked ? [] : domains.suffixes,
    served: domains.served,
    muster: selfCommand(),
    folders,
    windows: process.env.SystemRoot ?? "C:\\Windows",
  });
  const host = folders.host === undefined ? undefined : openIdentity(folders.host).name;
  return bundleFiles(await collectEvidence(commands, onStep), machineName(), host);
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
