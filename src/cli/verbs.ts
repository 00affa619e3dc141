import { type Command, Option } from "commander";
import { problem } from "../protocol/problems.ts";
import { clientDli, clientDlv, clientXpr } from "./client-show.ts";
import { addClientVerbs } from "./client-verbs.ts";
import { hostDli, hostDlv, hostXpr } from "./host-show.ts";
import { addHostVerbs } from "./host-verbs.ts";
import { findPlaces, type Place, type PlaceOptions } from "./role.ts";

interface ShowOptions extends PlaceOptions {
  readonly json?: boolean;
}

/** Prints what a role has to show; `which` is an activation id, `all` or nothing. */
type Show = (folder: string, which: string | undefined, options: ShowOptions) => Promise<void>;

/** The verbs of slmgr that hosts and clients both have, by role. */
const SHARED: Record<"dlv" | "dli" | "xpr", { description: string } & Partial<Record<Place["role"], Show>>> =
  {
    dlv: {
      description: "Show the licence in detail, line by line as slmgr /dlv does.",
      client: clientDlv,
      host: hostDlv,
    },
    dli: { description: "Show the licence in short.", client: clientDli, host: hostDli },
    xpr: { description: "Show when the activation ends.", client: clientXpr, host: hostXpr },
  };

/** The verbs of slmgr, with the same names. */
export function addTo(program: Command): void {
  addClientVerbs(program);
  addHostVerbs(program);
  for (const [name, verb] of Object.entries(SHARED)) {
    program
      .command(name)
      .description(verb.description)
      .argument("[activation-id]", "one product, or all")
      .option("--data <dir>", "the folder of a host or client (default: the ones of this machine)")
      .addOption(
        new Option("--role <role>", "which one, on a machine that is both").choices(["host", "client"]),
      )
      .option("--json", "print JSON")
      .addHelpText("after", "\nChanges: nothing.")
      .action(async (which: string | undefined, options: ShowOptions) => {
        const [place] = findPlaces(options);
        const show = place && verb[place.role];
        if (place === undefined || show === undefined) {
          throw problem("BAD_INPUT", `A ${place?.role} has no ${name}; see muster host status.`);
        }
        await show(place.folder, which, options);
      });
  }
}
