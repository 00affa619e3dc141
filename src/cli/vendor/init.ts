import type { Command } from "commander";
import { createVendor } from "../../vendor/create.ts";
import { refuseOther } from "../one-role.ts";
import { fields, print } from "../output.ts";
import { type Common, verb } from "./verb.ts";

/** Adds `muster vendor init`. */
export function addInit(group: Command): void {
  verb(
    group,
    "init",
    "make a vendor: its id, its signing key and an empty ledger",
    "makes the folder with vendor.key (secret: keep a backup offline), ledger.sqlite and catalogue.jws; never overwrites.\nUndo: delete the folder, before a catalogue of it is shipped; clients and hosts trust its key from then on.",
  )
    .requiredOption("--name <name>", "the vendor's name, as customers know it")
    .action((options: Common & { name: string }) => {
      refuseOther("vendor", options.data);
      const vendor = createVendor(options.data, options.name, Date.now());
      const { id, name, folder, catalogueFile: catalogue } = vendor;
      vendor.close();
      const text = fields([
        ["Vendor", name],
        ["Vendor id", id],
        ["Folder", folder],
        ["Catalogue", catalogue],
      ]);
      const advice =
        "Keep a backup of the folder: without vendor.key and ledger.sqlite nothing can be issued again.";
      print(options.json, { vendor: id, name, folder, catalogue }, `${text}\n\n${advice}`);
    });
}
