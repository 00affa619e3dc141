import { join } from "node:path";
import { readIfThere } from "../../vendor/files.ts";
import { writeWhole } from "../folder.ts";
import { isLocked } from "../lock.ts";

const MOST_FILE = 1024;

/** Leaves the URL of a running host's admin listener where other commands find it. */
export function noteAdminUrl(folder: string, url: string): void {
  writeWhole(adminUrlFile(folder), `${url}\n`);
}

/** Where administrators reach the host of a folder; undefined when it does not run. */
export function runningAdminUrl(folder: string): string | undefined {
  if (!isLocked(folder)) return undefined;
  return readIfThere(adminUrlFile(folder), MOST_FILE)?.trim();
}

function adminUrlFile(folder: string): string {
  return join(folder, "admin-url");
}
