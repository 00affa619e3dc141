import type { Command } from "commander";
import { formatTime } from "../../protocol/time.ts";
import { digitLines } from "../digit-lines.ts";
import { fields, print } from "../output.ts";
import { describeApproval } from "./approve.ts";
import { type Common, verb, withVendor } from "./verb.ts";

/** Adds `muster vendor confirm`. */
export function addConfirm(group: Command): void {
  verb(
    group,
    "confirm <installation-id...>",
    "answer a host over the phone: the digits it shows, with the digits to read back",
    "the ledger, as approve does. The same digits again on the same day are answered again and use up nothing.\nUndo: an activation cannot be given back; muster vendor revoke KEY blocks further ones.",
  )
    .option("--name <name>", "what to call the host in the ledger", "by phone")
    .action((groups: string[], options: Common & { name: string }) =>
      withVendor(options.data, async (vendor) => {
        const confirmed = await vendor.confirm(groups.join(" "), Date.now(), { name: options.name });
        const value = { ...confirmed, expires: formatTime(confirmed.expires) };
        const text = fields(describeApproval(confirmed));
        print(
          options.json,
          value,
          `${text}\n\nConfirmation id, to be read back:\n\n${digitLines(confirmed.confirmationId)}`,
        );
      }),
    );
}
