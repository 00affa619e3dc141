import { expect, test } from "bun:test";
import { Collector } from "../collector.ts";
import { readText } from "../text.ts";
import { CLIENT, WAITING } from "./fixtures.ts";
import { slmgr } from "./slmgr.ts";

const PIN = "Key Management Service machine name set to KMS-A.tailspin.example:1690 successfully.";
const DOMAIN = "Key Management Service lookup domain set to corp.tailspin.example successfully.";

function read(text: string) {
  const collector = new Collector();
  const evidence = readText("a.txt", new TextEncoder().encode(text));
  const understood = new Set(slmgr.read(evidence, collector));
  const unread = evidence.lines.filter(({ number, text }) => text.trim() !== "" && !understood.has(number));
  return {
    settings: collector.registry.map(({ name, value }) => `${name}=${value}`),
    products: collector.products.length,
    unread: unread.map((line) => line.text),
  };
}

const NAME = "KeyManagementServiceName=kms-a.tailspin.example:1690";
const rows: readonly (readonly [string, string, readonly string[]])[] = [
  ["a name that was set", `C:\\>cscript slmgr.vbs /skms KMS-A.tailspin.example:1690\n${PIN}`, [NAME]],
  ["a name that was set, without the command", PIN, [NAME]],
  [
    "a name that was set and cleared",
    `${PIN}\nKey Management Service machine name cleared successfully.`,
    [],
  ],
  [
    "a name that was cleared and set",
    `Key Management Service machine name cleared successfully.\n${PIN}`,
    [NAME],
  ],
  ["the last of two names", `${PIN.replace("KMS-A", "kms-b")}\n${PIN}`, [NAME]],
  [
    "a lookup domain that was set, beside a name",
    `${PIN}\n${DOMAIN}`,
    [NAME, "KeyManagementServiceLookupDomain=corp.tailspin.example"],
  ],
  [
    "a lookup domain that was set and cleared",
    `${DOMAIN}\nKey Management Service lookup domain cleared successfully.`,
    [],
  ],
  [
    "settings that no cause goes by",
    [
      "C:\\>cscript //nologo slmgr.vbs /sprt 1699",
      "KMS port set to 1699 successfully.",
      "Warning: a KMS reboot is needed for this setting to take effect.",
      "C:\\>cscript //nologo slmgr.vbs /sai 240",
      "Volume activation interval set to 240 minutes successfully.",
      "C:\\>cscript //nologo slmgr.vbs /sri 9000",
      "Volume renewal interval set to 9000 minutes successfully.",
    ].join("\n"),
    [],
  ],
];
test.each(rows)("slmgr says: %s", (_, text, settings) => {
  expect(read(text)).toEqual({ settings: [...settings], products: 0, unread: [] });
});

test("a state that follows is read as before, and shows whether the name still holds", () => {
  expect(read(`C:\\>slmgr /skms x\n${PIN}\nC:\\>slmgr /dlv\n${WAITING}`)).toEqual({
    settings: [NAME],
    products: 1,
    unread: [],
  });
  const found = CLIENT.replace("Registered KMS machine name", "KMS machine name from DNS");
  expect(read(`C:\\>slmgr /skms x\n${PIN}\nC:\\>slmgr /dlv\n${found}`)).toEqual({
    settings: [],
    products: 1,
    unread: [],
  });
});
