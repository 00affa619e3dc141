import type { Command } from "commander";
import { addClients } from "./doctor-clients.ts";
import { addCompare } from "./doctor-compare.ts";
import { addDiagnosis, addExplain } from "./doctor-diagnose.ts";
import { addShow } from "./doctor-show.ts";

/** `muster doctor …`: what files from support say, of Muster's hosts and clients and of Microsoft's. */
export function addTo(program: Command): void {
  // Or else the options behind `doctor show` would be taken for those of the diagnosis, which has the same names.
  program.enablePositionalOptions();
  const doctor = program
    .command("doctor")
    .description(
      "Find out why machines are not activated, from what support asks for: of Muster or of Microsoft KMS.",
    );
  doctor.enablePositionalOptions();
  addDiagnosis(doctor);
  addExplain(doctor);
  addShow(doctor);
  addClients(doctor);
  addCompare(doctor);
  for (const command of [doctor, ...doctor.commands]) command.addHelpText("after", "\nChanges: nothing.");
}
