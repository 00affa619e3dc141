import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { DAY, eventXml, hostDlv, NOON, nslookup, renewals } from "../../../test/doctor/texts.ts";
import { azureEditionHost } from "./h19-azure-edition-host.ts";
import { hostKeyOnClient } from "./h20-host-key-on-client.ts";

const named = (name: string, dlv: string) => `C:\\>hostname\r\n${name}\r\n${dlv}`;

test("a workstation with a key for servers was meant to be a client", async () => {
  const files = {
    "kms.txt": named("kms01", hostDlv()),
    "pc.txt": named(
      "pc7",
      hostDlv({ name: "Windows(R), Enterprise edition", count: 0, total: 0, status: "Notification" }),
    ),
  };
  expect(await judged(hostKeyOnClient, files)).toMatchObject({
    sighting: { verdict: "likely", severity: "error", facts: { machines: ["pc7"], isWorkstation: true } },
  });
});

test("a server that asked the host before and is asked by nobody was meant to be a client", async () => {
  const log = eventXml(
    renewals({ machines: 30, from: NOON - 30 * DAY, until: NOON, computer: "kms01.corp.example" }),
  );
  const files = {
    "kms.txt": named("kms01", hostDlv()),
    "kms.xml": log,
    "pc.txt": named("pc3.corp.example", hostDlv({ count: 0, total: 0 })),
  };
  expect(await judged(hostKeyOnClient, files)).toMatchObject({ sighting: { facts: { wasClient: true } } });
});

test("a second host under the same key is lawful", async () => {
  const files = {
    "one.txt": named("kms01", hostDlv()),
    "two.txt": named("kms02", hostDlv({ count: 0, total: 0 })),
  };
  expect((await judged(hostKeyOnClient, files)).kind).not.toBe("seen");
});

/** As a machine prints it that nobody asks: without the block of a host. */
const blockless = (dlv: string) => dlv.slice(0, dlv.indexOf("Key Management Service is enabled"));
const idle = { status: "Notification", count: 0, total: 0 } as const;
const record = nslookup("corp.example", [{ host: "kms01.corp.example" }]);

test("a workstation that is not activated, in no SRV record and asked by nobody was meant to be a client", async () => {
  const name = "Windows(R), Enterprise edition";
  const files = {
    "kms.txt": named("kms01", hostDlv()),
    "pc.txt": named("pc7", hostDlv({ ...idle, name, channel: "VOLUME_KMS_W10" })),
    "dns.txt": record,
  };
  const { findings } = await assessed(files);
  expect(findings[0]).toMatchObject({
    cause: { id: "H20" },
    sighting: { verdict: "likely", affects: ["pc7"], facts: { machines: ["pc7"], isWorkstation: true } },
  });
});

test("an idle server beside the real host, or without a host's block, may have been meant to be a client", async () => {
  const beside = {
    "kms.txt": named("kms01", hostDlv()),
    "pc.txt": named("srv7", hostDlv(idle)),
    "dns.txt": record,
  };
  const alone = { "srv.txt": named("srv7", blockless(hostDlv(idle))) };
  for (const files of [beside, alone]) {
    expect(await judged(hostKeyOnClient, files)).toMatchObject({
      sighting: { verdict: "possible", facts: { machines: ["srv7"], isIdle: true } },
    });
  }
});

test("a host that is only not activated yet, or that DNS names, is none", async () => {
  expect((await judged(hostKeyOnClient, { "kms.txt": named("kms01", hostDlv(idle)) })).kind).toBe(
    "notEvaluated",
  );
  const files = { "kms.txt": named("kms01", blockless(hostDlv(idle))), "dns.txt": record };
  expect((await judged(hostKeyOnClient, files)).kind).toBe("notEvaluated");
});

test("Azure Edition cannot be a host, and Datacenter can", async () => {
  const turbine = hostDlv({ name: "Windows(R), ServerTurbine edition", status: "Notification", count: 0 });
  expect(await judged(azureEditionHost, { "host.txt": turbine })).toMatchObject({
    sighting: { verdict: "confirmed" },
  });
  const datacenter = hostDlv({ name: "Windows(R), ServerDatacenter edition" });
  expect((await judged(azureEditionHost, { "host.txt": datacenter })).kind).toBe("ruledOut");
});
