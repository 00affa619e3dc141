import { Database } from "bun:sqlite";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

/** One kind of file, in the world of its vendor. */
export interface Kind {
  readonly name: string;
  /** Its path in the world. */
  readonly file: string;
  /** The path of another file there, which is whole and of another kind. */
  readonly foreign: string;
  /** Makes of it what a later version would write. */
  readonly newer?: (path: string) => void;
  /** What reads it. */
  readonly command: (at: (name: string) => string) => string[];
  /** The damages that are none to it. */
  readonly spares?: readonly string[];
}

/** Does something to the file at `path`; `others` is the folder of the other vendor's world. */
type Damage = (path: string, kind: Kind, world: string, others: string) => void;

/** What may be wrong with a file, by name. */
export const DAMAGES: Record<string, Damage> = {
  missing: (path) => rmSync(path),
  empty: (path) => writeFileSync(path, ""),
  "cut in half": (path) => truncateSync(path, readFileSync(path).length >> 1),
  "random bytes": (path) => writeFileSync(path, crypto.getRandomValues(new Uint8Array(5000))),
  "of another kind": (path, { foreign }, world) => copyFileSync(join(world, foreign), path),
  "of another vendor": (path, { file }, _, others) => copyFileSync(join(others, file), path),
  "of a newer Muster": (path, { newer }) => newer?.(path),
  "a folder": (path) => {
    rmSync(path);
    mkdirSync(path);
  },
  "a pipe that nobody writes to": (path) => {
    rmSync(path);
    if (Bun.spawnSync(["mkfifo", path]).exitCode !== 0) throw new Error("mkfifo failed");
  },
  "a link to itself": (path) => {
    rmSync(path);
    symlinkSync(path, path);
  },
  "not readable": (path) => chmodSync(path, 0),
  "100 MB": (path) => truncateSync(path, 100_000_000),
};

/** A signed document of a type that this version does not know. */
export function newerDocument(path: string): void {
  const [head = "", ...rest] = readFileSync(path, "utf8").split(".");
  const type = Buffer.from(head, "base64url").toString().replace("+jwt", "-2+jwt");
  writeFileSync(path, [Buffer.from(type).toString("base64url"), ...rest].join("."));
}

/** JSON of the next version. */
export const newerJson = (path: string) =>
  writeFileSync(path, readFileSync(path, "utf8").replace(/"version": ?1/, '"version":2'));

/** A database of a later schema. */
export function newerDatabase(path: string): void {
  using database = new Database(path);
  database.run("PRAGMA user_version = 99");
}
