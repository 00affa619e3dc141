import { isClientFolder } from "../client/folder.ts";
import { isHostFolder } from "../host/folder.ts";
import { problem } from "../protocol/problems.ts";

/** A role that a folder belongs to, for the commands that hosts and clients both have. */
export interface Place {
  readonly role: "host" | "client";
  readonly folder: string;
}

/** The option of such a command that says which role is meant. */
export interface PlaceOptions {
  readonly data?: string | undefined;
  readonly role?: Place["role"] | undefined;
  /** Where each role's folder is when `--data` does not say it: from environment, settings file or default. */
  readonly folders: Readonly<Record<Place["role"], string>>;
  /** Domains that the host is told to publish itself in: its `dns-domain` of environment or settings file. */
  readonly publishedIn?: readonly string[] | undefined;
}

/**
 * Where a command shall look: the folder and role it was told, else the role whose folder is there. A machine that
 * is host and client at once has both, host first. Throws NOT_INITIALIZED.
 */
export function findPlaces({ data, role, folders }: PlaceOptions): Place[] {
  const roles = role === undefined ? (["host", "client"] as const) : [role];
  const places = roles.map((each) => ({ role: each, folder: data ?? folders[each] })).filter(isThere);
  if (places.length === 0) {
    const where = data ?? roles.map((each) => folders[each]).join(" or ");
    throw problem("NOT_INITIALIZED", `There is no host or client in ${where}; give its folder with --data.`);
  }
  return places;
}

function isThere({ role, folder }: Place): boolean {
  return role === "host" ? isHostFolder(folder) : isClientFolder(folder);
}
