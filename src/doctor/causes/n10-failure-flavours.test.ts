import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  ato,
  clientDlv,
  eventXml,
  exchange,
  HOUR,
  NOON,
  portTest,
  ruleFailed,
} from "../../../test/doctor/texts.ts";
import { otherRoute, timedOut } from "./n10-failure-flavours.ts";

const computer = "pc1.corp.example";
const failures = (code: number) =>
  [0, 2, 4].map((hours) => ruleFailed({ computer, time: NOON + hours * HOUR, code }));
const dlv = { "pc1.txt": `C:\\>hostname\r\npc1\r\n\r\n${clientDlv({ status: "Notification" })}` };

describe.each([
  ["0x800705B4", 0x800705b4, timedOut, otherRoute],
  ["0xC0020017", 0xc0020017, otherRoute, timedOut],
  ["0x8007139F", 0x8007139f, otherRoute, timedOut],
] as const)("%s in 8198", (text, code, cause, other) => {
  test("names the manner, and leaves the cause open", async () => {
    const files = { ...dlv, "pc1.xml": eventXml(failures(code)) };
    expect(await judged(cause, files)).toMatchObject({
      kind: "seen",
      sighting: { verdict: "possible", facts: { clients: ["pc1"], failures: 3, code: text } },
    });
    expect((await judged(other, files)).kind).not.toBe("seen");
    expect((await assessed(files)).verdict).toBe("incomplete");
  });

  test("is likely when a host was tried in vain, and comes after what explains it", async () => {
    const sent = exchange({ computer, time: NOON + 4 * HOUR - 1000, code: 0x800706ba });
    const files = {
      ...dlv,
      "pc1.xml": eventXml([...failures(code), ...sent]),
      "port.txt": portTest("kms01.corp.example", false),
    };
    expect(await judged(cause, files)).toMatchObject({ sighting: { verdict: "likely" } });
    const { findings } = await assessed(files);
    expect(findings[0]?.cause.id).not.toBe(cause.id);
  });

  test("is over with the next success", async () => {
    const well = exchange({ computer, time: NOON + 5 * HOUR, answer: { activated: true, count: 50 } });
    expect(await judged(cause, { "pc1.xml": eventXml([...failures(code), ...well]) })).toMatchObject({
      kind: "ruledOut",
    });
  });
});

test("0xC004F074 is neither", async () => {
  const files = { "pc1.txt": `${ato(0xc004f074)}${clientDlv({ status: "Notification" })}` };
  for (const cause of [timedOut, otherRoute]) {
    expect(await judged(cause, files)).toMatchObject({ kind: "notEvaluated" });
  }
});

test.each([8196, 8198])(
  "a log that holds nothing but 0x800705B4 in %d is named, and decides nothing",
  async (id) => {
    const data = ["0x800705B4"];
    const events = [0, 1].map((hour) => ({ id, computer, time: NOON + hour * HOUR, level: 2, data }));
    const files = { "pc1.xml": eventXml(events) };
    expect(await judged(timedOut, files)).toMatchObject({
      sighting: { verdict: "possible", facts: { code: "0x800705B4", failures: 2 }, affects: ["pc1"] },
    });
    expect((await assessed(files)).verdict).toBe("incomplete");
  },
);

test("a machine that was activated since has no such failure", async () => {
  const well = exchange({ computer, time: NOON + 5 * HOUR, answer: { activated: true, count: 50 } });
  const event = { id: 8196, computer, time: NOON, level: 2, data: ["0x800705B4"] };
  expect(await judged(timedOut, { "pc1.xml": eventXml([event, ...well]) })).not.toMatchObject({
    kind: "seen",
  });
});
