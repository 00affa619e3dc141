import type { Command } from "commander";
import { runningAdminUrl } from "../host/admin/admin-url.ts";
import { openToken } from "../host/admin/token.ts";
import { openIdentity } from "../host/folder.ts";
import { problem } from "../protocol/problems.ts";
import { print } from "./output.ts";
import { dataOption } from "./settings.ts";

interface ConsoleFlags {
  readonly data: string;
  readonly json?: boolean;
}

const PATIENCE = 10_000;

/** Adds `muster host console`. */
export function addConsole(group: Command): void {
  group
    .command("console")
    .description(
      "Print a link to the console of a running host that signs a browser in, once within 15 minutes.",
    )
    .addOption(dataOption("host"))
    .option("--json", "print JSON")
    .addHelpText("after", "\nChanges: nothing but that this link works.")
    .action(async ({ data, json }: ConsoleFlags) => {
      const link = await askForLink(data);
      print(json, link, `${link.url}\nIt signs in once, until ${link.expires}.`);
    });
}

async function askForLink(folder: string): Promise<{ url: string; expires: string }> {
  openIdentity(folder);
  const admin = runningAdminUrl(folder);
  if (admin === undefined) {
    throw problem(
      "NOT_INITIALIZED",
      `The host in ${folder} does not run; muster host run starts it and prints a link.`,
    );
  }
  const headers = { authorization: `Bearer ${openToken(folder)}` };
  const signal = AbortSignal.timeout(PATIENCE);
  const response = await fetch(`${admin}/v1/sign-in-links`, { method: "POST", headers, signal }).catch(
    () => undefined,
  );
  if (response?.ok) return (await response.json()) as { url: string; expires: string };
  throw problem(
    "CONNECTION_REFUSED",
    `The host does not answer administrators at ${admin}; start it without --no-admin.`,
  );
}
