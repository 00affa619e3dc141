import { describe, expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { clientDlv, DAY, eventXml, hostDlv, NOON, renewals } from "../../../test/doctor/texts.ts";
import { hostIdle } from "./h21-host-idle.ts";
import { failedRequests } from "./h22-failed-requests.ts";
import { activeDirectoryActivation } from "./h23-active-directory-activation.ts";

const busy = { machines: 60, from: NOON - 60 * DAY };

describe("a log whose last request is twelve days older than the host's /dlv", () => {
  const silent = eventXml(renewals({ ...busy, until: NOON - 12 * DAY }));

  test("may be a log that was exported earlier", async () => {
    const files = { "kms.xml": silent, "host.txt": hostDlv() };
    expect(await judged(hostIdle, files)).toMatchObject({ kind: "seen", sighting: { verdict: "possible" } });
  });

  test("is likely silence when the count has fallen as well", async () => {
    const files = { "kms.xml": silent, "host.txt": hostDlv({ count: 31 }) };
    expect(await judged(hostIdle, files)).toMatchObject({
      sighting: { verdict: "likely", severity: "warning" },
    });
  });
});

test("a host that is asked to the end is not idle", async () => {
  const files = { "kms.xml": eventXml(renewals({ ...busy, until: NOON })), "host.txt": hostDlv() };
  expect((await judged(hostIdle, files)).kind).toBe("ruledOut");
});

test("a small site that is quiet for a long weekend is not idle", async () => {
  const files = {
    "kms.xml": eventXml(renewals({ machines: 6, from: NOON - 60 * DAY, until: NOON - 4 * DAY })),
    "host.txt": hostDlv({ count: 6 }),
  };
  expect((await judged(hostIdle, files)).kind).toBe("ruledOut");
});

describe("the counter of failed requests", () => {
  const name = "C:\\>hostname\r\nkms01\r\n";

  test("means something when it grows from one report to the next", async () => {
    const files = {
      "before.txt": name + hostDlv({ failed: 3, time: NOON - 7 * DAY }),
      "after.txt": name + hostDlv({ failed: 48, total: 4100 }),
    };
    expect(await judged(failedRequests, files)).toMatchObject({
      sighting: { verdict: "likely", facts: { rise: 45 } },
    });
  });

  test("is only possible from one report, and nothing when it is small", async () => {
    expect(await judged(failedRequests, { "host.txt": hostDlv({ failed: 400 }) })).toMatchObject({
      sighting: { verdict: "possible" },
    });
    expect((await judged(failedRequests, { "host.txt": hostDlv({ failed: 9 }) })).kind).toBe("ruledOut");
  });
});

describe("a client that Active Directory activates", () => {
  const event = { id: 12308, computer: "pc1.corp.example", time: NOON, data: ["0x0"] };

  test("is no fault of the host", async () => {
    const files = { "pc.xml": eventXml([event]), "host.txt": hostDlv() };
    expect(await judged(activeDirectoryActivation, files)).toMatchObject({ sighting: { verdict: "benign" } });
    expect((await assessed(files)).verdict).toBe("healthy");
  });

  test("is not one that a host activates", async () => {
    expect((await judged(activeDirectoryActivation, { "pc.txt": clientDlv() })).kind).toBe("ruledOut");
  });
});
