import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Collector } from "../collector.ts";
import { readText } from "../text.ts";
import { cim } from "./cim.ts";
import { slmgr } from "./slmgr.ts";

function read(text: string): { collector: Collector; understood: Set<number> } {
  const collector = new Collector();
  const evidence = readText("a.txt", new TextEncoder().encode(text));
  const understood = new Set([...slmgr.read(evidence, collector), ...cim.read(evidence, collector)]);
  return { collector, understood };
}

function plain(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if ("value" in value && "at" in value) return plain(value.value);
  if ("readings" in value) return value.readings;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "origin" && key !== "at")
      .map(([key, one]) => [key, plain(one)]),
  );
}

const PRODUCT = {
  ApplicationID: "55c92734-d682-4d71-983e-d6ec3f16059f",
  Description: "Windows(R) Operating System, VOLUME_KMSCLIENT channel",
  DiscoveredKeyManagementServiceMachineIpAddress: "10.61.0.9",
  DiscoveredKeyManagementServiceMachineName: "KMS-A.tailspin.example",
  DiscoveredKeyManagementServiceMachinePort: 1690,
  EvaluationEndDate: "/Date(-11644473600000)/",
  GracePeriodRemaining: 201_603,
  ID: "73111121-5638-40F6-BC11-F1D7B0D64300",
  IsKeyManagementServiceMachine: 0,
  KeyManagementServiceCurrentCount: 4_294_967_295,
  KeyManagementServiceTotalRequests: 4_294_967_295,
  LicenseStatus: 1,
  LicenseStatusReason: 1_074_065_472,
  Name: "Windows(R), Enterprise edition",
  PartialProductKey: "2YT43",
  ProductKeyChannel: "Volume:GVLK",
  ProductKeyID: "03612-03319-000-000000-03-1033-22631.0000-0412025",
  TrustedTime: "/Date(1742587497000)/",
  VLActivationInterval: 120,
  VLActivationTypeEnabled: 2,
  VLRenewalInterval: 10_080,
  PSComputerName: null,
};

const PRODUCT_VALUES = {
  name: "Windows(R), Enterprise edition",
  description: "Windows(R) Operating System, VOLUME_KMSCLIENT channel",
  channel: "VOLUME_KMSCLIENT",
  product: "73111121-5638-40f6-bc11-f1d7b0d64300",
  application: "55c92734-d682-4d71-983e-d6ec3f16059f",
  extendedPid: "03612-03319-000-000000-03-1033-22631.0000-0412025",
  keyChannel: "Volume:GVLK",
  partialKey: "2YT43",
  status: 1,
  minutesLeft: 201_603,
  trustedTime: [1_742_587_497_000],
  activationType: 2,
  client: {
    discovered: { name: "kms-a.tailspin.example", port: 1690 },
    hostAddress: "10.61.0.9",
    activationInterval: 120,
    renewalInterval: 10_080,
  },
  cutOff: false,
};

const SERVICE = {
  ClientMachineID: "0b7e3a5c-11d2-4f0e-9a77-6c1d2e3f4a5b",
  KeyManagementServiceHostCaching: true,
  KeyManagementServiceMachine: "",
  KeyManagementServicePort: 0,
  OA3xOriginalProductKey: "ABCDE-FGHJK-LMNPQ-RSTVW-XY234",
  RemainingWindowsReArmCount: 998,
  Version: "10.0.22631.4890",
};

const KMS = {
  KeyManagementServiceMachine: null,
  IsKeyManagementServiceMachine: 1,
  KeyManagementServiceListeningPort: 0,
  KeyManagementServiceDnsPublishing: true,
  KeyManagementServiceHostCaching: true,
  KeyManagementServiceLowPriority: false,
  KeyManagementServiceCurrentCount: 23,
  KeyManagementServiceUnlicensedRequests: 1,
  KeyManagementServiceLicensedRequests: 2,
  KeyManagementServiceOOBGraceRequests: 3,
  KeyManagementServiceOOTGraceRequests: 4,
  KeyManagementServiceNonGenuineGraceRequests: 5,
  KeyManagementServiceTotalRequests: 30,
  KeyManagementServiceNotificationRequests: 6,
  KeyManagementServiceFailedRequests: 9,
};

const json = (value: unknown, blanks = 4) => JSON.stringify(value, undefined, blanks);
/** As Windows PowerShell 5.1 writes it. */
const windows = (value: unknown) => json(value).replace(/": /g, '":  ').replaceAll("/Date(", "\\/Date(");

function list(value: object): string {
  const width = Math.max(...Object.keys(value).map((name) => name.length));
  return Object.entries(value)
    .map(([name, one]) => `${name.padEnd(width)} : ${one ?? ""}`)
    .join("\n");
}

describe("WMI's objects", () => {
  const forms: readonly (readonly [string, (value: object) => string])[] = [
    ["as JSON", json],
    ["as JSON of Windows PowerShell", windows],
    ["as compressed JSON", (value) => json(value, 0)],
    ["as JSON in an array", (value) => json([value])],
    [
      "as JSON below a prompt",
      (value) => `PS C:\\> Get-CimInstance X | ConvertTo-Json\n${json(value)}\nPS C:\\>`,
    ],
    ["as JSON in a value", (value) => json({ value: [value], Count: 1 })],
    ["as a list", list],
  ];
  for (const [name, form] of forms) {
    test(`a product ${name}`, () => {
      expect(read(form(PRODUCT)).collector.products.map(plain)).toEqual([PRODUCT_VALUES]);
    });

    test(`a host ${name}`, () => {
      const [host] = read(form(KMS)).collector.products;
      expect(plain(host?.host)).toEqual({
        count: 23,
        port: 1688,
        publishing: true,
        lowPriority: false,
        total: 30,
        failed: 9,
        byStatus: { 0: 1, 1: 2, 2: 3, 3: 4, 4: 5, 5: 6 },
      });
    });
  }

  test("the service's facts belong to the product that has a key", () => {
    const other = {
      ...PRODUCT,
      ID: "2de67392-b7a7-462a-b1ca-108dd189f588",
      PartialProductKey: null,
      LicenseStatus: 0,
    };
    const { products } = read(`${json([other, PRODUCT])}\n${json(SERVICE)}`).collector;
    expect(products).toHaveLength(2);
    expect(plain(products[1])).toMatchObject({
      partialKey: "2YT43",
      serviceVersion: "10.0.22631.4890",
      rearmsLeft: 998,
      client: { cmid: SERVICE.ClientMachineID, caching: true, discovered: { port: 1690 } },
    });
  });

  test("the service of another machine does not", () => {
    const text = `${json({ ...PRODUCT, PSComputerName: "pc-1" })}\n${json({ ...SERVICE, PSComputerName: "pc-2" })}`;
    const { products, readings } = read(text).collector;
    expect(readings.map(({ origin }) => origin.names)).toEqual([["pc-1"], ["pc-2"]]);
    expect(products.map(({ serviceVersion }) => serviceVersion?.value)).toEqual([
      undefined,
      "10.0.22631.4890",
    ]);
  });

  test("no full product key is kept", () => {
    const { products } = read(json({ ...PRODUCT, Name: "ABCDE-FGHJK-LMNPQ-RSTVW-XY234" })).collector;
    expect(JSON.stringify(products.map(({ at }) => at))).not.toContain("FGHJK");
  });

  const changes: readonly (readonly [string, object, object])[] = [
    [
      "a reason as a number",
      { LicenseStatus: 5, LicenseStatusReason: 3_221_549_142 },
      { status: 5, reason: 0xc004f056 },
    ],
    [
      "a reason as a code",
      { LicenseStatus: 5, LicenseStatusReason: "0xC004F056" },
      { status: 5, reason: 0xc004f056 },
    ],
    ["a status in words", { LicenseStatus: "Notification" }, { status: 5 }],
    ["a status in Japanese", { LicenseStatus: "ライセンスされています" }, { status: 1 }],
    ["PowerShell 7's time", { TrustedTime: "2025-03-21T20:04:57Z" }, { trustedTime: [1_742_587_497_000] }],
    [
      "a fixed host",
      { KeyManagementServiceMachine: "10.61.0.8" },
      { client: { registered: { name: "10.61.0.8", port: 1688 } } },
    ],
    ["an activation id", { ID: null, ActivationID: PRODUCT.ID }, { product: PRODUCT_VALUES.product }],
  ];
  for (const [name, change, values] of changes) {
    test(name, () => {
      const [product] = read(json({ ...PRODUCT, ...change })).collector.products;
      expect(plain(product)).toMatchObject(values);
    });
  }

  const unset: readonly (readonly [string, object])[] = [
    ["4294967295", { GracePeriodRemaining: 4_294_967_295, VLActivationInterval: 4_294_967_295 }],
    ["N/A", { GracePeriodRemaining: "N/A", VLActivationInterval: "N/A" }],
    ["null", { GracePeriodRemaining: null, VLActivationInterval: null }],
  ];
  for (const [name, change] of unset) {
    test(`${name} is no number`, () => {
      const [product] = read(json({ ...PRODUCT, ...change })).collector.products;
      expect(product?.minutesLeft).toBeUndefined();
      expect(product?.client?.activationInterval).toBeUndefined();
    });
  }

  test("a count of -1 is no host", () => {
    const [product] = read(
      json({
        ...KMS,
        KeyManagementServiceCurrentCount: -1,
        KeyManagementServiceTotalRequests: 4_294_967_295,
      }),
    ).collector.products;
    expect(product?.host).toBeUndefined();
  });

  test("every fact has its line and its words", () => {
    const { collector, understood } = read(`PS C:\\> x\n${json(PRODUCT)}`);
    const [product] = collector.products;
    expect(product?.status?.at).toMatchObject({ line: 14, quote: '"LicenseStatus": 1' });
    expect([...understood]).toEqual(
      Array.from({ length: json(PRODUCT).split("\n").length }, (_, at) => at + 2),
    );
  });

  test("JSON that breaks off gives what there is", () => {
    const text = json(PRODUCT);
    const [product] = read(text.slice(0, text.indexOf('"PartialProductKey"') + 12)).collector.products;
    expect(plain(product)).toMatchObject({ status: 1, name: PRODUCT.Name });
    expect(product?.partialKey).toBeUndefined();
  });
});

describe("what is none of it", () => {
  for (const text of [
    '[{"Id": 4, "Name": "x", "Status": 1}]',
    "Name   : sppsvc\nStatus : Running",
    '{"nextHopType": "Internet", "results": []}',
    "[pc-1]: PS C:\\>",
  ]) {
    test(text, () => {
      const { collector, understood } = read(text);
      expect(collector.products).toHaveLength(0);
      expect(collector.attempts).toHaveLength(0);
      if (!text.includes("results")) expect(understood.size).toBe(0);
    });
  }
});

describe("any text", () => {
  const whole = `${json([PRODUCT, SERVICE])}\n${list(KMS)}`;

  test("cut anywhere is read without failing", () => {
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(whole.length), (start, length) => {
        read(whole.slice(start, start + length));
      }),
    );
  });

  test("with anything in it is read without failing", () => {
    const pieces = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom('"LicenseStatus":', "[", "{", "}", '"', "\\", ",", "\n"),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (some) => {
        read(`{"LicenseStatus": 1,\n${some.join("")}`);
      }),
    );
  });

  test("of endless depth is read in time", () => {
    for (const piece of ["[", "{", '{"a":', "[1,", '"', "\\", "[[],"]) {
      read(`"LicenseStatus": 1\n${piece.repeat(50_000)}\n${`${piece}\n`.repeat(3000)}`);
    }
  });
});
