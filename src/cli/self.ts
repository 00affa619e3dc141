import { fileURLToPath } from "node:url";

/** How this very Muster is started once more: the runtime with its program, or the one executable. */
export function selfCommand(): string[] {
  const program = process.argv[1] ?? "";
  // The compiled executable has its program inside of itself, on a path that no disk has.
  const isCompiled = program.startsWith("/$bunfs/") || /^[A-Z]:[\\/]~BUN[\\/]/.test(program);
  return isCompiled
    ? [process.execPath]
    : [process.execPath, fileURLToPath(new URL("main.ts", import.meta.url))];
}
