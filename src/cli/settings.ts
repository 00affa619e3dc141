import { homedir } from "node:os";
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { parse } from "smol-toml";
import { Problem, problem } from "../protocol/problems.ts";
import { isThere, readBounded } from "../vendor/files.ts";

/** The parts of Muster that keep files of their own. */
export type Role = "vendor" | "host" | "client";

type Settings = Record<string, unknown>;

/** The largest settings file that is read, in bytes. */
const MOST_FILE = 1024 * 1024;

/**
 * Lets every option be set by environment and file too, in the order flag, environment, file. The option
 * `--dns-server` of `muster host run` is `MUSTER_HOST_DNS_SERVER` or `MUSTER_DNS_SERVER` in the environment, and
 * `dns-server` in muster.toml, in the table `[host]` or at the top.
 */
export function addSettings(program: Command): void {
  const required = letLater(program);
  program.hook("preAction", (_, command) => {
    const file = settingsFile(program);
    applySettings(command, file);
    if (command.options.some(({ long }) => long === "--role")) {
      const folder = (each: Role) => String(lookUp("data", each, file)?.value ?? defaultFolder(each));
      command.setOptionValue("folders", { host: folder("host"), client: folder("client") });
      // Where a host updates a server of its own, nobody else has to know of its zones.
      if (lookUp("dns-server", "host", file) === undefined)
        command.setOptionValue("publishedIn", textsOf(lookUp("dns-domain", "host", file)?.value));
    }
    const missing = command.options.find(
      (option) => required.has(option) && command.getOptionValue(option.attributeName()) === undefined,
    );
    if (missing) command.error(`error: required option '${missing.flags}' is not given`);
  });
}

/**
 * The options of a running command after environment and file were read again; one that is set no longer has its
 * default. Throws BAD_INPUT.
 */
export function rereadSettings<Options extends object>(command: Command): Options {
  let program = command;
  while (program.parent) program = program.parent;
  applySettings(command, settingsFile(program));
  return command.opts<Options>();
}

function settingsFile(program: Command): Settings {
  return readSettings(program.opts<{ config?: string }>().config ?? process.env.MUSTER_CONFIG);
}

function applySettings(command: Command, file: Settings): void {
  const role = roleOf(command);
  for (const option of command.options) {
    const name = option.attributeName();
    const source = command.getOptionValueSource(name);
    if (source === "cli" || option.long === "--json") continue;
    const found = lookUp(option.long?.slice(2) ?? "", role, file);
    if (found !== undefined) assign(command, option, found.value, found.where);
    else if (source === "config") {
      command.setOptionValueWithSource(name, option.negate ? true : option.defaultValue, "default");
    }
  }
}

/** Commander would miss a required option before environment and file are read; it is missed here, after them. */
function letLater(command: Command, required = new Set<Option>()): Set<Option> {
  for (const option of command.options.filter(({ mandatory }) => mandatory)) {
    option.mandatory = false;
    required.add(option);
  }
  for (const child of command.commands) letLater(child, required);
  return required;
}

/** The folder a role keeps its files in when nobody says otherwise: the system's for root, else the user's. */
function defaultFolder(role: Role): string {
  if (process.platform === "win32") return join(process.env.ProgramData ?? "C:\\ProgramData", "Muster", role);
  const isRoot = process.getuid?.() === 0;
  if (process.platform === "darwin") {
    return join(isRoot ? "/" : homedir(), "Library", "Application Support", "Muster", role);
  }
  return isRoot
    ? join("/var/lib/muster", role)
    : join(process.env.XDG_DATA_HOME ?? join(homedir(), ".local", "share"), "muster", role);
}

/** A parser for options that take a whole number between two bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** The option every role has: where it keeps its files. */
export function dataOption(role: Role): Option {
  return new Option("--data <dir>", "where the files are kept").default(defaultFolder(role));
}

const roles = new WeakMap<Command, Role>();

/** Makes a top-level command take the settings of a role: `muster ato` those of the client. */
export function asRole(role: Role, command: Command): Command {
  roles.set(command, role);
  return command;
}

function roleOf(command: Command): string {
  const role = roles.get(command);
  if (role !== undefined) return role;
  const path: string[] = [];
  for (let at: Command | null = command; at?.parent; at = at.parent) path.unshift(at.name());
  return path[0] ?? "";
}

function readSettings(path: string | undefined): Settings {
  const file = path ?? "muster.toml";
  if (!isThere(file)) {
    if (path === undefined) return {};
    throw problem("BAD_INPUT", `There is no settings file ${file}; correct --config or MUSTER_CONFIG.`);
  }
  try {
    return parse(readBounded(file, MOST_FILE));
  } catch (error) {
    if (error instanceof Problem) throw error;
    const reason = error instanceof Error ? error.message.split("\n")[0] : "";
    throw problem("BAD_INPUT", `The settings file ${file} cannot be read: ${reason}; correct it.`);
  }
}

function lookUp(name: string, role: string, file: Settings): { value: unknown; where: string } | undefined {
  const variable = name.toUpperCase().replaceAll("-", "_");
  for (const where of [`MUSTER_${role.toUpperCase()}_${variable}`, `MUSTER_${variable}`]) {
    if (process.env[where] !== undefined) return { value: process.env[where], where };
  }
  const table = file[role];
  const own = isTable(table) ? table[name] : undefined;
  const value = own ?? file[name];
  return value === undefined || isTable(value) ? undefined : { value, where: `${name} in the settings file` };
}

/** The texts of a setting that may have several: a list in the file, commas in the environment. */
function textsOf(value: unknown): string[] {
  const texts = Array.isArray(value) ? value.map(String) : String(value ?? "").split(",");
  return texts.map((text) => text.trim()).filter((text) => text !== "");
}

function isTable(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function assign(command: Command, option: Option, value: unknown, where: string): void {
  try {
    command.setOptionValueWithSource(option.attributeName(), readValue(option, value), "config");
  } catch (error) {
    const reason = error instanceof Error ? error.message : "";
    throw problem("BAD_INPUT", `${where} is '${value}', which cannot be used. ${reason}`.trim());
  }
}

function readValue(option: Option, value: unknown): unknown {
  if (option.negate) return !readFlag(value);
  if (option.isBoolean()) return readFlag(value);
  const texts = Array.isArray(value)
    ? value.map(String)
    : option.variadic
      ? String(value).split(",")
      : [String(value)];
  if (option.variadic || option.parseArg === undefined) {
    const values = texts.map((text) => option.parseArg?.(text.trim(), undefined) ?? text.trim());
    return option.variadic ? values : values[0];
  }
  // An option that may be repeated makes a list of what it had before and the next one.
  return texts.reduce<unknown>((before, text) => option.parseArg?.(text.trim(), before), undefined);
}

function readFlag(value: unknown): boolean {
  if (value === true || value === "1" || value === "true") return true;
  if (value === false || value === "0" || value === "false") return false;
  throw new Error("It must be true or false.");
}
