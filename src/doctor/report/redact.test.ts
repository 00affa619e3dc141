import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { assessed } from "../../../test/doctor/evidence.ts";
import {
  clientDlv,
  cmid,
  DAY,
  eventXml,
  exchange,
  handled,
  hostDlv,
  NOON,
  nslookup,
} from "../../../test/doctor/texts.ts";
import { documentOf } from "./document.ts";
import { jsonReport } from "./json-report.ts";
import { redactedDocument, redaction } from "./redact.ts";

/** Names that no text of the doctor has in it. */
const label = fc.stringMatching(/^zq[a-z0-9]{2,8}(-[a-z0-9]{1,4})?$/);
const site = fc.record({
  domain: fc.tuple(label, fc.constantFrom("example", "corp.example", "test")).map((parts) => parts.join(".")),
  host: label,
  clients: fc.uniqueArray(label, { minLength: 2, maxLength: 4 }),
  ids: fc.uniqueArray(fc.integer({ min: 1, max: 0xffffff }), { minLength: 2, maxLength: 2 }),
  octets: fc.tuple(fc.integer({ min: 11, max: 120 }), fc.integer({ min: 1, max: 254 })),
});

describe("A redacted report", () => {
  test("has no name, domain, address or CMID of the evidence in any of its strings", async () => {
    await fc.assert(
      fc.asyncProperty(
        site,
        fc.constantFrom("en", "ja"),
        async ({ domain, host, clients, ids, octets }, language) => {
          const kms = `${host}.${domain}`;
          const address = `10.${octets.join(".")}.7`;
          const cmids = ids.map((id) => cmid(id + 0xabc000000));
          const { case: the, ...assessment } = await assessed({
            [`${clients[0]}/dlv.txt`]: clientDlv({ status: "Notification", reason: "0xC004F038" }),
            [`${clients[0]}/log.xml`]: eventXml(
              exchange({
                computer: `${clients[0]}.${domain}`,
                time: NOON,
                host: `${kms}:1688`,
                cmid: cmids[0] ?? "",
                answer: { activated: false, count: 1 },
              }),
            ),
            "kms.xml": eventXml(
              clients.flatMap((name, at) =>
                [0, 1, 2].map((day) =>
                  handled({
                    computer: kms,
                    time: NOON - day * DAY + at * 60_000,
                    name: at % 2 === 0 ? name.toUpperCase() : `${name}.${domain}`,
                    cmid: cmids[at % 2] ?? "",
                    status: 5,
                  }),
                ),
              ),
            ),
            "host.txt": hostDlv({ count: 1 }),
            "srv.txt": nslookup(domain, [{ host: kms, address }]),
          });
          const plain = documentOf({ case: the, ...assessment }, language);
          const document = redactedDocument(plain, redaction(the.evidence));
          const text = jsonReport(document).toLowerCase();
          for (const owned of [domain, host, ...clients, ...cmids]) expect(text).not.toContain(owned);
          expect(text).not.toContain(address);
          expect(document.findings.map(({ id, verdict }) => [id, verdict])).toEqual(
            plain.findings.map(({ id, verdict }) => [id, verdict]),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  test("still tells machines apart, and calls each the same throughout", async () => {
    const files = {
      "kms.xml": eventXml(
        ["zq-a", "zq-b", "zq-c"].flatMap((name) =>
          [0, 1, 2].map((day) => handled({ time: NOON - day * DAY, name, cmid: cmid(7), status: 5 })),
        ),
      ),
      "host.txt": hostDlv({ count: 1 }),
    };
    const assessment = await assessed(files);
    const { findings } = redactedDocument(documentOf(assessment, "en"), redaction(assessment.case.evidence));
    expect(findings[0]?.id).toBe("H10");
    expect(new Set(findings[0]?.affects).size).toBe(3);
    for (const name of findings[0]?.affects ?? []) expect(findings[0]?.why).toContain(name);
  });

  test("keeps a machine's name that is a word of the texts themselves, or nothing could be read", async () => {
    const files = {
      "srv.txt": nslookup("zqcorp.example", [{ host: "kms.zqcorp.example" }], "dc01.zqcorp.example"),
    };
    const { case: the } = await assessed(files);
    const redact = redaction(the.evidence);
    expect(redact("KMS host caching is enabled; KMS machine name from DNS: kms.zqcorp.example:1688")).toBe(
      "KMS host caching is enabled; KMS machine name from DNS: kms.domain-1:1688",
    );
  });
});
