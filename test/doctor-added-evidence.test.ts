import { describe, expect, test } from "bun:test";
import { BREAKS, brokenFleet } from "./doctor/breaks.ts";
import { assessed } from "./doctor/evidence.ts";
import { clientDlv, cmid, DAY, eventXml, exchange, hostDlv, NOON, renewals } from "./doctor/texts.ts";

/** The log of a host that is well, beside whatever is broken. */
const other = {
  "other-host.xml": eventXml(
    renewals({
      computer: "vlic.elsewhere.example",
      prefix: "elsewhere",
      firstCmid: 5000,
      machines: 40,
      from: NOON - 40 * DAY,
      until: NOON,
    }),
  ),
};

describe.each(BREAKS)("a healthy host's log does not hide that $name", (fault) => {
  test("in a fleet", async () => {
    const { files, about } = brokenFleet(fault, 8003);
    expect({ about, verdict: (await assessed({ ...files, ...other })).verdict }).not.toEqual({
      about,
      verdict: "healthy",
    });
  });
});

describe("beside a healthy host's log", () => {
  const daily = (code: number) =>
    [1, 2, 3, 4, 5].flatMap((day) =>
      exchange({
        computer: "pc9.corp.example",
        cmid: cmid(9),
        time: NOON - day * DAY,
        code,
        status: 1,
        minutesLeft: 180_000 + day * 1440,
      }),
    );
  test.each([0x800706ba, 0x8007232b, 0xc004f042])(
    "a licensed client that fails with %d is not well",
    async (code) => {
      const { verdict, findings } = await assessed({ ...other, "pc.xml": eventXml(daily(code)) });
      expect(verdict).toBe("degraded");
      expect(findings.map(({ cause }) => cause.id)).toContain("C22");
    },
  );

  test("a report with 60,000 minutes left asks for events", async () => {
    const { verdict, missing } = await assessed({ ...other, "pc.txt": clientDlv({ minutesLeft: 60_000 }) });
    expect({ verdict, missing }).toEqual({
      verdict: "incomplete",
      missing: expect.arrayContaining(["client-events", "later-dlv"]),
    });
  });

  test("a licensed client that was told of too small a count is not well", async () => {
    const refused = exchange({
      computer: "pc9.corp.example",
      time: NOON,
      status: 1,
      minutesLeft: 230_000,
      answer: { activated: false, count: 4 },
    });
    expect((await assessed({ ...other, "pc.xml": eventXml(refused) })).verdict).not.toBe("healthy");
  });
});

test("licensed clients that a host with too small a count cannot renew are found", async () => {
  const log = renewals({ machines: 12, from: NOON - 20 * DAY, until: NOON, every: DAY });
  const { findings, verdict } = await assessed({
    "kms.xml": eventXml(log),
    "host.txt": hostDlv({ count: 12, total: 2400 }),
  });
  expect({ first: findings[0]?.cause.id, verdict }).toEqual({ first: "H08", verdict: "degraded" });
});
