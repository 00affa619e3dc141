import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { clientDlv, eventXml, exchange, NOON, refused } from "../../../test/doctor/texts.ts";
import { consumerEdition, evaluation, multiSession } from "./c05-edition-takes-no-key.ts";

const EVALUATION = {
  name: "Windows(R), ServerStandardEval edition",
  channel: "TIMEBASED_EVAL",
  partialKey: "ABCDE",
};

test("an evaluation that refused a key comes first", async () => {
  const text =
    refused("/ipk N69G4-B89J2-4G8F4-WWYCC-J464C", 0xc004f069) +
    clientDlv({ ...EVALUATION, status: "Notification" });
  const report = await assessed({ "srv.txt": text });
  expect(report.findings[0]).toMatchObject({ cause: { id: "C05" }, sighting: { verdict: "confirmed" } });
  expect(report.verdict).toBe("failing");
});

test("an evaluation that runs is worth knowing, and no fault", async () => {
  const report = await assessed({ "srv.txt": clientDlv(EVALUATION) });
  expect(report.findings[0]).toMatchObject({ cause: { id: "C05" }, sighting: { severity: "notice" } });
  expect(report.verdict).toBe("healthy");
});

test("an evaluation beside an activated product is a leftover", async () => {
  const [, second = ""] = clientDlv({
    ...EVALUATION,
    product: "0e7d7ea2-6c9b-4a4e-9c65-1f0c4f2a7b10",
    status: "Notification",
  }).split("\r\n\r\n");
  expect(await judged(evaluation, { "srv.txt": `${clientDlv()}\r\n${second}` })).not.toMatchObject({
    kind: "seen",
  });
});

test("DISM tells of an evaluation as well", async () => {
  const dism =
    "C:\\>DISM /Online /Get-CurrentEdition\r\n\r\nImage Version: 10.0.20348.1\r\n\r\nCurrent edition is:\r\n\r\nCurrent Edition : ServerDatacenterEval\r\n";
  const files = { "srv.txt": `${clientDlv({ status: "Notification", channel: "RETAIL" })}${dism}` };
  expect(await judged(evaluation, files)).toMatchObject({
    sighting: { facts: { edition: "ServerDatacenterEval" } },
  });
});

test("Home that is not activated has no volume licence; an activated one is nobody's business", async () => {
  const home = (status: "Licensed" | "Notification") =>
    clientDlv({
      name: "Windows(R), CoreSingleLanguage edition",
      channel: "OEM_DM",
      partialKey: "8HVX7",
      status,
    });
  expect(await judged(consumerEdition, { "pc.txt": home("Notification") })).toMatchObject({
    sighting: { verdict: "confirmed" },
  });
  expect(await judged(consumerEdition, { "pc.txt": home("Licensed") })).toMatchObject({ kind: "ruledOut" });
});

test("multi-session is possible on its own, and likely where a host outside Azure is asked", async () => {
  const dlv = clientDlv({
    name: "Windows(R), ServerRdsh edition",
    product: "ec868e65-fadf-4759-b23e-93fe37f2cc29",
    partialKey: "PG3GK",
    status: "Notification",
  });
  expect(await judged(multiSession, { "vm.txt": dlv })).toMatchObject({ sighting: { verdict: "possible" } });
  const asks = (host: string) =>
    eventXml(
      exchange({
        computer: "vm1.corp.example",
        time: NOON,
        code: 0x800706ba,
        host,
        product: "ec868e65-fadf-4759-b23e-93fe37f2cc29",
      }),
    );
  expect(
    await judged(multiSession, { "vm.txt": dlv, "vm.xml": asks("kms01.corp.example:1688") }),
  ).toMatchObject({
    sighting: { verdict: "likely" },
  });
  expect(
    await judged(multiSession, { "vm.txt": dlv, "vm.xml": asks("azkms.core.windows.net:1688") }),
  ).toMatchObject({
    sighting: { verdict: "possible" },
  });
});

test("a server of the volume channel is none of them", async () => {
  for (const cause of [evaluation, consumerEdition, multiSession])
    expect(await judged(cause, { "pc.txt": clientDlv() })).toMatchObject({ kind: "ruledOut" });
});
