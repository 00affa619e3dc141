import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  ato,
  clientDlv,
  eventXml,
  hostDlv,
  NOON,
  nslookup,
  publication,
} from "../../../test/doctor/texts.ts";
import { publishingDisabled } from "./d10-publishing-disabled.ts";

const stopped = `${ato(0x8007232b)}${clientDlv({ status: "Notification" })}`;
const off = hostDlv({ publishing: false });

test("publishing off and no record confirm it, before the missing record", async () => {
  const { findings } = await assessed({
    "pc.txt": stopped,
    "host.txt": off,
    "dns.txt": nslookup("corp.example", []),
  });
  expect(findings[0]).toMatchObject({
    cause: { id: "D10" },
    sighting: { verdict: "confirmed", severity: "error" },
  });
});

test("publishing off beside a record made by hand is as it was meant", async () => {
  const files = {
    "pc.txt": clientDlv(),
    "host.txt": off,
    "dns.txt": nslookup("corp.example", [{ host: "kms01.corp.example" }]),
  };
  expect(await judged(publishingDisabled, files)).toMatchObject({ sighting: { verdict: "benign" } });
  expect((await assessed(files)).verdict).toBe("healthy");
});

test("publishing off alone says nothing of a record that nobody has looked for", async () => {
  const { findings } = await assessed({ "host.txt": off });
  const [{ cause, sighting } = {}] = findings;
  if (cause?.id !== "D10" || sighting === undefined) throw new Error("it is found");
  expect(sighting).toMatchObject({ verdict: "possible", severity: "info" });
  const facts = sighting.facts as Parameters<typeof publishingDisabled.words.en.why>[0];
  expect(publishingDisabled.words.en.why(facts)).not.toContain("does not exist");
  expect(publishingDisabled.words.ja.why(facts)).not.toContain("存在しません");
});

test("12293 that say that the zone takes no updates are the other half of it", async () => {
  const log = eventXml([publication({ time: NOON, code: 0x8007232c })]);
  const files = { "pc.txt": stopped, "host.xml": log, "dns.txt": nslookup("corp.example", []) };
  expect(await judged(publishingDisabled, files)).toMatchObject({
    sighting: { verdict: "confirmed", facts: { isOff: false, code: "0x8007232C" } },
  });
});

test("a host that publishes rules it out, even when the record is gone", async () => {
  const files = { "pc.txt": stopped, "host.txt": hostDlv(), "dns.txt": nslookup("corp.example", []) };
  expect(await judged(publishingDisabled, files)).toMatchObject({ kind: "ruledOut" });
});
