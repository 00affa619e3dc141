import { expect, test } from "bun:test";
import { effectiveRoutes } from "../../../test/doctor/cloud-texts.ts";
import { judged } from "../../../test/doctor/evidence.ts";
import { eventXml, exchange, NOON, portTest } from "../../../test/doctor/texts.ts";
import { noOutbound } from "./a03-azure-no-outbound.ts";

const HOST = "azkms.core.windows.net";
const files = {
  "vm.xml": eventXml(exchange({ computer: "vm1", time: NOON, code: 0x800706ba, host: `${HOST}:1688` })),
  "routes.txt": effectiveRoutes([["0.0.0.0/0", "Internet"]]),
  "port.txt": portTest(HOST, false, "20.118.99.224"),
};

test("a VM routed to the Internet that reaches nothing there has likely no way out", async () => {
  const other = portTest("www.microsoft.com", false, "23.40.1.9", 443);
  expect(await judged(noOutbound, { ...files, "other.txt": other })).toMatchObject({
    sighting: { verdict: "likely", severity: "error", facts: { others: ["www.microsoft.com"] } },
  });
});

test("without a test of another address it is possible, and asks for one", async () => {
  expect(await judged(noOutbound, files)).toMatchObject({
    sighting: { verdict: "possible", wants: ["outbound"] },
  });
});

test("a public address that is reached rules it out, one of the company's own does not", async () => {
  const outside = portTest("www.microsoft.com", true, "23.40.1.9", 443);
  const inside = portTest("files.corp.example", true, "10.0.0.9", 445);
  expect(await judged(noOutbound, { ...files, "other.txt": outside })).toMatchObject({ kind: "ruledOut" });
  expect(await judged(noOutbound, { ...files, "other.txt": inside })).toMatchObject({ kind: "seen" });
});

test("a route to a gateway is another matter", async () => {
  const routes = effectiveRoutes([["0.0.0.0/0", "VirtualNetworkGateway", "10.40.255.4"]]);
  expect(await judged(noOutbound, { ...files, "routes.txt": routes })).toMatchObject({ kind: "ruledOut" });
});
