import { describe, expect, test } from "bun:test";
import { makeDocuments } from "../../test/documents.ts";
import { NOW } from "../../test/requests.ts";
import { formatLocalDate } from "../client/local-date.ts";
import { hostExtendedPid } from "../protocol/extended-pid.ts";
import { DAY, MINUTE } from "../protocol/time.ts";
import { detailedHostLines, type HostDescription, hostExpiryLines, shortHostLines } from "./slmgr-lines.ts";

const { license, application } = makeDocuments();
const description: HostDescription = {
  host: license.host,
  application,
  license,
  installationId: "1234567-7654321",
  figures: {
    application: application.id,
    unique: 60,
    current: 50,
    largestRequired: 25,
    requests: {
      total: 103,
      failed: 3,
      byStatus: { 0: 1, 1: 40, 2: 50, 3: 5, 4: 2, 5: 4, 6: 1 },
    },
  },
  settings: {
    activationInterval: undefined,
    renewalInterval: undefined,
    port: 1688,
    dnsPublishing: true,
    priority: "normal",
    duplicates: "report",
    eventLogSize: 20,
    retentionDays: 365,
  },
  port: 1700,
  isPublished: true,
};
const without = (change: Partial<HostDescription>): HostDescription => ({ ...description, ...change });
const settings = (change: Partial<HostDescription["settings"]>) =>
  without({ settings: { ...description.settings, ...change } });

/** The line of a host's `slmgr /dlv`: its label as Microsoft's script has it, its value here, whether `/dli` has it. */
const LINES: [label: string, value: string, isShort: boolean][] = [
  ["Name: ", "Orchard, host", true],
  ["Description: ", "Orchard, VOLUME_KMS channel", true],
  ["Activation ID: ", license.host, false],
  ["Application ID: ", application.id, false],
  ["Extended PID: ", hostExtendedPid(license), false],
  ["Product Key Channel: ", "Volume:CSVLK", false],
  ["Installation ID: ", "1234567-7654321", false],
  ["Partial Product Key: ", "2W3XY", true],
  ["License Status: ", "Licensed", true],
  ["Volume activation expiration: ", "511200 minute(s) (355 day(s))", true],
  ["Trusted time: ", formatLocalDate(NOW), false],
  ["", "", true],
  ["Key Management Service is enabled on this machine", "", true],
  ["    Current count: ", "50", true],
  ["    Listening on Port: ", "1700", true],
  ["    DNS publishing enabled", "", true],
  ["    KMS priority: ", "Normal", true],
  ["", "", true],
  ["Key Management Service cumulative requests received from clients", "", true],
  ["    Total requests received: ", "103", true],
  ["    Failed requests received: ", "3", true],
  ["    Requests with License Status Unlicensed: ", "1", true],
  ["    Requests with License Status Licensed: ", "40", true],
  ["    Requests with License Status Initial grace period: ", "50", true],
  ["    Requests with License Status License expired or Hardware out of tolerance: ", "5", true],
  ["    Requests with License Status Non-genuine grace period: ", "2", true],
  ["    Requests with License Status Notification: ", "4", true],
];

test("a host prints slmgr's lines in slmgr's order", () => {
  const expected = LINES.map(([label, value]) => label + value);
  expect(detailedHostLines(description, NOW)).toEqual(expected);
});

test("its short form leaves out what slmgr /dli leaves out", () => {
  const expected = LINES.filter(([, , isShort]) => isShort).map(([label, value]) => label + value);
  expect(shortHostLines(description, NOW)).toEqual(expected);
});

test("its description is a host's for whoever reads slmgr's: VOLUME_KMS, and not VOLUME_KMSCLIENT", () => {
  expect(detailedHostLines(description, NOW)[1]).toMatch(/VOLUME_KMS(?!CLIENT)/);
});

describe("the license status of a host", () => {
  const cases: [
    when: string,
    license: HostDescription["license"],
    now: number,
    lines: string[],
    ends: string,
  ][] = [
    [
      "without a host licence",
      undefined,
      NOW,
      ["This license is not in use.", "License Status: Unlicensed"],
      "Unlicensed",
    ],
    [
      "in the last minute of its licence",
      license,
      license.expires - MINUTE,
      [
        "Partial Product Key: 2W3XY",
        "License Status: Licensed",
        "Volume activation expiration: 1 minute(s) (1 day(s))",
      ],
      `Volume activation will expire ${formatLocalDate(license.expires)}`,
    ],
    [
      "whose licence has ended",
      license,
      license.expires,
      ["Partial Product Key: 2W3XY", "License Status: Notification", "Notification Reason: 0x800B0101."],
      "Unlicensed",
    ],
    [
      "whose licence has not begun",
      license,
      license.notBefore - DAY,
      ["Partial Product Key: 2W3XY", "License Status: Notification", "Notification Reason: 0x800B0101."],
      "Unlicensed",
    ],
  ];
  test.each(cases)("%s", (_, held, now, lines, ends) => {
    const host = without({ license: held });
    expect(shortHostLines(host, now).slice(2, 2 + lines.length)).toEqual(lines);
    expect(hostExpiryLines(host, now)).toEqual(["Orchard:", `    ${ends}`]);
  });

  test("leaves the lines of its counts as they are: a host that is not activated still has them", () => {
    const counts = (host: HostDescription) => {
      const lines = detailedHostLines(host, NOW);
      return lines.slice(lines.indexOf(""));
    };
    expect(counts(without({ license: undefined }))).toEqual(counts(description));
  });

  test("a host without a host key has nothing to tell of one", () => {
    const lines = detailedHostLines(without({ license: undefined, installationId: undefined }), NOW);
    expect(lines.slice(2, 6)).toEqual([
      `Activation ID: ${license.host}`,
      `Application ID: ${application.id}`,
      "Extended PID:",
      "Installation ID:",
    ]);
  });
});

test.each([
  [without({ isPublished: false }), "    DNS publishing disabled"],
  [without({ isPublished: true }), "    DNS publishing enabled"],
  [settings({ priority: "low" }), "    KMS priority: Low"],
  [without({ port: 1688 }), "    Listening on Port: 1688"],
])("a setting shows in its line %#", (host, line) => {
  expect(detailedHostLines(host, NOW)).toContain(line);
});
