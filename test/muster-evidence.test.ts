import { describe, expect, test } from "bun:test";
import { Collector } from "../src/doctor/evidence/collector.ts";
import { slmgr } from "../src/doctor/evidence/slmgr/slmgr.ts";
import { readText } from "../src/doctor/evidence/text.ts";
import {
  detailedHostLines,
  type HostDescription,
  hostExpiryLines,
  shortHostLines,
} from "../src/host/slmgr-lines.ts";

const NOW = Date.UTC(2026, 4, 6, 7, 8, 9);

const HOST: HostDescription = {
  host: "3f0a1b2c-4d5e-4f60-8a7b-9c0d1e2f3a4b",
  application: { id: "aaaaaaaa-1111-4222-8333-444444444444", name: "Ledger Suite" },
  license: undefined,
  installationId: undefined,
  figures: {
    application: "aaaaaaaa-1111-4222-8333-444444444444",
    current: 17,
    unique: 19,
    largestRequired: 25,
    requests: { total: 61, failed: 2, byStatus: { 0: 1, 1: 40, 2: 12, 3: 3, 4: 0, 5: 3, 6: 0 } },
  },
  settings: { dnsPublishing: false, priority: "low" } as HostDescription["settings"],
  port: 1699,
  isPublished: false,
};

function read(lines: readonly string[]): Collector {
  const collector = new Collector();
  slmgr.read(readText("a.txt", new TextEncoder().encode(lines.join("\n"))), collector);
  return collector;
}

describe("what a host of Muster prints of itself is read back", () => {
  for (const [name, lines] of [
    ["dlv", ["Software licensing service version: 0.1.0", "", ...detailedHostLines(HOST, NOW)]],
    ["dli", shortHostLines(HOST, NOW)],
  ] as const) {
    test(name, () => {
      const { products, readings } = read(lines);
      expect(readings.map(({ origin }) => origin.system)).toEqual(["muster"]);
      expect(products).toHaveLength(1);
      const [product] = products;
      expect(product?.name?.value).toBe("Ledger Suite, host");
      expect(product?.channel?.value).toBe("VOLUME_KMS");
      expect(product?.status?.value).toBe(0);
      expect(product?.cutOff).toBe(false);
      expect(product?.host?.count?.value).toBe(17);
      expect(product?.host?.port?.value).toBe(1699);
      expect(product?.host?.publishing?.value).toBe(false);
      expect(product?.host?.lowPriority?.value).toBe(true);
      expect(product?.host?.total?.value).toBe(61);
      const asked = Object.values(product?.host?.byStatus ?? {}).map((fact) => fact?.value);
      expect(asked).toEqual([1, 40, 12, 3, 0, 3]);
    });
  }

  test("xpr", () => {
    const { expiries, readings } = read(hostExpiryLines(HOST, NOW));
    expect(readings.map(({ origin }) => origin.system)).toEqual(["muster"]);
    expect(expiries.map(({ permanent, status }) => ({ permanent, status }))).toEqual([
      { permanent: false, status: 0 },
    ]);
  });
});
