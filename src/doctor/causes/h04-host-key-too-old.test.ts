import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import {
  ato,
  clientDlv,
  cmid,
  DAY,
  eventXml,
  exchange,
  HOUR,
  handled,
  hostDlv,
  NOON,
  PRODUCTS,
  renewals,
} from "../../../test/doctor/texts.ts";
import { hostKeyTooOld } from "./h04-host-key-too-old.ts";
import { hostNotUpdated } from "./h05-host-not-updated.ts";
import { clientHostKey } from "./h06-client-host-key.ts";

const CANNOT = 0xc004f042;
const from = NOON - 30 * DAY;
const older = [
  ...renewals({ machines: 30, from, until: NOON }),
  ...renewals({
    machines: 6,
    prefix: "srv",
    firstCmid: 400,
    product: PRODUCTS.server2022,
    required: 5,
    from,
    until: NOON,
  }),
];

function refused(product: string, required = 5, code = CANNOT) {
  return [0, 2, 4].map((hours) =>
    handled({
      time: NOON - DAY + hours * HOUR,
      name: "new.corp.example",
      cmid: cmid(9),
      status: 5,
      product,
      required,
      code,
    }),
  );
}

const log = eventXml([...older, ...refused(PRODUCTS.server2025)]);

describe("Server 2025 is refused and all else is served", () => {
  test("because the key is one of Server 2022", async () => {
    const files = { "kms.xml": log, "host.txt": hostDlv() };
    expect(await judged(hostKeyTooOld, files)).toMatchObject({
      kind: "seen",
      sighting: { verdict: "confirmed", severity: "error", facts: { key: "Windows Server 2022" } },
    });
    expect((await judged(hostNotUpdated, files)).kind).not.toBe("seen");
    expect((await assessed(files)).findings[0]?.cause.id).toBe("H04");
  });

  test("is likely the key when the host's /dlv is not there, because it is the newest that asks", async () => {
    expect(await judged(hostKeyTooOld, { "kms.xml": log })).toMatchObject({
      sighting: { verdict: "likely", wants: ["host-dlv"] },
    });
  });

  test("because the host lacks the update, when its key is one of Server 2025", async () => {
    const files = {
      "kms.xml": log,
      "host.txt": hostDlv({ channel: "VOLUME_KMS_WS25", build: "10.0.20348.1547" }),
    };
    expect(await judged(hostNotUpdated, files)).toMatchObject({
      kind: "seen",
      sighting: { verdict: "confirmed", facts: { build: "20348.1547", needed: "20348.2322" } },
    });
    expect((await judged(hostKeyTooOld, files)).kind).not.toBe("seen");
    expect((await assessed(files)).findings[0]?.cause.id).toBe("H05");
  });

  test("is neither when key and build are new enough", async () => {
    const files = { "kms.xml": log, "host.txt": hostDlv({ channel: "VOLUME_KMS_WS25" }) };
    expect((await judged(hostKeyTooOld, files)).kind).toBe("ruledOut");
    expect((await judged(hostNotUpdated, files)).kind).toBe("ruledOut");
  });
});

test("one refusal and nothing of the host leaves it possible", async () => {
  const dlv = clientDlv({
    status: "Notification",
    product: PRODUCTS.server2025,
    name: "Windows(R), ServerStandard edition",
    partialKey: "MY832",
  });
  const files = { "pc.txt": `${ato(CANNOT, PRODUCTS.server2025)}${dlv}` };
  expect(await judged(hostKeyTooOld, files)).toMatchObject({ sighting: { verdict: "possible" } });
});

test("Windows 11 is refused by a key of Server 2019, which serves Windows 10 under the same id", async () => {
  const files = {
    "pc.txt": clientDlv({ status: "Notification", cmid: cmid(9) }),
    "pc.xml": eventXml(exchange({ computer: "pc1.corp.example", time: NOON, code: CANNOT })),
    "host.txt": hostDlv({ channel: "VOLUME_KMS_WS19", build: "10.0.17763.6414" }),
  };
  expect(await judged(hostKeyTooOld, files)).toMatchObject({ kind: "seen" });
});

test("servers are refused by a key of client Windows", async () => {
  const clients = eventXml([
    ...renewals({ machines: 30, from, until: NOON }),
    ...refused(PRODUCTS.server2022, 5, 0xc004f015),
  ]);
  const files = {
    "kms.xml": clients,
    "host.txt": hostDlv({
      channel: "VOLUME_KMS_W10",
      name: "Windows(R), Enterprise edition",
      build: "10.0.19045.4291",
    }),
  };
  expect(await judged(clientHostKey, files)).toMatchObject({
    kind: "seen",
    sighting: { verdict: "confirmed" },
  });
  expect((await judged(hostKeyTooOld, files)).kind).not.toBe("seen");
});

test("a host that refuses nothing rules it out", async () => {
  expect((await judged(hostKeyTooOld, { "kms.xml": eventXml(older) })).kind).toBe("ruledOut");
});

test("a host of 2008 says 0xC004F06C to clients that it does not know, with clocks that agree", async () => {
  const log = eventXml(
    renewals({ machines: 3, from, until: NOON, code: 0xc004f06c, status: 5, every: 2 * DAY }),
  );
  const files = {
    "kms.xml": log,
    "host.txt": hostDlv({ build: "6.0.6002.18005", channel: "VOLUME_KMS_C", count: 2 }),
  };
  expect((await assessed(files)).findings[0]?.cause.id).toBe("H05");
  const modern = { "kms.xml": log, "host.txt": hostDlv() };
  expect((await judged(hostNotUpdated, modern)).kind).not.toBe("seen");
});
