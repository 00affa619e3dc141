import { expect, test } from "bun:test";
import { judged } from "../../../test/doctor/evidence.ts";
import { DAY, eventXml, hostDlv, NOON, renewals } from "../../../test/doctor/texts.ts";
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

test("Azure Edition cannot be a host, and Datacenter can", async () => {
  const turbine = hostDlv({ name: "Windows(R), ServerTurbine edition", status: "Notification", count: 0 });
  expect(await judged(azureEditionHost, { "host.txt": turbine })).toMatchObject({
    sighting: { verdict: "confirmed" },
  });
  const datacenter = hostDlv({ name: "Windows(R), ServerDatacenter edition" });
  expect((await judged(azureEditionHost, { "host.txt": datacenter })).kind).toBe("ruledOut");
});
