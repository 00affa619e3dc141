import { describe, expect, test } from "bun:test";
import { makeDocuments } from "../../test/documents.ts";
import { NOW } from "../../test/requests.ts";
import { hostExtendedPid } from "../protocol/extended-pid.ts";
import { DAY, MINUTE } from "../protocol/time.ts";
import type { ClientDescription, ProductDescription } from "./description.ts";
import { formatLocalDate } from "./local-date.ts";
import { detailedLines, expiryLines, shortLines } from "./slmgr-lines.ts";
import { standing } from "./standing.ts";
import { newProduct, type ProductState } from "./state.ts";

const { client: product, application, license, lease, catalogue } = makeDocuments();
const key = { kind: "setup", partial: "2W3XY", text: undefined, installed: NOW } as const;
const grant = { lease: "", hostLicense: "", cmid: lease.cmid };
const host = {
  target: { host: "kms1.corp.test", port: 1688, secure: false },
  address: "10.0.0.5",
  source: "dns",
} as const;
const intervals = { activation: 120, renewal: 10_080 };

function describeProduct(
  stored: Partial<ProductState>,
  now: number,
  opened?: "not-genuine",
): ProductDescription {
  const whole = { ...newProduct(NOW), key, ...stored };
  const granted = whole.grant === undefined ? undefined : (opened ?? { lease, license });
  const state = standing(product, whole, granted, now);
  return {
    product,
    application: application.name,
    stored: whole,
    state,
    grant: granted === "not-genuine" ? undefined : granted,
  };
}

function describeClient(change: Partial<ClientDescription> = {}): ClientDescription {
  const settings = { registeredHost: undefined, lookupDomain: undefined, hostCaching: true };
  const { id, name } = catalogue.vendor;
  return {
    cmid: lease.cmid,
    vendor: { id, name },
    settings,
    rearmsLeft: 1000,
    signed: undefined,
    problem: undefined,
    products: [],
    ...change,
  };
}

const detailed = (client: ClientDescription, description: ProductDescription, now = NOW) =>
  detailedLines(client, description, now);
const registered = { host: "named.test", port: 1700, secure: false };
const pid = (line = "") => line.replace(/: [\d-]+\.0000-\d{7}$/, ": PID");

test.each([
  ["this machine's clock", NOW - DAY, NOW],
  ["what a host signed, where the clock is behind that", NOW + DAY, NOW + DAY],
])("the trusted time is %s", (_, signed, trusted) => {
  const lines = detailed(describeClient({ signed }), describeProduct({ grant, host, intervals }, NOW));
  expect(lines).toContain(`Trusted time: ${formatLocalDate(trusted)}`);
});

test("a licensed client prints slmgr's lines in slmgr's order", () => {
  const lines = detailed(describeClient(), describeProduct({ grant, host, intervals }, NOW));
  expect(lines.map(pid)).toEqual([
    "Name: Orchard Client",
    "Description: Orchard, VOLUME_KMSCLIENT channel",
    `Activation ID: ${product.id}`,
    `Application ID: ${application.id}`,
    "Extended PID: PID",
    "Product Key Channel: Volume:GVLK",
    "Installation ID:",
    "Partial Product Key: 2W3XY",
    "License Status: Licensed",
    "Volume activation expiration: 259200 minute(s) (180 day(s))",
    "Remaining App rearm count: 1000",
    `Trusted time: ${formatLocalDate(NOW)}`,
    "Configured Activation Type: KMS",
    "",
    "Most recent activation information:",
    "Key Management Service client information",
    `    Client Machine ID (CMID): ${lease.cmid}`,
    "    KMS machine name from DNS: kms1.corp.test:1688",
    "    KMS machine IP address: 10.0.0.5",
    "    KMS machine extended PID: PID",
    "    Activation interval: 120 minutes",
    "    Renewal interval: 10080 minutes",
    "    KMS host caching is enabled",
  ]);
  expect(lines).toContain(`    KMS machine extended PID: ${hostExtendedPid(license)}`);
});

test("a client that is not licensed prints neither its CMID nor its host", () => {
  for (const [stored, now] of [
    [{ host, intervals }, NOW],
    [{ grant, host, intervals }, lease.expires],
    [{}, NOW + 31 * DAY],
  ] as const) {
    const lines = detailed(describeClient(), describeProduct(stored, now), now);
    expect(lines.slice(-2)).toEqual([
      "Configured Activation Type: KMS",
      "Please use muster ato to activate and update KMS client information in order to update values.",
    ]);
    expect(lines.join("\n")).not.toContain(lease.cmid);
    expect(lines.join("\n")).not.toContain("kms1.corp.test");
  }
});

describe("the status lines", () => {
  test.each<[string, Partial<ProductState>, number, "not-genuine" | undefined, string[]]>([
    [
      "initial grace",
      {},
      NOW,
      undefined,
      ["License Status: Initial grace period", "Time remaining: 43200 minute(s) (30 day(s))"],
    ],
    [
      "days are rounded up",
      {},
      NOW + MINUTE,
      undefined,
      ["License Status: Initial grace period", "Time remaining: 43199 minute(s) (30 day(s))"],
    ],
    [
      "additional grace",
      { grant },
      lease.expires,
      undefined,
      [
        "License Status: Additional grace period (KMS license expired or hardware out of tolerance)",
        "Time remaining: 43200 minute(s) (30 day(s))",
      ],
    ],
    [
      "non-genuine grace",
      { grant },
      NOW,
      "not-genuine",
      ["License Status: Non-genuine grace period.", "Time remaining: 43200 minute(s) (30 day(s))"],
    ],
    [
      "notification",
      {},
      NOW + 30 * DAY,
      undefined,
      ["License Status: Notification", "Notification Reason: 0xC004F009 (grace time expired)."],
    ],
    [
      "notification of a store that was changed",
      { grant },
      NOW + 30 * DAY,
      "not-genuine",
      ["License Status: Notification", "Notification Reason: 0x800B0109."],
    ],
  ])("%s", (_, stored, now, opened, expected) => {
    const lines = shortLines(describeClient(), describeProduct(stored, now, opened));
    const at = lines.findIndex((line) => line.startsWith("License Status"));
    expect(lines.slice(at, at + 2)).toEqual(expected);
  });
});

test("a product without a key is not in use", () => {
  const lines = detailed(describeClient(), describeProduct({ key: undefined }, NOW));
  expect(lines).toContain("This license is not in use.");
  expect(lines).toContain("License Status: Unlicensed");
  expect(lines.join("\n")).not.toMatch(
    /Partial Product Key|Product Key Channel|Configured Activation Type|Time remaining/,
  );
});

describe("the host's line", () => {
  const lineOf = (client: Partial<ClientDescription>, stored: Partial<ProductState>) =>
    detailed(describeClient(client), describeProduct({ grant, intervals, ...stored }, NOW))
      .slice(17)
      .map((line) => line.trim());
  const settings = { registeredHost: undefined, lookupDomain: undefined, hostCaching: true };

  test("names a registered host, and never the one from DNS beside it", () => {
    const lines = lineOf({ settings: { ...settings, registeredHost: registered } }, { host });
    expect(lines[0]).toBe("Registered KMS machine name: named.test:1700");
    expect(lines.join("\n")).not.toContain("from DNS");
  });

  test("says that DNS knows none, when the last host was a registered one", () => {
    expect(lineOf({ settings }, { host: { ...host, source: "registered" } })[0]).toBe(
      "DNS auto-discovery: KMS name not available",
    );
  });

  test("comes after the registered domain, and a registered host overrides that with a warning", () => {
    const lines = lineOf(
      { settings: { ...settings, lookupDomain: "lab.test", registeredHost: registered } },
      { host },
    );
    expect(lines.slice(0, 2)).toEqual([
      "Registered KMS SRV record lookup domain: lab.test",
      "Registered KMS machine name: named.test:1700",
    ]);
    expect(lines.at(-1)).toBe(
      "Warning: /skms setting overrides the /skms-domain setting. named.test:1700 will be used for activation.",
    );
    const all = detailed(
      describeClient({ settings: { ...settings, lookupDomain: "lab.test" } }),
      describeProduct({ grant, host, intervals }, NOW),
    );
    expect(all[17]).toBe("    Registered KMS SRV record lookup domain: lab.test");
    expect(all[18]).toBe("    KMS machine name from DNS: kms1.corp.test:1688");
  });

  test("is followed by what is not known", () => {
    expect(
      lineOf({ settings: { ...settings, hostCaching: false } }, { host: { ...host, address: undefined } }),
    ).toEqual([
      "KMS machine name from DNS: kms1.corp.test:1688",
      "KMS machine IP address: not available",
      `KMS machine extended PID: ${hostExtendedPid(license)}`,
      "Activation interval: 120 minutes",
      "Renewal interval: 10080 minutes",
      "KMS host caching is disabled",
    ]);
  });
});

test("the short form has no line that only the long form has", () => {
  const description = describeProduct({ grant, host, intervals }, NOW);
  const long = detailed(describeClient(), description);
  const short = shortLines(describeClient(), description);
  expect(long.filter((line) => short.includes(line))).toEqual(short);
  expect(short.join("\n")).not.toMatch(
    /Activation ID|Application ID|Extended PID: \d.*\nProduct|Installation ID|rearm|Trusted time|service version/,
  );
});

describe("the expiry", () => {
  test.each<[Partial<ProductState>, number, string]>([
    [{ grant }, NOW, `Volume activation will expire ${formatLocalDate(lease.expires)}`],
    [{}, NOW, `Initial grace period ends ${formatLocalDate(NOW + 30 * DAY)}`],
    [{ grant }, lease.expires, `Additional grace period ends ${formatLocalDate(lease.expires + 30 * DAY)}`],
    [{}, NOW + 30 * DAY, "Orchard is in Notification mode"],
    [{ key: undefined }, NOW, "Unlicensed"],
  ])("%#: %s", (stored, now, line) => {
    expect(expiryLines(describeProduct(stored, now))).toEqual(["Orchard Client:", `    ${line}`]);
  });
});

test.each([
  ["2026-11-22T09:58:33", "11/22/2026 9:58:33 AM"],
  ["2026-01-02T00:05:09", "1/2/2026 12:05:09 AM"],
  ["2026-01-02T12:00:00", "1/2/2026 12:00:00 PM"],
  ["2026-01-02T23:59:59", "1/2/2026 11:59:59 PM"],
])("the local time %s is printed as %s", (time, text) => {
  expect(formatLocalDate(new Date(time).getTime())).toBe(text);
});
