import type { Command } from "commander";
import { partialKey } from "../../protocol/keys.ts";
import { formatTime } from "../../protocol/time.ts";
import { print } from "../output.ts";
import { type Common, verb, withVendor } from "./verb.ts";

/** Adds `muster vendor revoke`. */
export function addRevoke(group: Command): void {
  verb(
    group,
    "revoke <key>",
    "block a key, named whole or by its last five characters",
    "the ledger; for a setup key catalogue.jws too. A blocked host key or MAK activates nothing more (0xC004F051); what it activated stays so, a host until its licence ends.\nUndo: muster vendor revoke KEY --undo.",
  )
    .option("--undo", "lift the block")
    .action((text: string, options: Common & { undo?: true }) =>
      withVendor(options.data, (vendor) => {
        const now = Date.now();
        const {
          text: key,
          kind,
          customer,
          blocked,
        } = options.undo ? vendor.restore(text, now) : vendor.revoke(text, now);
        const state = blocked === undefined ? "is not blocked" : `is blocked since ${formatTime(blocked)}`;
        const value = {
          key: partialKey(key),
          kind,
          customer,
          ...(blocked !== undefined && { blocked: formatTime(blocked) }),
        };
        print(
          options.json,
          value,
          `The ${kind === "mak" ? "MAK" : `${kind} key`} ending in ${partialKey(key)} ${state}.`,
        );
      }),
    );
}
