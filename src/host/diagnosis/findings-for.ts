import type { ReportDocument, ReportFinding } from "../../doctor/report/document.ts";

/** Whom findings are looked for. */
export interface FindingSubject {
  readonly name: string;
  readonly cmid: string;
  /** The name of the product it asked for. */
  readonly product: string;
  readonly isLicensed: boolean;
}

/**
 * The findings of a diagnosis that concern one machine: those that name it, and, while it has no lease, those that keep
 * its product or everybody from one.
 */
export function findingsFor({ findings }: ReportDocument, subject: FindingSubject): ReportFinding[] {
  return findings.filter((finding) => names(finding, subject) || stands(finding, subject));
}

function names({ affects, evidence, verdict }: ReportFinding, { name, cmid }: FindingSubject): boolean {
  if (verdict === "benign") return false;
  const full = name.toLowerCase();
  const [short = full] = full.split(".");
  const known = new Set([full, short, cmid]);
  if (affects.some((label) => known.has(label.toLowerCase()))) return true;
  return evidence.some(({ quote }) => quote.toLowerCase().includes(cmid));
}

function stands(
  { affects, severity, verdict }: ReportFinding,
  { product, isLicensed }: FindingSubject,
): boolean {
  if (isLicensed || (severity !== "critical" && severity !== "error")) return false;
  if (verdict !== "confirmed" && verdict !== "likely") return false;
  return severity === "critical" || affects.length === 0 || affects.includes(product);
}
