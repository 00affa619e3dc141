import { isClientFolder } from "../client/folder.ts";
import { isHostFolder } from "../host/folder.ts";
import { problem } from "../protocol/problems.ts";
import { isVendorFolder } from "../vendor/vendor.ts";
import type { Role } from "./settings.ts";

const HOLDS: Readonly<Record<Role, (folder: string) => boolean>> = {
  vendor: isVendorFolder,
  host: isHostFolder,
  client: isClientFolder,
};

/**
 * Refuses to make a role's files in the folder of another role: each looks after its own folder as a whole. A folder that
 * holds both already goes on. Throws BAD_INPUT, ACCESS_DENIED.
 */
export function refuseOther(role: Role, folder: string): void {
  if (HOLDS[role](folder)) return;
  const other = (["vendor", "host", "client"] as const).find((each) => HOLDS[each](folder));
  if (other === undefined) return;
  throw problem(
    "BAD_INPUT",
    `${folder} is the folder of a ${other}, so it cannot be that of a ${role}; give the ${role}'s own folder with --data.`,
  );
}
