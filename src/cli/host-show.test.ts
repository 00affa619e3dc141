import { beforeEach, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { version } from "../../package.json";
import { makeFolder } from "../../test/folders.ts";
import { muster, startHostProcess } from "../../test/muster.ts";
import { makeRequest } from "../../test/requests.ts";
import { post } from "../../test/system.ts";
import { type Deployment, deploy } from "../fleet/deployment.ts";

/** Each test runs several processes, on a machine that others may keep busy. */
const LIMIT = 300_000;
let deployment: Deployment;
let data: string[];

beforeEach(async () => {
  deployment = await deploy(makeFolder(), { hostName: "kms01", now: Date.now() });
  data = ["--data", deployment.hostFolder];
});

const show = async (...args: string[]) => {
  const { exit, out, err } = await muster(...args, ...data);
  expect({ args, exit, err }).toEqual({ args, exit: 0, err: "" });
  return out;
};

test(
  "dlv shows a running host with its true port and count: the version, an empty line, the host",
  async () => {
    const { url } = await startHostProcess(deployment.hostFolder, "--port", "0", "--no-dns");
    const [product] = deployment.products;
    if (product === undefined) throw new Error("a deployment has products");
    for (let machine = 0; machine < 3; machine++) await post(url, makeRequest(product, { now: Date.now() }));
    const lines = (await show("dlv")).split("\n");
    expect(lines.slice(0, 4)).toEqual([
      `Software licensing service version: ${version}`,
      "",
      "Name: Muster Demo, host",
      "Description: Muster Demo, VOLUME_KMS channel",
    ]);
    expect(lines).toContain("    Current count: 3");
    expect(lines).toContain(`    Listening on Port: ${new URL(url).port}`);
    // Its setting is on, and it was started without DNS.
    expect(lines).toContain("    DNS publishing disabled");
    expect(lines).toContain("    Total requests received: 3");
    expect(JSON.parse(await show("dlv", "--json"))).toMatchObject({
      role: "host",
      licenseStatus: "Licensed",
      port: Number(new URL(url).port),
      dnsPublishing: false,
      applications: [{ name: "Muster Demo", count: 3 }],
    });
  },
  LIMIT,
);

test(
  "dli and xpr show it in short, and what host verbs set is in the lines",
  async () => {
    await Promise.all([show("cdns"), show("cpri"), show("sprt", "1701")]);
    const [short, expiry] = await Promise.all([show("dli"), show("xpr")]);
    expect(short).toStartWith("Name: Muster Demo, host\n");
    expect(short).not.toContain("Activation ID");
    for (const line of ["Listening on Port: 1701", "DNS publishing disabled", "KMS priority: Low"])
      expect(short).toContain(`    ${line}\n`);
    expect(expiry).toMatch(/^Muster Demo:\n {4}Volume activation will expire \S.*\n$/);
  },
  LIMIT,
);

describe("a host that is not activated", () => {
  test(
    "says so in dlv, dli and xpr, and is no error",
    async () => {
      rmSync(join(deployment.hostFolder, "host-licence.jws"));
      const [long, short, expiry] = await Promise.all([show("dlv"), show("dli"), show("xpr")]);
      for (const out of [long, short])
        expect(out).toContain("This license is not in use.\nLicense Status: Unlicensed\n");
      expect(expiry).toBe("Muster Demo:\n    Unlicensed\n");
    },
    LIMIT,
  );
});

test(
  "one application is shown by its id, and an id that is none is refused",
  async () => {
    const { application = "" } = deployment.products[0] ?? {};
    const [named, all, wrong] = await Promise.all([
      show("dlv", application.toUpperCase()),
      show("dlv", "all"),
      muster("dlv", crypto.randomUUID(), ...data),
    ]);
    const undated = (text: string) => text.replace(/(Trusted time|expiration): .*/g, "");
    expect(undated(named)).toBe(undated(all));
    expect(wrong).toMatchObject({ exit: 2, out: "" });
    expect(wrong.err).toContain("This host has no application with the id");
  },
  LIMIT,
);
