import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);
const PARAMETERS = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters";

/** The domains this machine looks names up in, the one it belongs to first. */
export async function machineSuffixes(): Promise<string[]> {
  const domain = domainOf(machineName());
  if (process.platform !== "win32") return suffixList([domain, ...resolvSuffixes(read("/etc/resolv.conf"))]);
  const output = await run("reg", ["query", PARAMETERS]).catch(() => ({ stdout: "" }));
  return suffixList([domain, ...registrySuffixes(output.stdout), process.env.USERDNSDOMAIN]);
}

/** The machine's name, with its domain where the system knows it. */
export function machineName(): string {
  const name = hostname();
  if (name.includes(".") || process.platform === "win32") return name;
  return canonicalName(name, read("/etc/hosts")) ?? name;
}

/** The search list of a resolv.conf; the last `search` or `domain` line counts (resolv.conf(5)). */
export function resolvSuffixes(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim().split(/\s+/));
  const last = lines.findLast(([keyword]) => keyword === "search" || keyword === "domain");
  return last === undefined ? [] : last.slice(1, last[0] === "domain" ? 2 : undefined);
}

/** The suffixes in what `reg query` prints of the TCP/IP parameters. */
export function registrySuffixes(output: string): string[] {
  const value = (name: string) =>
    new RegExp(`^[ \\t]+${name}[ \\t]+REG_\\w+[ \\t]+(\\S.*)$`, "m").exec(output)?.[1]?.trim() ?? "";
  return [value("Domain"), value("NV Domain"), ...value("SearchList").split(/[\s,]+/), value("DhcpDomain")];
}

/** The name with a domain that a hosts file gives for a short name: what `hostname -f` prints. */
export function canonicalName(short: string, hosts: string): string | undefined {
  for (const line of hosts.split("\n")) {
    const names = line.replace(/#.*/, "").trim().split(/\s+/).slice(1);
    const full = names.includes(short) ? names.find((name) => name.startsWith(`${short}.`)) : undefined;
    if (full !== undefined) return full;
  }
  return undefined;
}

/** Domains without blanks, repeats and final dots, in lower case. */
export function suffixList(domains: readonly (string | undefined)[]): string[] {
  const clean = domains.map((domain) =>
    (domain ?? "")
      .trim()
      .replace(/^\.+|\.+$/g, "")
      .toLowerCase(),
  );
  return [...new Set(clean)].filter((domain) => domain !== "");
}

function domainOf(name: string): string {
  return name.split(".").slice(1).join(".");
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
