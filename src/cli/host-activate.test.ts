import { beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../test/folders.ts";
import { musterIn, type RunOptions, startVendorProcess } from "../../test/vendor-process.ts";
import { createVendor } from "../vendor/create.ts";

/** Each test runs several processes, on a machine that others may keep busy. */
const LIMIT = 300_000;

let work: string;
let key: string;

/** A vendor with one product in `vendor`, and a host of it in `host` that has no licence yet. */
beforeEach(async () => {
  work = makeFolder();
  const now = Date.now();
  const vendor = createVendor(join(work, "vendor"), "Contoso", now);
  vendor.addProduct({ name: "Desktop", application: "Suite" }, now);
  key = vendor.hostKey({ application: "Suite", customer: "Fabrikam" }, now).text;
  vendor.close();
  await muster("host", "init", "--catalogue", "vendor/catalogue.jws", "--name", "kms01", "--data", "host");
});

const muster = (...args: string[]) => musterIn(args, { cwd: work });
const activate = (args: readonly string[], options: Partial<RunOptions> = {}) =>
  musterIn(["host", "activate", ...args, "--data", "host"], { cwd: work, ...options });
const isLicensed = () => existsSync(join(work, "host/host-licence.jws"));
const LICENSED = /^The host is activated until \d{4}-\d\d-\d\d, for 1 product\(s\)\.\n$/;

describe("online", () => {
  test(
    "a host key becomes a host licence in one command",
    async () => {
      const { url } = await startVendorProcess(join(work, "vendor"));
      expect(await activate([key, "--online", url])).toEqual({
        out: expect.stringMatching(LICENSED),
        err: "",
        exit: 0,
      });
      expect((await muster("dlv", "--data", "host")).out).toContain(
        `Partial Product Key: ${key.slice(-5)}\nLicense Status: Licensed\n`,
      );
    },
    LIMIT,
  );

  test(
    "the vendor's address may stand in environment or file, and a renewal types no key",
    async () => {
      const { url } = await startVendorProcess(join(work, "vendor"));
      const env = { MUSTER_VENDOR: url };
      expect((await activate([key, "--online"], { env })).exit).toBe(0);
      await Bun.write(join(work, "muster.toml"), `[host]\nvendor = "${url}"\n`);
      const renewed = await activate(["--renew", "--online", "--json"]);
      expect(JSON.parse(renewed.out)).toMatchObject({ expires: expect.stringMatching(/T.*Z$/) });
      const { out } = await muster("vendor", "ledger", "--data", "vendor");
      expect(out).toContain("activation 1 of 10, host 1 of 6");
      expect(out).not.toContain("activation 2 of 10");
    },
    LIMIT,
  );

  test(
    "what the vendor refuses is told in its words, and ends with 1 or 2",
    async () => {
      const { url } = await startVendorProcess(join(work, "vendor"));
      await muster("vendor", "revoke", key, "--data", "vendor");
      expect(await activate([key, "--online", url])).toEqual({
        out: "",
        err: `muster: The host key ending in ${key.slice(-5)} is blocked by the vendor; use another one. (0xC004F051)\n`,
        exit: 1,
      });
      expect(await activate(["BBBBB-BBBBB-BBBBB-BBBBB-BBBBB", "--online", url])).toMatchObject({ exit: 2 });
      expect(isLicensed()).toBe(false);
    },
    LIMIT,
  );

  test(
    "a vendor that cannot be reached is named, with what to do",
    async () => {
      const nowhere = await activate([key, "--online", "http://127.0.0.1:1"]);
      expect(nowhere).toMatchObject({ out: "", exit: 1 });
      expect(nowhere.err).toStartWith("muster: Nothing listens at 127.0.0.1:1, or at the proxy");
      expect(await activate([key, "--online"])).toEqual({
        out: "",
        err: "muster: Name the vendor's activation server: --vendor URL, or the setting MUSTER_VENDOR. (0x8007000D)\n",
        exit: 2,
      });
    },
    LIMIT,
  );
});

describe("by phone", () => {
  test(
    "the digits are read there and typed back",
    async () => {
      const told = await activate([key, "--by-phone"]);
      expect(told).toMatchObject({ err: "", exit: 0 });
      const groups = told.out.match(/\b\d{7}\b/g) ?? [];
      expect(groups).toHaveLength(22);
      const shown = await muster("dlv", "--data", "host");
      expect(shown.out).toContain(`\nInstallation ID: ${groups.join("-")}\n`);
      const back = await muster("vendor", "confirm", ...groups, "--data", "vendor");
      const digits = back.out.slice(back.out.indexOf("Confirmation id")).match(/\b\d{7}\b/g) ?? [];
      const typed = await activate(["--confirmation", ...digits]);
      expect(typed).toEqual({ out: expect.stringMatching(LICENSED), err: "", exit: 0 });
    },
    LIMIT,
  );

  test(
    "the digits may come by standard input, and one that is wrong is named",
    async () => {
      const { installationId } = JSON.parse((await activate([key, "--by-phone", "--json"])).out);
      const back = await muster("vendor", "confirm", installationId, "--json", "--data", "vendor");
      const { confirmationId } = JSON.parse(back.out) as { confirmationId: string };
      const wrong = confirmationId.replace(/\d(?=-)/, (digit) => String((Number(digit) + 1) % 10));
      expect(await activate(["--confirmation"], { input: wrong })).toMatchObject({
        err: expect.stringContaining("Group 1 of the confirmation id"),
        exit: 2,
      });
      expect(isLicensed()).toBe(false);
      const lines = confirmationId.replaceAll("-", "\n");
      expect(await activate(["--confirmation"], { input: lines })).toMatchObject({ err: "", exit: 0 });
    },
    LIMIT,
  );
});

describe("by file", () => {
  test(
    "request and licence travel, a renewal types no key, and the request is for nobody else's eyes",
    async () => {
      expect(await activate([key, "-o", "first.jws"])).toMatchObject({ err: "", exit: 0 });
      expect(statSync(join(work, "first.jws")).mode & 0o777).toBe(0o600);
      await muster("vendor", "approve", "first.jws", "-o", "first.licence", "--data", "vendor");
      expect((await activate(["--license", "first.licence"])).out).toMatch(LICENSED);
      expect(await activate(["--renew", "-o", "second.jws", "--json"])).toMatchObject({ err: "", exit: 0 });
      const approved = await muster("vendor", "approve", "second.jws", "--data", "vendor");
      expect(approved.err).toContain("no activation used");
      const taken = await activate(["--license", "-"], { input: approved.out });
      expect(taken.out).toMatch(LICENSED);
    },
    LIMIT,
  );

  test(
    "a place that cannot be written is told, and no key is lost",
    async () => {
      const { err, exit } = await activate([key, "-o", "nowhere/first.jws"]);
      expect({ err, exit }).toMatchObject({ exit: 1, err: expect.stringContaining("cannot be written") });
      expect(readFileSync(join(work, "host/host-keys.txt"), "utf8")).toBe(`${key}\n`);
    },
    LIMIT,
  );
});

test.each([
  [[], "Give the host key (or --renew)"],
  [["KEY", "--renew"], "not both"],
  [["KEY", "--online", "--by-phone"], "--online and --by-phone are different ways"],
  [["KEY", "-o", "x", "--license", "y"], "-o and --license are different ways"],
  [["--renew", "--license", "y"], "leave it out to take one in"],
  [["--renew"], "does not keep its host key"],
  [["--confirmation", "1234567"], "no host key yet"],
  [["--license", "nowhere.jws"], "nowhere.jws cannot be read"],
])(
  "%p is refused with what to do instead",
  async (args, words) => {
    const { out, err, exit } = await activate(args);
    expect({ out, exit }).toEqual({ out: "", exit: 2 });
    expect(err).toContain(words);
  },
  LIMIT,
);

test(
  "the help says what it changes and how to undo it",
  async () => {
    const { out, exit } = await activate(["--help"]);
    expect(exit).toBe(0);
    expect(out).toContain("Changes: the host licence in the host's folder, and host-keys.txt");
    expect(out).toContain("\nUndo: an activation cannot be given back.");
  },
  LIMIT,
);
