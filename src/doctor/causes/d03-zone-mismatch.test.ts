import { expect, test } from "bun:test";
import { judged } from "../../../test/doctor/evidence.ts";
import { ato, clientDlv, ipconfig, nslookup } from "../../../test/doctor/texts.ts";
import { zoneMismatch } from "./d03-zone-mismatch.ts";

const stopped = `${ato(0x8007232b)}${clientDlv({ status: "Notification" })}`;
const there = nslookup("corp.example", [{ host: "kms01.corp.example" }]);

test("a record in one zone and a client whose suffix is another, which denies it, confirm it", async () => {
  const judgement = await judged(zoneMismatch, {
    "pc.txt": stopped,
    "net.txt": ipconfig({ suffix: "emea.example" }),
    "dns.txt": there + nslookup("emea.example", []),
  });
  expect(judgement).toMatchObject({
    kind: "seen",
    sighting: { verdict: "confirmed", facts: { found: ["corp.example"], suffixes: ["emea.example"] } },
  });
});

test("without a question in the client's own zone it is likely", async () => {
  const files = { "pc.txt": stopped, "net.txt": ipconfig({ suffix: "emea.example" }), "dns.txt": there };
  expect(await judged(zoneMismatch, files)).toMatchObject({ sighting: { verdict: "likely" } });
});

test("a client that looks where the record stands has another trouble", async () => {
  const files = { "pc.txt": stopped, "net.txt": ipconfig({ suffix: "corp.example" }), "dns.txt": there };
  expect(await judged(zoneMismatch, files)).toMatchObject({ kind: "ruledOut" });
});

test("a second zone without a record harms nobody who is activated", async () => {
  const files = { "pc.txt": clientDlv(), "dns.txt": there + nslookup("emea.example", []) };
  expect(await judged(zoneMismatch, files)).not.toMatchObject({ kind: "seen" });
});

test("a retail key that stops at 0x8007007B looks in no zone", async () => {
  const retail = `${ato(0x8007007b)}${clientDlv({ channel: "RETAIL", status: "Notification" })}`;
  const files = { "pc.txt": retail, "net.txt": ipconfig({ suffix: "emea.example" }), "dns.txt": there };
  expect(await judged(zoneMismatch, files)).not.toMatchObject({ kind: "seen" });
});

test("two zones that were asked about, and a client that found no host, make it likely and want its suffixes", async () => {
  const judgement = await judged(zoneMismatch, {
    "pc.txt": stopped,
    "dns.txt": there + nslookup("emea.example", []),
  });
  expect(judgement).toMatchObject({ sighting: { verdict: "likely", wants: ["ipconfig"] } });
});
