import { hasPassword, isPostgres } from "../host/postgres/location.ts";

/** Says so when the password of `--store` was given as an argument, where everybody on the machine can read it. */
export function warnOfPassword(
  store: string | undefined,
  command: "host" | "up",
  onTrouble: (sentence: string) => void,
): void {
  if (store === undefined || !isPostgres(store) || !hasPassword(store) || !isInArguments(store)) return;
  onTrouble(
    `The password in --store can be read in the list of processes; give the store with MUSTER_${command.toUpperCase()}_STORE or in muster.toml.`,
  );
}

function isInArguments(store: string): boolean {
  return process.argv.some((argument) => argument.includes(store));
}
