import { beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../test/folders.ts";
import { musterIn, type RunOptions, startVendorProcess } from "../../test/vendor-process.ts";
import { createVendor } from "../vendor/create.ts";

/** Each test runs several processes, on a machine that others may keep busy. */
const LIMIT = 300_000;

let work: string;
let product: string;
let setupKey: string;
let mak: string;

/** A vendor with one product and a MAK of two activations, in `vendor`. */
beforeEach(() => {
  work = makeFolder();
  const now = Date.now();
  const vendor = createVendor(join(work, "vendor"), "Contoso", now);
  product = vendor.addProduct({ name: "Desktop", application: "Suite" }, now).id;
  setupKey = vendor.setupKey("Desktop", now).setupKeys[0] ?? "";
  mak = vendor.mak({ product: "Desktop", activations: 2 }, now).text;
  vendor.close();
});

const serve = (...args: string[]) => startVendorProcess(join(work, "vendor"), ...args);
const muster = (args: readonly string[], options: Partial<RunOptions> = {}) =>
  musterIn(args, { cwd: work, ...options });
/** A command of the machine of this name: its folder, and by its name its hardware. */
const on = (machine: string, ...args: string[]) =>
  muster([...args, "--data", machine], {
    env: { MUSTER_MACHINE_NAME: machine, MUSTER_FINGERPRINT: machine },
  });
const install = (machine: string, key = mak) =>
  on(machine, "ipk", key, "--catalogue", "vendor/catalogue.jws");
const statusOf = async (machine: string) => {
  const { out } = await on(machine, "client", "status", "--json");
  return (JSON.parse(out) as { products: object[] }).products[0];
};

describe("online", () => {
  test(
    "a MAK becomes a permanent activation, shown as slmgr shows it",
    async () => {
      const { url } = await serve();
      expect((await install("pc1")).out).toContain("Next: muster ato --vendor URL, or by file");
      const activated = await on("pc1", "ato", "--vendor", url);
      expect(activated).toEqual({
        out: `Activating Desktop (${product}) ...\nProduct activated successfully.\n    Contoso activated Desktop permanently by the MAK ending in ${mak.slice(-5)}, activation 1 of 2.\n`,
        err: "",
        exit: 0,
      });
      expect((await on("pc1", "xpr")).out).toBe("Desktop:\n    The machine is permanently activated.\n");
      const { out } = await on("pc1", "dlv");
      expect(out).toContain("Description: Suite, VOLUME_MAK channel\n");
      expect(out).toContain("License Status: Licensed\nRemaining App rearm count: 1000\n");
      expect(out).not.toMatch(/expiration|Client Machine ID|KMS/);
      const status = await on("pc1", "client", "status");
      expect(status).toMatchObject({ exit: 0, out: expect.stringMatching(/Licensed +permanently +vendor/) });
      expect(await statusOf("pc1")).toMatchObject({ keyKind: "mak", licensed: true, permanent: true });
      expect((await on("pc1", "events", "--id", "12412")).out).toContain(`0x00000000, ${url}, `);
    },
    LIMIT,
  );

  test(
    "the agent activates it too, and other hardware uses up another activation until there is none",
    async () => {
      const { url } = await serve();
      await install("pc1");
      const vendor = ["--vendor", url];
      expect((await on("pc1", "client", "run", "--once", ...vendor)).out).toContain("activation 1 of 2.");
      const as = (fingerprint: string, ...args: string[]) =>
        on("pc1", ...args, ...vendor, "--fingerprint", fingerprint);
      expect((await as("repaired", "client", "run", "--once")).exit).toBe(1);
      expect(await statusOf("pc1")).toMatchObject({ status: 3, reason: "0xC004F00F" });
      expect((await on("pc1", "client", "status")).out).toContain("activate again: muster ato. (0xC004F00F)");
      expect((await as("repaired", "ato")).out).toContain("activation 2 of 2.");
      expect((await as("repaired", "ato")).out).toContain("activation 2 of 2.");
      const limit = await as("repaired again", "ato");
      expect(limit).toMatchObject({
        exit: 1,
        err: `Error: 0xC004C008 The MAK ending in ${mak.slice(-5)} has activated 2 machines and may activate no other; use another MAK.\n`,
      });
      expect((await as("repaired", "ato")).exit).toBe(0);
      expect(await statusOf("pc1")).toMatchObject({ licensed: true });
    },
    LIMIT,
  );

  test(
    "without the vendor's address it says how to go on, and asks nobody",
    async () => {
      await install("pc1");
      expect(await on("pc1", "ato", "--json")).toEqual({
        out: "",
        err: "muster: A MAK is activated with the vendor; name the vendor's server (--vendor URL, or MUSTER_VENDOR), or go by file: muster ato --request FILE. (0x8007000D)\n",
        exit: 2,
      });
      expect(await on("pc1", "ato", "--vendor", "vendor.example")).toMatchObject({ exit: 2 });
      const clear = await on("pc1", "ato", "--vendor", "http://vendor.invalid");
      expect(clear.err).toStartWith("muster: http://vendor.invalid is not https, so the key can be read");
      expect(clear).toMatchObject({ exit: 1, err: expect.stringContaining("Error: 0x80072AF9 ") });
    },
    LIMIT,
  );

  test(
    "a setup key in its place makes a volume client, a MAK in the place of that an activated one again",
    async () => {
      const { url } = await serve();
      await install("pc1");
      await on("pc1", "ato", "--vendor", url);
      await install("pc1", setupKey);
      expect(await statusOf("pc1")).toMatchObject({ keyKind: "setup", status: 2, permanent: false });
      expect((await on("pc1", "dlv")).out).toContain("VOLUME_KMSCLIENT channel");
      await install("pc1");
      expect((await on("pc1", "ato", "--vendor", url)).out).toContain("activation 1 of 2.");
      expect((await on("pc1", "rearm")).out).toContain("A MAK is to be activated again");
    },
    LIMIT,
  );
});

describe("by file", () => {
  test(
    "the request goes out, the vendor approves it, and the answer activates this machine only",
    async () => {
      await install("pc1");
      await install("pc2");
      const asked = await on("pc1", "ato", "--request", "pc1.request");
      expect(asked).toMatchObject({ err: "", exit: 0, out: expect.stringContaining("--answer FILE") });
      expect(statSync(join(work, "pc1.request")).mode & 0o777).toBe(0o600);
      const approve = ["vendor", "approve", "pc1.request", "-o", "pc1.answer", "--data", "vendor"];
      expect((await muster(approve)).out).toContain("Activations used  1 of 2");
      const taken = await on("pc1", "ato", "--answer", "pc1.answer", "--json");
      expect(JSON.parse(taken.out)).toMatchObject({ results: [{ activated: true, vendor: "file" }] });
      expect(await statusOf("pc1")).toMatchObject({ licensed: true, permanent: true });
      expect((await muster(approve)).out).toContain("asked again, no activation used");
      const refused = await on("pc2", "ato", "--answer", "pc1.answer");
      expect(refused).toMatchObject({
        out: "",
        exit: 2,
        err: expect.stringContaining("make a request first"),
      });
    },
    LIMIT,
  );

  test(
    "what is no answer is refused, and nothing is lost",
    async () => {
      await install("pc1");
      await on("pc1", "ato", "--request", "pc1.request");
      const answers: [args: string[], words: string][] = [
        [["--answer", "nowhere"], "nowhere cannot be read"],
        [["--answer", "pc1.request"], "not a complete signed document"],
        [["--answer", "a", "--request", "b"], "give one of them"],
      ];
      for (const [args, words] of answers) {
        const { exit, err } = await on("pc1", "ato", ...args);
        expect({ args, exit, err: err.toLowerCase() }).toEqual({
          args,
          exit: 2,
          err: expect.stringContaining(words),
        });
      }
      expect(await statusOf("pc1")).toMatchObject({ status: 2, keyKind: "mak" });
    },
    LIMIT,
  );
});

describe("by proxy", () => {
  test(
    "one machine with internet activates many without: MAKs and a host, and tells which one failed",
    async () => {
      const { url } = await serve();
      const { hostKey } = JSON.parse(
        (await muster(["vendor", "host-key", "--application", "Suite", "--json", "--data", "vendor"])).out,
      ) as { hostKey: string };
      await muster([
        "host",
        "init",
        "--catalogue",
        "vendor/catalogue.jws",
        "--name",
        "kms01",
        "--data",
        "host",
      ]);
      await muster(["host", "activate", hostKey, "-o", "kms01.request", "--data", "host"]);
      for (const machine of ["pc1", "pc2", "pc3"]) {
        await install(machine);
        await on(machine, "ato", "--request", `${machine}.request`);
      }
      writeFileSync(join(work, "photo.jpg"), "\xff\xd8");
      mkdirSync(join(work, "answers"));
      const files = ["pc1.request", "pc2.request", "kms01.request", "pc3.request", "photo.jpg"];
      const { out, exit } = await muster(["client", "proxy", "--vendor", url, "-o", "answers", ...files]);
      expect(exit).toBe(1);
      const lines = out.split("\n").map((line) => line.replace(/ {2,}/g, "  "));
      expect(lines.slice(0, 4)).toEqual([
        "Request  Machine  Answer  Result",
        "pc1.request  pc1  answers/pc1.answer  activation 1 of 2",
        "pc2.request  pc2  answers/pc2.answer  activation 2 of 2",
        "kms01.request  host  answers/kms01.answer  activated",
      ]);
      expect(lines[4]).toMatch(/^pc3.request {2}none {2}The MAK ending in .*\(0xC004C008\)$/);
      expect(lines[5]).toMatch(/^photo.jpg {2}none {2}This host request .*\(0x80090006\)$/);
      expect((await on("pc2", "ato", "--answer", "answers/pc2.answer")).exit).toBe(0);
      const host = await muster(["host", "activate", "--license", "answers/kms01.answer", "--data", "host"]);
      expect(host).toMatchObject({ err: "", exit: 0 });
    },
    LIMIT,
  );

  test(
    "two requests of one name are refused before anything is used up",
    async () => {
      const { url } = await serve();
      const { err, exit } = await muster([
        "client",
        "proxy",
        "--vendor",
        url,
        "-o",
        ".",
        "a/x.request",
        "b/x.request",
      ]);
      expect({ err, exit }).toMatchObject({ exit: 2, err: expect.stringContaining("x.answer") });
    },
    LIMIT,
  );

  test(
    "a vendor that asks for patience gets it",
    async () => {
      const { url } = await serve("--per-minute", "60");
      const hasty = Array.from({ length: 60 }, () => fetch(url).then((response) => response.text()));
      await Promise.all(hasty);
      await install("pc1");
      await on("pc1", "ato", "--request", "pc1.request");
      const { out, exit } = await muster(["client", "proxy", "--vendor", url, "pc1.request", "--json"]);
      expect({ exit, results: JSON.parse(out).results }).toMatchObject({
        exit: 0,
        results: [{ request: "pc1.request", answer: "pc1.answer", activations: { used: 1, of: 2 } }],
      });
      expect(readFileSync(join(work, "pc1.answer"), "utf8")).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    },
    LIMIT,
  );
});

test.each([[["ato"]], [["client", "proxy"]]])(
  "the help of %p says what it changes and how to undo it",
  async (command) => {
    const { out, exit } = await muster([...command, "--help"]);
    expect(exit).toBe(0);
    expect(out).toMatch(/\nChanges: /);
    expect(out).toMatch(/\nUndo: /);
  },
  LIMIT,
);
