import { expect, test } from "bun:test";
import { azureIpconfig } from "../../../test/doctor/cloud-texts.ts";
import { judged } from "../../../test/doctor/evidence.ts";
import {
  ato,
  clientDlv,
  eventXml,
  exchange,
  NOON,
  nslookupAddress,
  PRODUCTS,
} from "../../../test/doctor/texts.ts";
import { azureDns } from "./a04-azure-dns.ts";

const HOST = "azkms.core.windows.net";
const stuck = {
  "vm.txt": `${ato(0xc004f074, PRODUCTS.server2022)}${clientDlv({ product: PRODUCTS.server2022, status: "Notification" })}`,
  "ip.txt": azureIpconfig("vm1", ["10.1.0.10"]),
};
const atAzure = `C:\\>nslookup ${HOST} 168.63.129.16\r\nServer:  UnKnown\r\nAddress:  168.63.129.16\r\n\r\nName:    ${HOST}\r\nAddress:  20.118.99.224\r\n`;

test("a name that only the VM's own server does not know is confirmed", async () => {
  const judgement = await judged(azureDns, {
    ...stuck,
    "own.txt": nslookupAddress(HOST, undefined),
    "azure.txt": atAzure,
  });
  expect(judgement).toMatchObject({
    sighting: { verdict: "confirmed", facts: { server: "10.1.0.10", elsewhere: "168.63.129.16" } },
  });
});

test("without a second server it is likely", async () => {
  expect(await judged(azureDns, { ...stuck, "own.txt": nslookupAddress(HOST, undefined) })).toMatchObject({
    sighting: { verdict: "likely" },
  });
});

test("a private address for the name is as wrong as none", async () => {
  expect(await judged(azureDns, { ...stuck, "own.txt": nslookupAddress(HOST, "10.9.9.9") })).toMatchObject({
    sighting: { verdict: "likely", facts: { wrong: ["10.9.9.9"] } },
  });
});

test("a name that resolves rules it out", async () => {
  expect(
    await judged(azureDns, { ...stuck, "own.txt": nslookupAddress(HOST, "40.83.235.53") }),
  ).toMatchObject({
    kind: "ruledOut",
  });
});

test("a server that is not the VM's may know nothing of it", async () => {
  const files = { ...stuck, "ip.txt": azureIpconfig("vm1"), "other.txt": nslookupAddress(HOST, undefined) };
  expect(await judged(azureDns, files)).not.toMatchObject({ kind: "seen" });
});

test("a VM that is served needs no better DNS", async () => {
  const log = exchange({
    computer: "vm1",
    time: NOON,
    host: `${HOST}:1688`,
    answer: { activated: true, count: 50 },
  });
  const files = { "vm.xml": eventXml(log), "own.txt": nslookupAddress(HOST, undefined) };
  expect(await judged(azureDns, files)).not.toMatchObject({ kind: "seen" });
});

test("what only Azure's DNS resolves is proven by both answers, though nothing else says that the VM is in Azure", async () => {
  const vm = (code: number) =>
    `${ato(code, PRODUCTS.server2022)}${clientDlv({ product: PRODUCTS.server2022, status: "Notification" })}`;
  const dns = { "own.txt": nslookupAddress(HOST, undefined), "azure.txt": atAzure };
  for (const code of [0x8007232a, 0x8007232b, 0xc004f074]) {
    expect(await judged(azureDns, { "vm.txt": vm(code), ...dns })).toMatchObject({
      sighting: { verdict: "likely", severity: "error", affects: ["vm.txt"] },
    });
  }
  // A code that a host answers is of another cause, and the answers still do not rule this one out.
  expect((await judged(azureDns, { "vm.txt": vm(0xc004f038), ...dns })).kind).toBe("notEvaluated");
  expect((await judged(azureDns, { "vm.txt": clientDlv(), ...dns })).kind).toBe("notEvaluated");
});
