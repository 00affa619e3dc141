import { expect, test } from "bun:test";
import { evidenceOf } from "../../../test/doctor/evidence.ts";
import { cmid, PRODUCTS } from "../../../test/doctor/texts.ts";
import { caseOf } from "./case.ts";

const request = (code: string, host: string) =>
  `Information\t3/10/2026 9:15:08 AM\tMicrosoft-Windows-Security-SPP\t12288\tNone\t"The client has sent an activation request to the key management service machine.\r\nInfo:\r\n${code}, 0x00000000, ${host}:1688, ${cmid(1)}, 2026/03/10 09:15, 0, 5, 0, ${PRODUCTS.windows11Enterprise}, 25"`;
const answer = `Information\t3/10/2026 9:15:08 AM\tMicrosoft-Windows-Security-SPP\t12289\tNone\t"The client has processed an activation response from the key management service machine.\r\nInfo:\r\n0x00000000, 0x00000000, 1, 0, 50, 120, 10080, 2026/03/10 09:15"`;
const before = `Information\t3/9/2026 9:15:01 AM\tMicrosoft-Windows-Security-SPP\t12288\tNone\t"The client has sent an activation request to the key management service machine.\r\nInfo:\r\n0x800706BA, 0x00000000, old.corp.example:1688, ${cmid(1)}, 2026/03/09 09:15, 0, 5, 0, ${PRODUCTS.windows11Enterprise}, 25"`;
const head = "Level\tDate and Time\tSource\tEvent ID\tTask Category";

test.each([
  [
    "the newest first",
    [answer, request("0x00000000", "new.corp.example"), request("0x800706BA", "old.corp.example"), before],
  ],
  [
    "the oldest first",
    [before, request("0x800706BA", "old.corp.example"), request("0x00000000", "new.corp.example"), answer],
  ],
])("in a text, what happened within one second is told by its lines: %s", async (_, rows) => {
  const { clients } = caseOf(await evidenceOf({ "log.txt": [head, ...rows, ""].join("\r\n") }));
  expect(clients).toMatchObject([{ state: "activated", failure: undefined }]);
  expect(clients[0]?.exchanges.map(({ host, answer: its }) => [host, its?.activated])).toEqual([
    ["old.corp.example", undefined],
    ["old.corp.example", undefined],
    ["new.corp.example", true],
  ]);
});
