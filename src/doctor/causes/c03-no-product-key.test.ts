import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { ato, clientDlv, eventXml, NOON } from "../../../test/doctor/texts.ts";
import { noProductKey } from "./c03-no-product-key.ts";

test("0xC004F014 from an activation confirms it", async () => {
  expect(await judged(noProductKey, { "pc.txt": ato(0xc004f014) })).toMatchObject({
    kind: "seen",
    sighting: { verdict: "confirmed", severity: "error", affects: ["pc.txt"] },
  });
});

test("slmgr says it without a code", async () => {
  const text = "C:\\>cscript //nologo slmgr.vbs /dlv\r\nError: product key not found.\r\n";
  const report = await assessed({ "pc.txt": text });
  expect(report.findings.map(({ cause }) => cause.id)).toEqual(["C03"]);
  expect(report.verdict).toBe("failing");
});

test("1003 lists the code for every edition that is not installed: no sign of it", async () => {
  const list =
    "1: 0e7d7ea2-6c9b-4a4e-9c65-1f0c4f2a7b10, 1, 0 [(0 [0xC004F014, 0, 0], [(?)(?)(?)(?)(?)(?)(?)(?)])(1 )(2 )]";
  const log = [
    {
      id: 1003,
      computer: "pc1.corp.example",
      time: NOON,
      data: ["55c92734-d682-4d71-983e-d6ec3f16059f", list],
    },
  ];
  expect(await judged(noProductKey, { "pc.txt": clientDlv(), "pc.xml": eventXml(log) })).toMatchObject({
    kind: "ruledOut",
  });
});

test("a machine of which nothing tells the key is not ruled out by another's", async () => {
  const files = { "one.txt": clientDlv(), "two.txt": ato(0xc004f074) };
  expect(await judged(noProductKey, files)).toMatchObject({ kind: "ruledOut" });
  const stuck = {
    "one.txt": clientDlv(),
    "two.txt": clientDlv({ status: "Notification" }).replace(/Partial.*\r\n/, ""),
  };
  expect(await judged(noProductKey, stuck)).toMatchObject({ kind: "notEvaluated" });
});
