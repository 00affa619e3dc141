import { expect, test } from "bun:test";
import { routePrint } from "../../../test/doctor/cloud-texts.ts";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { clientDlv, eventXml, NOON, PRODUCTS, portTest } from "../../../test/doctor/texts.ts";
import { certificateMissing, metadataUnreachable } from "./a06-azure-edition.ts";

const AZURE_EDITION = "19b5e0fb-4431-46bc-bac1-2f1873e4ae73";
const dlv = clientDlv({
  product: AZURE_EDITION,
  host: "azkms.core.windows.net:1688",
  address: "20.118.99.224",
});
const unreached = portTest("169.254.169.254", false, "169.254.169.254", 80);

test("an Azure Edition that KMS calls licensed and that cannot reach the metadata is confirmed", async () => {
  const { findings, verdict } = await assessed({ "vm.txt": dlv, "imds.txt": unreached });
  expect(verdict).toBe("degraded");
  expect(findings[0]).toMatchObject({
    cause: { id: "A06" },
    sighting: { verdict: "confirmed", facts: { isLicensed: true } },
  });
});

test("a route to another subnet's gateway makes it likely", async () => {
  const routes = routePrint([
    ["0.0.0.0", "0.0.0.0", "10.40.7.1", "10.40.7.4"],
    ["10.40.7.0", "255.255.255.0", "On-link", "10.40.7.4"],
    ["169.254.169.254", "255.255.255.255", "10.50.1.1", "10.40.7.4"],
  ]);
  expect(await judged(metadataUnreachable, { "vm.txt": dlv, "route.txt": routes })).toMatchObject({
    sighting: { verdict: "likely" },
  });
});

test("the route that Azure itself gives is in order", async () => {
  const routes = routePrint([
    ["0.0.0.0", "0.0.0.0", "10.40.7.1", "10.40.7.4"],
    ["10.40.7.0", "255.255.255.0", "On-link", "10.40.7.4"],
    ["169.254.169.254", "255.255.255.255", "10.40.7.1", "10.40.7.4"],
  ]);
  expect(await judged(metadataUnreachable, { "vm.txt": dlv, "route.txt": routes })).not.toMatchObject({
    kind: "seen",
  });
});

test("no other edition asks the metadata service", async () => {
  const files = { "vm.txt": clientDlv({ product: PRODUCTS.server2022 }), "imds.txt": unreached };
  expect(await judged(metadataUnreachable, files)).toMatchObject({ kind: "notEvaluated" });
});

const reached = portTest("169.254.169.254", true, "169.254.169.254", 80);
const doubt = (id: number) => eventXml([{ id, computer: "vm1", time: NOON, data: ["0xC004F200"] }]);

test("with the metadata reached and Windows not genuine, the certificate is the likely cause", async () => {
  const files = {
    "vm.txt": `C:\\>hostname\r\nvm1\r\n\r\n${dlv}`,
    "imds.txt": reached,
    "vm.xml": doubt(8209),
  };
  expect(await judged(metadataUnreachable, files)).toMatchObject({ kind: "ruledOut" });
  expect(await judged(certificateMissing, files)).toMatchObject({ sighting: { verdict: "likely" } });
});

test("8208 alone is written by healthy machines too", async () => {
  const files = {
    "vm.txt": `C:\\>hostname\r\nvm1\r\n\r\n${dlv}`,
    "imds.txt": reached,
    "vm.xml": doubt(8208),
  };
  expect(await judged(certificateMissing, files)).toMatchObject({ kind: "notEvaluated" });
});
