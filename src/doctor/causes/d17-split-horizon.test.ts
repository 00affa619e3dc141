import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { ato, clientDlv, ipconfig, nslookup } from "../../../test/doctor/texts.ts";
import { splitHorizon } from "./d17-split-horizon.ts";

const stopped = `${ato(0x8007232b)}${clientDlv({ status: "Notification" })}`;
const office = nslookup("corp.example", [{ host: "kms01.corp.example" }]);
const at = (server: string, address: string, has = false) =>
  nslookup("corp.example", has ? [{ host: "kms01.corp.example" }] : [], server).replaceAll(
    "10.1.0.10",
    address,
  );

test("one server has the record, the one that the client uses has not", async () => {
  const { findings } = await assessed({
    "pc.txt": stopped,
    "net.txt": ipconfig({ suffix: "corp.example", servers: ["10.9.0.10"] }),
    "dns.txt": office + at("vpn-dns.corp.example", "10.9.0.10"),
  });
  expect(findings[0]).toMatchObject({
    cause: { id: "D17" },
    sighting: {
      verdict: "confirmed",
      facts: { having: ["dc01.corp.example"], without: ["vpn-dns.corp.example"] },
    },
  });
});

test("a public resolver that does not know a company's zone is nobody's fault", async () => {
  const files = { "pc.txt": clientDlv(), "dns.txt": office + at("dns.google", "8.8.8.8") };
  expect(await judged(splitHorizon, files)).toMatchObject({ kind: "ruledOut" });
});

test("servers that agree rule it out", async () => {
  const files = { "pc.txt": clientDlv(), "dns.txt": office + at("dc02.corp.example", "10.1.0.11", true) };
  expect(await judged(splitHorizon, files)).toMatchObject({ kind: "ruledOut" });
});

test("two zones are not two views", async () => {
  const files = { "pc.txt": stopped, "dns.txt": office + nslookup("emea.example", [], "dc07.emea.example") };
  expect(await judged(splitHorizon, files)).not.toMatchObject({ kind: "seen" });
});
