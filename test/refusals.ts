import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** How a command line ended, and what it said. */
export interface Ended {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** How the process is held that runs the commands. */
export interface Bounds {
  /** Whether rights on files hold for root as well: without this root reads whatever it likes. */
  readonly isHeldToRights?: boolean;
  /** The largest file that it can write, in blocks of 512 bytes; writing more fails as on a full disk. */
  readonly largestFile?: number;
}

const SCRIPT = fileURLToPath(new URL("./run-commands.ts", import.meta.url));
/** What the whole table takes is less than this by far; one that hangs does not hang the test. */
const LIMIT = 100_000;

/**
 * Runs command lines of muster one after the other in one process, which is much quicker than one for each. A command
 * that does not end is the last: its outcome and those after it are missing.
 */
export async function runCommands(commands: readonly string[][], bounds: Bounds = {}): Promise<Ended[]> {
  const { isHeldToRights = false, largestFile } = bounds;
  const isRoot = process.getuid?.() === 0;
  const command = [
    ...(isHeldToRights && isRoot ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : []),
    ...(largestFile === undefined ? [] : ["sh", "-c", `ulimit -f ${largestFile}; exec "$@"`, "sh"]),
    process.execPath,
    SCRIPT,
  ];
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("MUSTER_"));
  const child = Bun.spawn(command, {
    env: Object.fromEntries(own),
    stdin: new Blob([JSON.stringify(commands)]),
    stdout: "pipe",
    stderr: "pipe",
    timeout: LIMIT,
    killSignal: "SIGKILL",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if (err !== "") throw new Error(err);
  return out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Ended);
}

/**
 * Every file below a folder with its kind, rights and content, to see whether anything was changed. Locks, and logs of
 * databases with nothing in them, are no state.
 */
export function stateOf(folder: string, path = ""): Record<string, string> {
  const entries = readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
    const name = join(path, entry.name);
    if (entry.isDirectory()) return [[name, "folder"], ...Object.entries(stateOf(folder, name))];
    const state = describe(join(folder, name));
    const isPassing = /\.lock$|-shm$/.test(name) || (name.endsWith("-wal") && state === EMPTY);
    return isPassing ? [] : [[name, state]];
  });
  return Object.fromEntries(entries.sort());
}

const EMPTY = "empty";
const LARGE = 10_000_000;

function describe(path: string): string {
  const stat = lstatSync(path);
  const mode = stat.mode.toString(8);
  if (stat.isSymbolicLink()) return `${mode} ${readlinkSync(path)}`;
  if (!stat.isFile()) return mode;
  if (path.endsWith("-wal") && stat.size === 0) return EMPTY;
  // Reading hundreds of megabytes to the end would take most of the tests' time.
  if (stat.size > LARGE) return `${mode} ${stat.size} ${stat.mtimeMs}`;
  return `${mode} ${stat.size} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`;
}
