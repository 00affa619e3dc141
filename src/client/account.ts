import { readFileSync } from "node:fs";

/** The account that a command runs as, for events that say who changed something. */
export function accountName(): string {
  const uid = process.getuid?.();
  if (uid === undefined) return process.env.USERNAME ?? "unknown";
  return nameOf(uid) ?? `uid ${uid}`;
}

/** Not `os.userInfo()`: under Bun it repeats the environment, which anybody sets. */
function nameOf(uid: number): string | undefined {
  try {
    const accounts = readFileSync("/etc/passwd", "utf8").split("\n");
    return accounts.map((line) => line.split(":")).find(([, , id]) => id === String(uid))?.[0];
  } catch {
    return undefined;
  }
}
