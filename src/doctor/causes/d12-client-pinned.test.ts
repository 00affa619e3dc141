import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  ato,
  clientDlv,
  cmid,
  eventXml,
  exchange,
  HOUR,
  MINUTE,
  NOON,
  nslookup,
  PRODUCTS,
  portTest,
  registryExport,
} from "../../../test/doctor/texts.ts";
import { clientPinned } from "./d12-client-pinned.ts";

const SPP = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform";
const WINDOWS = "55c92734-d682-4d71-983e-d6ec3f16059f";
const dns = nslookup("corp.example", [{ host: "kms02.corp.example" }]);
const stopped = `${ato(0xc004f074)}${clientDlv({ status: "Notification" })}`;
const tries = eventXml(
  [0, 2, 4].flatMap((hours) =>
    exchange({ computer: "pc1.corp.example", time: NOON + hours * HOUR, code: 0x800706ba }),
  ),
);

describe("a name in the registry that DNS does not know", () => {
  test("is confirmed when the host of that name does not answer", async () => {
    const files = {
      "pc.xml": tries,
      "pc.txt": stopped,
      "pc.reg": registryExport({ [SPP]: { KeyManagementServiceName: "kms01.corp.example" } }),
      "dns.txt": dns,
    };
    const { findings } = await assessed(files);
    expect(findings[0]).toMatchObject({
      cause: { id: "D12" },
      sighting: {
        verdict: "confirmed",
        severity: "error",
        facts: { host: "kms01.corp.example", from: "registry" },
      },
    });
  });

  test("counts below the key of the product, where slmgr without an id does not clear it", async () => {
    const key = `${SPP}\\${WINDOWS}\\${PRODUCTS.windows11Enterprise}`;
    const files = {
      "pc.txt": stopped,
      "pc.reg": registryExport({ [key]: { KeyManagementServiceName: "kms01.corp.example:1688" } }),
      "dns.txt": dns,
    };
    const judgement = await judged(clientPinned, files);
    expect(judgement).toMatchObject({
      sighting: { verdict: "likely", facts: { from: "product", product: PRODUCTS.windows11Enterprise } },
    });
  });

  test("does not count when it is the key of another product, or of Office", async () => {
    const files = {
      "pc.txt": stopped,
      "pc.reg": registryExport({
        [`${SPP}\\${WINDOWS}\\${PRODUCTS.server2019}`]: { KeyManagementServiceName: "kms01.corp.example" },
        [`${SPP}\\0ff1ce15-a989-479d-af46-f275c6370663`]: { KeyManagementServiceName: "kms01.corp.example" },
      }),
      "dns.txt": dns,
    };
    expect(await judged(clientPinned, files)).not.toMatchObject({ kind: "seen" });
  });

  test("counts for Office in Office's own key", async () => {
    const files = {
      "pc.xml": eventXml(
        exchange({
          computer: "pc1.corp.example",
          time: NOON,
          code: 0x800706ba,
          product: PRODUCTS.office2024,
          required: 5,
        }),
      ),
      "pc.reg": registryExport({
        [`${SPP}\\0ff1ce15-a989-479d-af46-f275c6370663`]: { KeyManagementServiceName: "kms01.corp.example" },
      }),
      "dns.txt": dns,
    };
    expect(await judged(clientPinned, files)).toMatchObject({
      sighting: { verdict: "confirmed", facts: { isOffice: true } },
    });
  });
});

test("a licensed client that is given a host which answers is no fault", async () => {
  const files = { "pc.txt": clientDlv({ registered: "kms01.corp.example:1688" }), "dns.txt": dns };
  expect(await judged(clientPinned, files)).toMatchObject({ sighting: { verdict: "benign" } });
  expect((await assessed(files)).verdict).toBe("healthy");
});

test("a licensed client that is given a host which is gone loses it at its next renewal", async () => {
  const files = {
    "pc.txt": clientDlv({ registered: "kms01.corp.example:1688" }),
    "dns.txt": dns,
    "port.txt": portTest("kms01.corp.example", false),
  };
  expect(await judged(clientPinned, files)).toMatchObject({
    sighting: { verdict: "confirmed", severity: "warning" },
  });
});

test("hours of requests to one silent host that DNS does not name are likely a pin", async () => {
  expect(await judged(clientPinned, { "pc.xml": tries, "dns.txt": dns })).toMatchObject({
    sighting: { verdict: "likely", facts: { from: "requests", host: "kms01.corp.example" } },
  });
});

test("a client that goes on to the host in DNS has only had the other in its cache", async () => {
  const pc = { computer: "pc1.corp.example", cmid: cmid(1) };
  const log = eventXml([
    ...exchange({ ...pc, time: NOON, code: 0x800706ba, status: 1 }),
    ...exchange({
      ...pc,
      time: NOON + MINUTE,
      status: 1,
      host: "kms02.corp.example:1688",
      answer: { activated: true, count: 50 },
    }),
  ]);
  expect(await judged(clientPinned, { "pc.xml": log, "dns.txt": dns })).not.toMatchObject({ kind: "seen" });
});

test("a request to Azure's own host is no pin that went astray", async () => {
  const log = [0, 2].flatMap((hours) =>
    exchange({
      computer: "vm1",
      time: NOON + hours * HOUR,
      code: 0x800706ba,
      host: "azkms.core.windows.net:1688",
    }),
  );
  expect(await judged(clientPinned, { "vm.xml": eventXml(log), "dns.txt": dns })).not.toMatchObject({
    kind: "seen",
  });
});

test("a host that refuses the client has answered it, however it was found", async () => {
  const files = {
    "pc.xml": eventXml(exchange({ computer: "pc1.corp.example", time: NOON, code: 0xc004f041 })),
    "pc.reg": registryExport({ [SPP]: { KeyManagementServiceName: "kms01.corp.example" } }),
    "dns.txt": dns,
  };
  expect(await judged(clientPinned, files)).toMatchObject({ sighting: { verdict: "benign" } });
});
