import { execFile } from "node:child_process";

/**
 * Whether a machine answers a ping, by the system's own program: a raw socket needs rights that a doctor does not ask
 * for. No answer says nothing, since many firewalls drop pings; so does a machine without the program. Never throws.
 */
export function answersPing(address: string, timeout: number): Promise<boolean> {
  const once = ONCE[process.platform] ?? ["-c", "1", "-W"];
  const limit = process.platform === "win32" ? timeout : Math.max(1, Math.round(timeout / 1000));
  const command = [...once, `${limit}`, address];
  return new Promise((resolve) => {
    execFile("ping", command, { timeout: timeout + 2000, windowsHide: true }, (error, stdout) => {
      // Windows' own ends well with "Destination host unreachable", too; an answer has a time to live in every language.
      resolve(error === null && /ttl=/i.test(stdout));
    });
  });
}

/** Options for one question, before the limit of time: milliseconds on Windows, else seconds. */
const ONCE: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  win32: ["-n", "1", "-w"],
  darwin: ["-c", "1", "-t"],
};
