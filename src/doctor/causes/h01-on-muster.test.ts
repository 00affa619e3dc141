import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { asked, licenceEvent, musterDlv, musterXml } from "../../../test/doctor/muster.ts";
import { hostNotActivated, hostOutOfTolerance } from "./h01-host-not-activated.ts";
import { activationLimit, hostOffline } from "./h02-host-key-refused.ts";
import { hostKeyTooOld } from "./h04-host-key-too-old.ts";
import { countNotReached } from "./h08-count-not-reached.ts";

const CLIENT = "75fc04d4-ea65-44fd-9e72-83a895f8cb42";
const SERVER = "99df7ff1-5be7-4fc1-9f0c-3c6e2d3a0b11";
const machines = (many: number) => Array.from({ length: many }, (_, at) => at + 1);

describe("a host of Muster", () => {
  test("logs 0xC004F038 for those that it counts all the same", async () => {
    const log = musterXml(
      machines(10).flatMap((machine) => asked({ machine, product: CLIENT, code: "0xC004F038", status: 2 })),
    );
    const files = { "host.xml": log, "host.txt": musterDlv({ count: 10 }) };
    expect(await judged(countNotReached, files)).toMatchObject({
      sighting: { verdict: "confirmed", facts: { pool: "", count: 10, cmids: 10, names: 10 } },
    });
    expect((await assessed(files)).findings[0]?.cause.id).toBe("H08");
  });

  test.each(["Unlicensed", "Notification"] as const)(
    "whose licence is %s is not activated",
    async (status) => {
      const log = musterXml(
        machines(3).flatMap((machine) => asked({ machine, product: CLIENT, code: "0xC004F041", status: 5 })),
      );
      const files = { "host.xml": log, "host.txt": musterDlv({ status }) };
      expect(await judged(hostNotActivated, files)).toMatchObject({
        sighting: {
          verdict: "confirmed",
          severity: "critical",
          affects: ["pc1.corp.example", "pc2.corp.example", "pc3.corp.example"],
        },
      });
    },
  );

  test("tells of the end of its licence before it comes", async () => {
    const log = musterXml([...asked({ machine: 1, product: CLIENT }), licenceEvent("0x00000000", 12)]);
    expect(await judged(hostOutOfTolerance, { "host.xml": log })).toMatchObject({
      sighting: { severity: "warning", facts: { served: 12 } },
    });
  });

  test("that cannot reach its vendor for a renewal goes on, with a warning", async () => {
    const log = musterXml([...asked({ machine: 1, product: CLIENT }), licenceEvent("0x8007274D", 12)]);
    const files = { "host.xml": log, "host.txt": musterDlv() };
    expect(await judged(hostOffline, files)).toMatchObject({ sighting: { severity: "warning" } });
  });

  test("refuses a product that its licence does not cover, and serves the other", async () => {
    const log = musterXml([
      ...machines(30).flatMap((machine) => asked({ machine, product: CLIENT })),
      ...asked({ machine: 90, product: SERVER, required: 5, code: "0xC004F042", status: 5 }),
    ]);
    expect(await judged(hostKeyTooOld, { "host.xml": log })).toMatchObject({
      sighting: { verdict: "confirmed", severity: "error", facts: { products: [SERVER] } },
    });
  });

  test("whose seats are all taken turns the next machine away", async () => {
    const log = musterXml([
      ...machines(30).flatMap((machine) => asked({ machine, product: CLIENT })),
      ...asked({ machine: 31, product: CLIENT, code: "0xC004C020", status: 5 }),
    ]);
    const files = { "host.xml": log, "host.txt": musterDlv() };
    expect(await judged(activationLimit, files)).toMatchObject({
      sighting: {
        verdict: "confirmed",
        severity: "error",
        affects: ["pc31.corp.example"],
        facts: { seats: true },
      },
    });
    expect((await assessed(files)).findings[0]?.cause.id).toBe("H03");
  });
});
