import { expect, test } from "bun:test";
import type { ReportDocument, ReportFinding } from "../../doctor/report/document.ts";
import { findingsFor } from "./findings-for.ts";

const CMID = "3f2b6c1e-0000-4000-8000-000000000001";
const SUBJECT = { name: "PC-1.corp.example", cmid: CMID, product: "Desktop", isLicensed: true };

function finding(parts: Partial<ReportFinding>): ReportFinding {
  return { verdict: "confirmed", severity: "error", affects: [], evidence: [], ...parts } as ReportFinding;
}

const isFor = (parts: Partial<ReportFinding>, subject = SUBJECT) =>
  findingsFor({ findings: [finding(parts)] } as unknown as ReportDocument, subject).length === 1;

const quote = (text: string) => [{ file: "events.xml", line: 0, record: 1, quote: text }];

test.each([
  ["names it", { affects: ["pc-1.corp.example"] }, true],
  ["names it without its domain", { affects: ["PC-1"] }, true],
  ["quotes its CMID", { evidence: quote(`…,${CMID.toUpperCase()},…`) }, true],
  ["names another machine", { affects: ["pc-10"] }, false],
  ["names it as harmless", { affects: ["pc-1"], verdict: "benign" }, false],
  ["names its product, while it holds a lease", { affects: ["Desktop"] }, false],
] as const)("a finding that %s", (_, parts, expected) => {
  expect(isFor(parts as Partial<ReportFinding>)).toBe(expected);
});

test.each([
  ["names its product", { affects: ["Desktop"] }, true],
  ["names another product", { affects: ["Server"] }, false],
  ["keeps everybody from a lease", { affects: ["kms01"], severity: "critical" }, true],
  ["only warns", { affects: ["Desktop"], severity: "warning" }, false],
  ["is only possible", { affects: ["Desktop"], verdict: "possible" }, false],
] as const)("of a machine without a lease, a finding that %s", (_, parts, expected) => {
  expect(isFor(parts as unknown as Partial<ReportFinding>, { ...SUBJECT, isLicensed: false })).toBe(expected);
});
