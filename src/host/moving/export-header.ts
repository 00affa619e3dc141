import * as z from "zod";
import { problem } from "../../protocol/problems.ts";

/** The format that this version writes; a larger number is a newer Muster's. */
const EXPORT_VERSION = 1;
const KIND = "muster-host-store";

const headerSchema = z.strictObject({
  kind: z.literal(KIND),
  version: z.literal(EXPORT_VERSION),
  /** The version of Muster that wrote it. */
  muster: z.string(),
  host: z.uuid(),
  name: z.string(),
  /** The id of the vendor whose products are counted. */
  vendor: z.string(),
  /** Milliseconds since the epoch: the counts of the census are of this moment. */
  time: z.int().min(0),
  /** Whether the hosts of the store were told to go quiet, so that nothing is missing. */
  handedOver: z.boolean(),
  /** How long machines count, by application. */
  applications: z.array(z.strictObject({ id: z.string(), countWindow: z.int().min(0) })).max(10_000),
  /** How many rows follow, for those who show progress. */
  rows: z.int().min(0),
});

/** The first line of an export: what it is of. */
export type ExportHeader = z.output<typeof headerSchema>;

/** The header of an export of this version. */
export function makeHeader(about: Omit<ExportHeader, "kind" | "version">): ExportHeader {
  return { kind: KIND, version: EXPORT_VERSION, ...about };
}

/** Reads the first line. Throws STORE_NEWER, or BAD_INPUT with the reason as a part of a sentence. */
export function readHeader(value: unknown): ExportHeader {
  const { kind, version } = (value ?? {}) as { kind?: unknown; version?: unknown };
  if (kind !== KIND) throw problem("BAD_INPUT", "it is something else");
  if (typeof version === "number" && version > EXPORT_VERSION) {
    throw problem(
      "STORE_NEWER",
      `The export was written by a newer Muster (format ${version}); import it with that one.`,
    );
  }
  const { success, data } = headerSchema.safeParse(value);
  if (!success) throw problem("BAD_INPUT", "its first line is damaged");
  return data;
}
