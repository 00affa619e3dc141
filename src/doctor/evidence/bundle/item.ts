import type { EvidenceSource } from "../source.ts";
import type { Bytes } from "./bytes.ts";

/** What a bundle holds, in the order of the names. */
export type BundleItem = FileItem | ArchiveItem | UnreadItem;

/** A file that can be read. */
export interface FileItem {
  readonly what: "file";
  readonly source: EvidenceSource;
  /** What is to be said of it, one sentence each; reading it may add some. */
  readonly notes: string[];
  /** Its bytes, when they can be read from anywhere. */
  readonly bytes?: Bytes;
}

/** An archive whose members follow. */
export interface ArchiveItem {
  readonly what: "archive";
  readonly name: string;
  readonly members: number;
  /** Bytes of the archive, and of all members by what it states. */
  readonly size: number;
  readonly unpacked: number;
  readonly notes: readonly string[];
}

/** Something that is there and is not read. */
export interface UnreadItem {
  readonly what: "unread";
  readonly name: string;
  /** Why. */
  readonly note: string;
}

/** Says in a sentence why something could not be read. */
export function reasonOf(error: unknown): string {
  const code = (error as { code?: string } | null)?.code ?? "";
  const reason = REASONS[code];
  if (reason !== undefined) return reason;
  const text = error instanceof Error ? error.message : String(error);
  return `It cannot be read: ${text.split("\n")[0]}.`;
}

const REASONS: Record<string, string> = {
  EACCES: "It cannot be read: this account may not read it.",
  EPERM: "It cannot be read: this account may not read it.",
  ENOENT: "It cannot be read: it is not there any more.",
  EIO: "It cannot be read: the disk reports an error.",
  ELOOP: "It cannot be read: its links lead in a circle.",
  ENAMETOOLONG: "It cannot be read: its path is too long.",
};
