import { version } from "../../package.json";

/** The first block of `dlv`, as `slmgr /dlv` prints it, on a host and on a client. */
export const SERVICE_VERSION: readonly string[] = [`Software licensing service version: ${version}`];

/** Blocks of lines with an empty line between them. */
export function blocksText(blocks: readonly (readonly string[])[]): string {
  return blocks.map((lines) => lines.join("\n")).join("\n\n");
}
