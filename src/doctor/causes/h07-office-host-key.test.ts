import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  cmid,
  DAY,
  eventXml,
  HOUR,
  handled,
  hostDlv,
  NOON,
  PRODUCTS,
  renewals,
} from "../../../test/doctor/texts.ts";
import { hostKeyTooOld } from "./h04-host-key-too-old.ts";
import { officeHostKey } from "./h07-office-host-key.ts";

function office(code: number) {
  return [0, 1].flatMap((pc) =>
    [0, 2, 4].map((hours) =>
      handled({
        time: NOON - DAY + hours * HOUR,
        name: `pc${pc}.corp.example`,
        cmid: cmid(700 + pc),
        status: code === 0 ? 1 : 5,
        product: PRODUCTS.office2024,
        required: 5,
        code,
      }),
    ),
  );
}

const windows = renewals({ machines: 30, from: NOON - 30 * DAY, until: NOON });

/** `/dlv all` of a host with a key of Windows and one of Office 2019. */
function dlvAll(office2019: string): string {
  const [head = "", ...rest] = hostDlv().split("\r\n\r\n");
  const block = hostDlv({ count: 12, total: 300 })
    .split("\r\n\r\n")
    .slice(1)
    .join("\r\n\r\n")
    .replace(/Name: .*/, "Name: Office 19, OfficeKMSHostVL_KMS_Host edition")
    .replace(/Description: .*/, "Description: Office 19, VOLUME_KMS channel")
    .replace(/Activation ID: .*/, `Activation ID: ${office2019}`)
    .replace("55c92734-d682-4d71-983e-d6ec3f16059f", "0ff1ce15-a989-479d-af46-f275c6370663");
  return [head, ...rest].join("\r\n\r\n") + block;
}

test("Office is refused and Windows served: the host has the key of another Office only", async () => {
  const files = {
    "kms.xml": eventXml([...windows, ...office(0xc004f042)]),
    "all.txt": dlvAll("70512334-47b4-44db-a233-be5ea33b914c"),
  };
  expect(await judged(officeHostKey, files)).toMatchObject({
    kind: "seen",
    sighting: {
      verdict: "confirmed",
      severity: "error",
      facts: { office: "Office LTSC 2024", others: ["Office 2019"], windows: true },
    },
  });
  expect((await judged(hostKeyTooOld, files)).kind).not.toBe("seen");
  expect((await assessed(files)).findings[0]?.cause.id).toBe("H07");
});

test("without /dlv all it is likely, and asks for it", async () => {
  const files = { "kms.xml": eventXml([...windows, ...office(0xc004f042)]), "host.txt": hostDlv() };
  expect(await judged(officeHostKey, files)).toMatchObject({
    sighting: { verdict: "likely", wants: ["host-dlv"] },
  });
});

test("a key of that Office speaks against it", async () => {
  const files = {
    "kms.xml": eventXml([...windows, ...office(0xc004f042)]),
    "all.txt": dlvAll("f3d89bbf-c0ec-47ce-a8fa-e5a5f97e447f"),
  };
  expect((await judged(officeHostKey, files)).kind).toBe("notEvaluated");
});

test("Office that is served rules it out", async () => {
  expect((await judged(officeHostKey, { "kms.xml": eventXml([...windows, ...office(0)]) })).kind).toBe(
    "ruledOut",
  );
});

test("where no Office asks there is nothing to say", async () => {
  expect((await judged(officeHostKey, { "kms.xml": eventXml(windows) })).kind).toBe("notEvaluated");
});
