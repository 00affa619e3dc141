import { withoutFullKeys } from "../full-keys.ts";
import type { EvidenceKind, Statement } from "../model.ts";
import type { TextLine } from "../text.ts";
import type { Found } from "./found.ts";

/** Puts one statement into the evidence; an empty value is passed over. */
export function statement(
  found: Found,
  kind: EvidenceKind,
  names: readonly string[],
  line: TextLine,
  said: Pick<Statement, "what" | "name" | "value">,
): void {
  if (said.value === "") return;
  const value = withoutFullKeys(said.value.slice(0, 1_000));
  found.collector.statements.push({ origin: found.origin(kind, names), at: found.at(line), ...said, value });
}
