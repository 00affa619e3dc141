import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { makeSigner, type Signer } from "../../test/documents.ts";
import { makeFolder } from "../../test/folders.ts";
import { problemOf } from "../../test/problems.ts";
import { hostRequestClaims } from "../protocol/host-license.ts";
import { newId } from "../protocol/ids.ts";
import { partialKey } from "../protocol/keys.ts";
import { DAY } from "../protocol/time.ts";
import { type UsageReport, usageReportClaims } from "../protocol/usage-report.ts";
import { createVendor } from "./create.ts";
import type { Vendor } from "./vendor.ts";

const NOW = Date.UTC(2026, 10, 22, 6, 44);
let vendor: Vendor;
let host: { id: string; key: Signer };
let hostKey: string;
let report: UsageReport;

beforeEach(async () => {
  vendor = createVendor(join(makeFolder(), "vendor"), "Contoso", NOW - 90 * DAY);
  const { id: product } = vendor.addProduct({ name: "Client", application: "Studio" }, NOW - 90 * DAY);
  hostKey = vendor.hostKey({ products: ["Client"], customer: "Fabrikam", seats: 25 }, NOW - 90 * DAY).text;
  host = { id: newId(), key: makeSigner() };
  await license(host, hostKey, NOW - 60 * DAY);
  report = {
    host: host.id,
    partialKey: partialKey(hostKey),
    issued: NOW,
    from: NOW - 30 * DAY,
    to: NOW,
    leased: 26,
    peak: 30,
    machines: 31,
    seats: 25,
    overageDays: 4,
    products: [{ product, machines: 31, leased: 26 }],
    list: undefined,
  };
});
afterEach(() => vendor.close());

async function license({ id, key }: typeof host, text: string, now: number): Promise<void> {
  const claims = { host: id, name: "kms01", hostKey: key.publicKey, key: text, issued: now };
  await vendor.approve(key.sign("host-request", hostRequestClaims(claims)), now);
}

const send = (change: Partial<UsageReport> = {}, key = host.key) =>
  vendor.importUsage(key.sign("usage-report", usageReportClaims({ ...report, ...change })), NOW);
const reports = () => vendor.entries().filter(({ detail }) => detail.action === "usage-report");

test("a report of a licensed host is entered with its usage against the seats that were sold", async () => {
  expect(await send()).toEqual({ kind: "import", report, name: "kms01", customer: "Fabrikam" });
  const { host: id, from, to, leased, peak, machines, seats, overageDays } = report;
  expect(reports()).toMatchObject([
    {
      time: NOW,
      customer: "Fabrikam",
      key: { kind: "host", text: hostKey },
      detail: { host: id, name: "kms01", from, to, leased, peak, machines, seats, overageDays },
    },
  ]);
});

test("the same report again changes nothing", async () => {
  await send();
  expect((await send()).kind).toBe("repeat");
  expect(reports()).toHaveLength(1);
});

test("a host that was set up again reports with its new key pair, and its old reports stay good", async () => {
  const again = { ...host, key: makeSigner() };
  await license(again, hostKey, NOW - DAY);
  expect((await send({}, again.key)).kind).toBe("import");
  expect((await send({ to: NOW - 2 * DAY })).kind).toBe("import");
  expect(reports()).toHaveLength(2);
});

test("a host key without a limit goes with a report without seats", async () => {
  const unlimited = vendor.hostKey({ products: ["Client"], customer: "Contoso UK" }, NOW - 60 * DAY).text;
  const other = { id: newId(), key: makeSigner() };
  await license(other, unlimited, NOW - 50 * DAY);
  const change = { host: other.id, partialKey: partialKey(unlimited), seats: undefined, overageDays: 0 };
  expect((await send(change, other.key)).customer).toBe("Contoso UK");
});

describe("a report is refused, and nothing is entered,", () => {
  const cases: [when: string, name: string, says: string, change: () => Partial<UsageReport>][] = [
    [
      "of a host that was never licensed",
      "BAD_INPUT",
      "issued no such host licence",
      () => ({ host: newId() }),
    ],
    [
      "of a host key that was never sold",
      "BAD_INPUT",
      "issued no such host licence",
      () => ({ partialKey: "BBBBB" }),
    ],
    ["with an end before its beginning", "BAD_INPUT", "its period", () => ({ from: NOW, to: NOW - DAY })],
    ["of eleven years", "BAD_INPUT", "its period", () => ({ from: NOW - 11 * 366 * DAY })],
    [
      "of time to come",
      "BAD_INPUT",
      "has not passed",
      () => ({ to: NOW + 10 * DAY, issued: NOW + 10 * DAY }),
    ],
    ["of time after it was written", "BAD_INPUT", "has not passed", () => ({ issued: NOW - DAY })],
    [
      "of time before the host was licensed",
      "BAD_INPUT",
      "ends before the host was licensed",
      () => ({ from: NOW - 90 * DAY, to: NOW - 70 * DAY }),
    ],
    ["with more seats than were sold", "BAD_INPUT", "it names 1000 seats", () => ({ seats: 1000 })],
    ["with no limit where seats were sold", "BAD_INPUT", "it names no seats", () => ({ seats: undefined })],
    ["with a peak below what is leased", "BAD_INPUT", "contradict", () => ({ peak: 25 })],
    ["with more days above than days", "BAD_INPUT", "contradict", () => ({ overageDays: 32 })],
    [
      "with days above and a peak that is not",
      "BAD_INPUT",
      "contradict",
      () => ({ leased: 25, peak: 25, overageDays: 1, products: [] }),
    ],
  ];
  test.each(cases)("%s", async (_, name, says, change) => {
    const problem = await problemOf(send(change()));
    expect(problem.name).toBe(name as never);
    expect(problem.message).toContain(says);
    expect(reports()).toEqual([]);
  });

  test("when another key signed it", async () => {
    expect((await problemOf(send({}, makeSigner()))).name).toBe("SIGNATURE_INVALID");
    expect(reports()).toEqual([]);
  });

  test("when a host licensed with another key signed it for this one", async () => {
    const other = { id: newId(), key: makeSigner() };
    await license(other, hostKey, NOW - DAY);
    expect((await problemOf(send({}, other.key))).name).toBe("SIGNATURE_INVALID");
  });

  test("when it is no report", async () => {
    for (const token of ["", "a.b.c", host.key.sign("host-request", {})])
      expect((await problemOf(vendor.importUsage(token, NOW))).name).toBe("SIGNATURE_INVALID");
  });
});
