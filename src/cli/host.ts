import { hostname } from "node:os";
import type { Command } from "commander";
import { initHost } from "../host/folder.ts";
import { type HostStatus, hostStatus } from "../host/status.ts";
import { MAX_DOCUMENT } from "../protocol/jws.ts";
import { readBounded } from "../vendor/files.ts";
import { addActivate } from "./host-activate.ts";
import { addBackup } from "./host-backup.ts";
import { addConsole } from "./host-console.ts";
import { addMoving } from "./host-move.ts";
import { addReport } from "./host-report.ts";
import { addRun } from "./host-run.ts";
import { addSettingsVerb } from "./host-settings.ts";
import { refuseOther } from "./one-role.ts";
import { fields, print } from "./output.ts";
import { dataOption } from "./settings.ts";

const INIT_HELP = `
Changes: makes the folder with the host's id, its private key and the catalogue; one that holds a host already is refused.
Undo: delete the folder, before the host is activated: a host key serves six hosts.`;

/** The host's group: make one, activate it, run it, look at it. */
export function addTo(program: Command): void {
  const host = program.command("host").description("Run the host that counts and activates machines.");

  host
    .command("init")
    .description("Make a host: a folder with its id, its key pair and the vendor's catalogue.")
    .requiredOption("--catalogue <file>", "the vendor's signed catalogue (catalogue.jws)")
    .option("--name <name>", "the host's machine name", hostname())
    .addOption(dataOption("host"))
    .option("--json", "print JSON")
    .addHelpText("after", INIT_HELP)
    .action(async ({ catalogue, name, data, json }) => {
      refuseOther("host", data);
      const { id } = await initHost(data, name, readBounded(catalogue, MAX_DOCUMENT));
      print(
        json,
        { host: id, name, data },
        `Made the host ${name} (${id}) in ${data}.\nNext: muster host activate HOST-KEY`,
      );
    });

  addActivate(host);

  addRun(host);

  host
    .command("status")
    .description(
      "Show whether the host is activated and running, and its counts. Exit code 1 when clients get nothing.",
    )
    .addOption(dataOption("host"))
    .option("--json", "print JSON")
    .addHelpText("after", "\nChanges: nothing.")
    .action(async ({ data, json }) => {
      const status = await hostStatus(data, Date.now());
      print(json, statusJson(status), statusText(status));
      if (!status.licensed || !status.running || status.handedOver) process.exitCode = 1;
    });

  addConsole(host);
  addReport(host);
  addBackup(host);
  addMoving(host);
  addSettingsVerb(host);
}

function statusText(status: HostStatus): string {
  const counts = status.applications.map(
    ({ name, current, unique, required }) =>
      [name, `count ${current} (${unique} unique machines; products require ${required.join(", ")})`] as [
        string,
        string,
      ],
  );
  return fields([
    ["Host", `${status.name} (${status.host})`],
    ["Running", status.running ? "yes" : "no; start it with muster host run"],
    ["Licensed", status.licensed ? `yes, ${status.daysLeft} days left` : `no; ${status.reason}`],
    ["Handed over", status.handedOver && handedOverText(status.handedOver)],
    ["Seats", seatsText(status)],
    ["Store", `${(status.storeBytes / 1e6).toFixed(1)} MB on disk`],
    ...counts,
  ]);
}

function statusJson({ handedOver, ...status }: HostStatus): object {
  return {
    ...status,
    handedOver: handedOver ? { time: new Date(handedOver.time).toISOString(), by: handedOver.by } : null,
  };
}

function handedOverText({ time, by }: NonNullable<HostStatus["handedOver"]>): string {
  const minute = new Date(time).toISOString().slice(0, 16).replace("T", " ");
  return `on ${minute} UTC by ${by}; clients get nothing here. Stop this host when the new one serves, or start it with muster host run --take-back if none took its store`;
}

function seatsText({ seats, overage, leased, aboveSeats }: HostStatus): string {
  const taken = `${leased} leased of ${seats ?? "unlimited"}`;
  if (seats === undefined || leased < seats) return taken;
  if (overage === "deny") return `${taken}: no further machine gets a lease; ask the vendor for more seats`;
  return aboveSeats === 0
    ? taken
    : `${taken}: ${aboveSeats} more than licensed, allowed and reported (event 12404)`;
}
