import { onTestFinished } from "bun:test";
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A disk of its own: a file system (ext4) in a file. */
export interface Disk {
  /** Where it is mounted. */
  readonly folder: string;
  /** Takes all the room that is left. */
  fill(): void;
  /** Gives that room back. */
  free(): void;
  /** What ext4 does to a disk that fails: it is read-only from now on, for those who have files open on it too. */
  fail(): void;
  /** Takes it out, checks what is on it, and puts that in again. Nobody may have files open on it. */
  repair(): void;
  /** Mounts it so that nothing can be written, or back. Nobody may have files open for writing. */
  setReadOnly(isReadOnly: boolean): void;
  /** Writes what is in memory. */
  flush(): void;
}

/** Makes a disk that is there until the test ends. Needs root, and fails without in one sentence. */
export function makeDisk(megabytes: number): Disk {
  if (process.getuid?.() !== 0) {
    throw new Error("These tests make disks of files, which needs root: run them as root.");
  }
  const parent = mkdtempSync(join(tmpdir(), "muster-disk-"));
  // A database of another account may be on it.
  chmodSync(parent, 0o755);
  let image = join(parent, "image");
  const folder = join(parent, "disk");
  const ballast = join(folder, "ballast");
  mkdirSync(folder);
  writeFileSync(image, "");
  truncateSync(image, megabytes * 1024 * 1024);
  run("mkfs.ext4", "-q", "-F", "-m", "0", image);
  const mount = () => run("mount", "-o", "loop", image, folder);
  // Lazily: what a test that failed has left open must not keep the disk for good.
  onTestFinished(() => {
    run("umount", "-l", folder);
    rmSync(parent, { recursive: true });
  });
  mount();
  return {
    folder,
    fill() {
      const file = openSync(ballast, "a");
      // Down to single blocks, so that not even a small file has room.
      for (let bytes = 1024 * 1024; bytes >= 512; bytes /= 2) while (hasRoom(file, bytes));
      closeSync(file);
    },
    free: () => rmSync(ballast, { force: true }),
    fail: () => run("mount", "-o", "remount,abort", folder),
    repair() {
      run("umount", folder);
      // A mount namespace that somebody made meanwhile keeps the failed file system; a copy makes a new one in any case.
      const copy = `${image}-`;
      run("cp", "--sparse=always", image, copy);
      rmSync(image);
      image = copy;
      run("e2fsck", "-p", image);
      mount();
    },
    setReadOnly: (isReadOnly) => run("mount", "-o", `remount,${isReadOnly ? "ro" : "rw"}`, folder),
    flush: () => run("sync", "-f", folder),
  };
}

function hasRoom(file: number, bytes: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(bytes)) === bytes;
  } catch {
    return false;
  }
}

/** What e2fsck says when it has mended what an abort leaves behind. */
const CORRECTED = 1;

function run(...command: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(command);
  if (exitCode === 0 || (command[0] === "e2fsck" && exitCode === CORRECTED)) return;
  throw new Error(`${command.join(" ")} failed: ${stderr}`);
}
