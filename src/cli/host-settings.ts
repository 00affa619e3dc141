import type { Command } from "commander";
import { accountName } from "../client/account.ts";
import { openHostStore } from "../host/folder-store.ts";
import { DEFAULT_VALUE, listSettings } from "../host/settings.ts";
import { changeSetting } from "../host/settings-change.ts";
import { problem } from "../protocol/problems.ts";
import { print, table } from "./output.ts";
import { dataOption } from "./settings.ts";

const CHANGES = `
Changes: nothing without a value; with one the setting, which leaves event 12402. "${DEFAULT_VALUE}" takes it back. A
running host follows within a second.`;

/** Adds `muster host settings`. */
export function addSettingsVerb(group: Command): void {
  group
    .command("settings")
    .description("Show the settings of the host, or change one.")
    .argument("[name]", "the setting")
    .argument("[value]", `its new value, or ${DEFAULT_VALUE}`)
    .addOption(dataOption("host"))
    .option("--json", "print JSON")
    .addHelpText("after", CHANGES)
    .action(async (name: string | undefined, value: string | undefined, options: Flags) => {
      const store = await openHostStore(options.data);
      try {
        if (name !== undefined && value !== undefined) {
          const { from, to } = await changeSetting(store, name, value, accountName(), Date.now());
          print(options.json, { name, from, to }, `${name}: ${from} before, ${to} now.`);
          return;
        }
        const all = await listSettings(store);
        const shown = name === undefined ? all : all.filter((each) => each.name === name);
        if (shown.length === 0) {
          const names = all.map((each) => each.name).join(", ");
          throw problem("BAD_INPUT", `There is no setting ${name}; there are ${names}.`);
        }
        const rows = shown.map((each) => [each.name, each.value, each.default, each.expects]);
        print(options.json, shown, table(["Name", "Value", "Default", "Takes"], rows));
      } finally {
        await store.close();
      }
    });
}

interface Flags {
  readonly data: string;
  readonly json?: boolean;
}
