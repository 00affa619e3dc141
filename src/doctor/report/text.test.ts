import { expect, test } from "bun:test";
import { assessed } from "../../../test/doctor/evidence.ts";
import { hostDlv } from "../../../test/doctor/texts.ts";
import { documentOf } from "./document.ts";
import { textReport } from "./text.ts";

const options = { width: 100, color: false, verbose: true };

test("names whom a finding affects, and writes no heading where that is nobody", async () => {
  const dlv = hostDlv({ status: "Unlicensed", count: 0, total: 0 });
  const document = documentOf(await assessed({ "kms.txt": dlv }), "en");
  expect(textReport(document, options)).toContain("Affects: kms.txt\n");
  const findings = document.findings.map((finding) => ({ ...finding, affects: [] }));
  expect(textReport({ ...document, findings }, options)).not.toContain("Affects");
});
