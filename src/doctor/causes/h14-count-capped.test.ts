import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { DAY, eventXml, hostDlv, NOON, PRODUCTS, renewals } from "../../../test/doctor/texts.ts";
import { countCapped } from "./h14-count-capped.ts";

const from = NOON - 30 * DAY;
const servers = { prefix: "srv", product: PRODUCTS.server2022, required: 5, from, until: NOON };

test("fifty is the most that a host of clients shows, and no fault", async () => {
  const files = { "host.txt": hostDlv(), "kms.xml": eventXml(renewals({ machines: 71, from, until: NOON })) };
  expect(await judged(countCapped, files)).toMatchObject({
    sighting: { verdict: "benign", severity: "info", facts: { count: 50, machines: 71 } },
  });
  expect((await assessed(files)).verdict).toBe("healthy");
});

test("ten is the most where only servers ask", async () => {
  const files = {
    "host.txt": hostDlv({ count: 10 }),
    "kms.xml": eventXml(renewals({ ...servers, machines: 24 })),
  };
  expect(await judged(countCapped, files)).toMatchObject({
    kind: "seen",
    sighting: { facts: { count: 10 } },
  });
});

test("ten is not the most where a client asks as well", async () => {
  const log = eventXml([
    ...renewals({ ...servers, machines: 9 }),
    ...renewals({ machines: 1, from, until: NOON }),
  ]);
  const files = { "host.txt": hostDlv({ count: 10 }), "kms.xml": log };
  expect((await judged(countCapped, files)).kind).toBe("ruledOut");
});
