import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { ato, clientDlv, eventXml, exchange, ipconfig, NOON } from "../../../test/doctor/texts.ts";
import { noSuffix } from "./d04-no-dns-suffix.ts";

const stopped = `${ato(0x8007007b)}${clientDlv({ status: "Notification" })}`;

test("0x8007007B of a client key and a blank suffix confirm it, before the missing record", async () => {
  const files = { "pc.txt": stopped, "net.txt": ipconfig() };
  expect(await judged(noSuffix, files)).toMatchObject({
    sighting: { verdict: "confirmed", severity: "error" },
  });
  const { findings } = await assessed(files);
  expect(findings[0]?.cause.id).toBe("D04");
});

test("a suffix from DHCP is one to look in", async () => {
  const files = { "pc.txt": stopped, "net.txt": ipconfig({ connection: "guest.example" }) };
  expect(await judged(noSuffix, files)).toMatchObject({ kind: "ruledOut" });
});

test("without ipconfig it is possible, and asks for it", async () => {
  const judgement = await judged(noSuffix, { "pc.txt": stopped });
  expect(judgement).toMatchObject({ kind: "seen", sighting: { verdict: "possible" } });
  expect(judgement.kind === "seen" && judgement.sighting.wants).toContain("ipconfig");
});

test("the same code of a retail key is none of its", async () => {
  const retail = `${ato(0x8007007b)}${clientDlv({ channel: "RETAIL", status: "Notification" })}`;
  expect(await judged(noSuffix, { "pc.txt": retail, "net.txt": ipconfig() })).not.toMatchObject({
    kind: "seen",
  });
});

test("a machine without a suffix that asks a host by name has no need of one", async () => {
  const asked = exchange({
    computer: "pc-1",
    time: NOON,
    code: 0x800706ba,
    host: "azkms.core.windows.net:1688",
  });
  expect(await judged(noSuffix, { "pc.xml": eventXml(asked), "net.txt": ipconfig() })).not.toMatchObject({
    kind: "seen",
  });
});
