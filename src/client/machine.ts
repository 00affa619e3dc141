import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { cpus, networkInterfaces } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Machine } from "./request.ts";
import { machineName } from "./suffixes.ts";

const run = promisify(execFile);
const DMI = "/sys/class/dmi/id";
const NET = "/sys/class/net";
/** Characters of a hash; two facts of one machine hardly ever share this many. */
const HASH_LENGTH = 16;
const NO_ADDRESS = "00:00:00:00:00:00";
const HYPERVISORS =
  /qemu|kvm|vmware|virtualbox|innotek|\bxen\b|amazon ec2|google compute|openstack|bochs|parallels|bhyve|virtual machine|rhev|nutanix|hvm domu/i;

/** What of the machine may be said by others: the fleet's, a test's, an administrator's. */
export interface MachineOptions {
  readonly name?: string | undefined;
  /** Any text; anything but a SHA-256 in hex is hashed. */
  readonly fingerprint?: string | undefined;
}

/** What a host is told of this machine. */
export async function describeMachine({ name, fingerprint }: MachineOptions = {}): Promise<Machine> {
  const { facts, virtual } = await readHardware();
  const own = { name: safeName(name ?? machineName()), virtual };
  // Who names the machine by a text of their own says with it when it is another one.
  return fingerprint === undefined
    ? { ...own, fingerprint: fingerprintOf(facts), hardware: hashFacts(facts) }
    : { ...own, fingerprint: asFingerprint(fingerprint) };
}

/** Facts of the form `kind value` with a hash for the value: enough to see that one changed, and no serial number. */
export function hashFacts(facts: readonly string[]): string[] {
  return facts
    .filter((fact) => /^\S+ \S/.test(fact))
    .map((fact) => `${fact.split(" ", 1)[0]} ${fingerprintOf([fact]).slice(0, HASH_LENGTH)}`)
    .sort();
}

/** A fingerprint from a text of one's own; a SHA-256 in hex is taken as it is. */
export function asFingerprint(text: string): string {
  return /^[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : fingerprintOf([text]);
}

/** Hex SHA-256 over facts, whatever order they were found in. */
export function fingerprintOf(facts: readonly string[]): string {
  return createHash("sha256")
    .update([...facts].sort().join("\n"))
    .digest("hex");
}

/** A name that hosts accept: it goes into events, whose fields are separated by commas, and before people's eyes. */
export function safeName(name: string): string {
  const clean = name.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp},;]/gu, "-").trim();
  return clean.slice(0, 255).trim() || "unnamed";
}

/** True when a DMI vendor or product name is that of a hypervisor. */
export function isHypervisor(text: string): boolean {
  return HYPERVISORS.test(text);
}

interface Hardware {
  /** What stays when the system is installed anew, and differs in a copy of its disk. */
  readonly facts: string[];
  readonly virtual: boolean;
}

async function readHardware(): Promise<Hardware> {
  const common = [`cpu ${cpus()[0]?.model ?? ""}`, ...physicalAddresses()];
  switch (process.platform) {
    case "linux":
      return linuxHardware(common);
    case "darwin":
      return macHardware(common);
    case "win32":
      return windowsHardware(common);
    default:
      return { facts: [...common, machineName()], virtual: false };
  }
}

/** The machine-id is copied with an image, so it counts only where nothing else is known, as in a container. */
function linuxHardware(common: string[]): Hardware {
  const dmi = ["product_uuid", "product_serial", "board_serial", "sys_vendor", "product_name"]
    .map((name) => [name, read(join(DMI, name))] as const)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name} ${value}`);
  const facts = [...common, ...dmi];
  const isKnown = facts.some((fact) => /^(product_uuid|mac) /.test(fact));
  const fallback = isKnown ? [] : [`id ${read("/etc/machine-id")}`, `name ${machineName()}`];
  return {
    facts: [...facts, ...fallback],
    virtual: /^flags\s*:.*\bhypervisor\b/m.test(read("/proc/cpuinfo")) || isHypervisor(dmi.join("\n")),
  };
}

async function macHardware(common: string[]): Promise<Hardware> {
  const platform = await output("ioreg", ["-rd1", "-c", "IOPlatformExpertDevice"]);
  const uuid = /"IOPlatformUUID" = "([^"]+)"/.exec(platform)?.[1];
  const isGuest = (await output("sysctl", ["-n", "kern.hv_vmm_present"])).trim() === "1";
  return { facts: [...common, ...(uuid === undefined ? [] : [`product_uuid ${uuid}`])], virtual: isGuest };
}

async function windowsHardware(common: string[]): Promise<Hardware> {
  const bios = await output("reg", ["query", "HKLM\\HARDWARE\\DESCRIPTION\\System\\BIOS"]);
  const names = bios.split(/\r?\n/).filter((line) => /\bSystem(Manufacturer|ProductName|SKU)\b/.test(line));
  return { facts: [...common, ...names.map((line) => line.trim())], virtual: isHypervisor(names.join("\n")) };
}

/** The hardware addresses of built-in interfaces: not of bridges and tunnels, and not of what is plugged in by USB. */
function physicalAddresses(): string[] {
  const linux = existsSync(NET) ? readdirSync(NET).filter(isBuiltIn) : [];
  const found = linux.map((name) => read(join(NET, name, "address")));
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal)
    .map(({ mac }) => mac);
  const addresses = (linux.length > 0 ? found : others).filter((mac) => mac !== "" && mac !== NO_ADDRESS);
  return [...new Set(addresses)].map((mac) => `mac ${mac}`);
}

function isBuiltIn(name: string): boolean {
  try {
    return !realpathSync(join(NET, name, "device")).includes("/usb");
  } catch {
    return false; // A virtual interface has no device behind it.
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}

async function output(command: string, args: string[]): Promise<string> {
  try {
    return (await run(command, args, { timeout: 5_000 })).stdout;
  } catch {
    return "";
  }
}
