import { gatherSources } from "../evidence/gather.ts";
import { memorySource } from "../evidence/source.ts";
import { redaction } from "../report/redact.ts";
import type { CollectedFile } from "./collect.ts";

/** The same files with names, domains, addresses and CMIDs replaced: first all is read, so that all names are known. */
export async function redactedFiles(files: readonly CollectedFile[]): Promise<CollectedFile[]> {
  const evidence = await gatherSources(files.map(({ name, bytes }) => memorySource(name, bytes)));
  const redact = redaction(evidence);
  return files.map(({ name, bytes }) => ({
    name: redact(name),
    bytes: new TextEncoder().encode(redact(new TextDecoder().decode(bytes))),
  }));
}
