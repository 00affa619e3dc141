import { createHash } from "node:crypto";
import { version } from "../../../package.json";
import type { ReportDocument, ReportFinding } from "./document.ts";

const LEVELS = {
  critical: "error",
  error: "error",
  warning: "warning",
  notice: "note",
  info: "note",
} as const;
/** SARIF's rank, 0 to 100: how sure a result is. */
const RANKS = { confirmed: 95, likely: 75, possible: 40, benign: 10 } as const;

/**
 * The report as SARIF 2.1.0, for code scanning and for build pipelines of images
 * (https://docs.oasis-open.org/sarif/sarif/v2.1.0/).
 */
export function sarifReport(document: ReportDocument): string {
  const rules = document.findings.map(({ id, name, title, links }) => ({
    id,
    name,
    shortDescription: { text: title },
    ...(links[0] === undefined ? {} : { helpUri: links[0] }),
  }));
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "muster doctor", version, rules } },
        language: document.language,
        results: document.findings.map((finding, at) => resultOf(finding, at)),
        properties: { verdict: document.verdict },
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function resultOf(finding: ReportFinding, ruleIndex: number) {
  const { id, title, verdict, severity, why, evidence, affects, remedy } = finding;
  return {
    ruleId: id,
    ruleIndex,
    kind: verdict === "benign" ? "informational" : "fail",
    level: verdict === "benign" ? "none" : LEVELS[severity],
    rank: RANKS[verdict],
    message: { text: [`${title}. ${why}`, remedy.text, ...remedy.commands].join("\n") },
    locations: evidence.map(({ file, line, record, quote }) => ({
      physicalLocation: {
        artifactLocation: { uri: uriOf(file) },
        // A record of a log has no line; SARIF counts from 1.
        ...(line > 0 ? { region: { startLine: line, snippet: { text: quote } } } : {}),
      },
      ...(record > 0 ? { logicalLocations: [{ name: `record ${record}`, kind: "resource" }] } : {}),
      message: { text: quote },
    })),
    partialFingerprints: { "finding/v1": fingerprint(id, affects) },
    properties: { verdict, severity, affects, owner: remedy.owner },
  };
}

/** The same for the same cause and machines, whatever the run. */
function fingerprint(id: string, affects: readonly string[]): string {
  return createHash("sha256")
    .update([id, ...affects.toSorted()].join("\n"))
    .digest("hex")
    .slice(0, 32);
}

function uriOf(file: string): string {
  return file.split("/").map(encodeURIComponent).join("/");
}
