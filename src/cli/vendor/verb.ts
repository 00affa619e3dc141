import type { Command } from "commander";
import { openVendor, type Vendor } from "../../vendor/vendor.ts";
import { dataOption } from "../settings.ts";

/** The options of every verb. */
export interface Common {
  readonly data: string;
  readonly json?: true;
}

/** A verb of the group with the options that all of them take; `changes` ends its help. */
export function verb(group: Command, usage: string, description: string, changes: string): Command {
  return group
    .command(usage)
    .description(description)
    .addOption(dataOption("vendor"))
    .option("--json", "print one line of JSON")
    .addHelpText("after", `\nChanges: ${changes}`);
}

/** Opens the vendor for one piece of work. */
export async function withVendor<T>(folder: string, work: (vendor: Vendor) => T | Promise<T>): Promise<T> {
  const vendor = openVendor(folder);
  try {
    return await work(vendor);
  } finally {
    vendor.close();
  }
}
