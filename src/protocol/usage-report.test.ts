import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { makeSigner } from "../../test/documents.ts";
import { problemOf } from "../../test/problems.ts";
import { NOW } from "../../test/requests.ts";
import { newId } from "./ids.ts";
import { DAY } from "./time.ts";
import { openUsageReport, peekUsageReport, type UsageReport, usageReportClaims } from "./usage-report.ts";

const host = makeSigner();
const product = newId();
const report: UsageReport = {
  host: newId(),
  partialKey: "2W3XY",
  issued: NOW,
  from: NOW - 30 * DAY,
  to: NOW,
  leased: 26,
  peak: 30,
  machines: 31,
  seats: 25,
  overageDays: 4,
  products: [{ product, machines: 31, leased: 26 }],
  list: [{ name: "pc-1.corp.example", cmid: newId(), product, lastSeen: NOW - DAY }],
};

type Json = Record<string, unknown>;
const claims = (change: Json = {}, muster: Json = {}) => {
  const whole = usageReportClaims(report) as Json & { muster: Json };
  return { ...whole, ...change, muster: { ...whole.muster, ...muster } };
};
const open = (whole: object, key = host) => openUsageReport(key.sign("usage-report", whole), host.publicKey);

test("a report is read as it was written, with its machines and without, with seats and without", async () => {
  for (const one of [report, { ...report, list: undefined }, { ...report, seats: undefined }])
    expect(await open(usageReportClaims(one))).toEqual(one);
});

test("a report without a list holds no machine's name", () => {
  const token = host.sign("usage-report", usageReportClaims({ ...report, list: undefined }));
  const [, payload = ""] = token.split(".");
  expect(Buffer.from(payload, "base64url").toString()).not.toContain("pc-1");
});

test("whose it is can be seen before its signature is checked", () => {
  const token = host.sign("usage-report", claims());
  expect(peekUsageReport(token)).toEqual({ host: report.host, partialKey: "2W3XY" });
});

test("a report that another key signed, or that was changed, is not believed", async () => {
  expect((await problemOf(open(claims(), makeSigner()))).name).toBe("SIGNATURE_INVALID");
  const [head, , tail] = host.sign("usage-report", claims()).split(".");
  const forged = Buffer.from(JSON.stringify(claims({}, { leased: 1 }))).toString("base64url");
  const changed = openUsageReport(`${head}.${forged}.${tail}`, host.publicKey);
  expect((await problemOf(changed)).name).toBe("SIGNATURE_INVALID");
});

test("a document of another kind is no report, though the same key signed it", async () => {
  const refused = openUsageReport(host.sign("lease", claims()), host.publicKey);
  expect((await problemOf(refused)).message).toContain("a document of another kind");
});

describe("a report", () => {
  const wrong: [what: string, change: Json, muster: Json, says: string][] = [
    ["of no host", { iss: "kms01" }, {}, "iss"],
    ["without a date", { iat: "today" }, {}, "iat"],
    ["without a beginning", {}, { from: undefined }, "from"],
    ["with an end on 30 February", {}, { to: "2026-02-30T00:00:00Z" }, "to"],
    ["with fewer leases than none", {}, { leased: -1 }, "leased"],
    ["with half a machine", {}, { machines: 0.5 }, "machines"],
    ["with a peak in words", {}, { peak: "thirty" }, "peak"],
    ["with seats beyond all numbers", {}, { seats: 1e10 }, "seats"],
    ["with products that are no list", {}, { products: {} }, "products"],
    ["with a product that is none", {}, { products: [{ product: "x", machines: 1, leased: 1 }] }, "product"],
    ["with a machine without a name", {}, { list: [{ ...report.list?.[0], name: "" }] }, "name"],
    ["with a key that is longer than its last five", {}, { partialKey: "2W3XYZ" }, "partialKey"],
  ];
  test.each(wrong)("%s is refused by the claim's name", async (_, change, muster, says) => {
    const problem = await problemOf(open(claims(change, muster)));
    expect(problem.name).toBe("BAD_INPUT");
    expect(problem.message).toContain(`${says} is missing or not of the expected form`);
  });

  test("with whatever else signed in it opens or ends with a problem", async () => {
    const members = fc.constantFrom(...Object.keys(claims().muster));
    await fc.assert(
      fc.asyncProperty(members, fc.jsonValue(), async (member, value) => {
        const opened = await open(claims({}, { [member]: value })).catch((error: Error) => error);
        if (opened instanceof Error) expect(opened.name).toBe("BAD_INPUT");
        else expect(opened.host).toBe(report.host);
      }),
    );
  });

  test("with more machines than a document may hold cannot be made", () => {
    const [machine] = report.list ?? [];
    const list = Array.from({ length: 40_000 }, () => machine ?? expect.unreachable());
    expect(() => usageReportClaims({ ...report, list })).toThrow("too long for a report");
  });
});
