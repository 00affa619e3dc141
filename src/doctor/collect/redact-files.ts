import { decode, encodingOf } from "../evidence/encoding.ts";
import { gatherSources } from "../evidence/gather.ts";
import { memorySource } from "../evidence/source.ts";
import { type RedactionOptions, redaction } from "../report/redact.ts";
import type { CollectedFile } from "./collect.ts";

/**
 * The same files with names, domains, addresses and CMIDs replaced: first all is read, so that all names are known. The
 * files come out in UTF-8.
 */
export async function redactedFiles(
  files: readonly CollectedFile[],
  options: RedactionOptions = {},
): Promise<CollectedFile[]> {
  const evidence = await gatherSources(files.map(({ name, bytes }) => memorySource(name, bytes)));
  const redact = redaction(evidence, options);
  return files.map(({ name, bytes }) => ({
    name: redact(name),
    bytes: new TextEncoder().encode(redact(decode(bytes, encodingOf(bytes)))),
  }));
}
