import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import encodeQR from "qr";
import { openCatalogue } from "../protocol/catalogue.ts";
import { licenseOfConfirmation } from "../protocol/confirmation-id.ts";
import { openHostLicense } from "../protocol/host-license.ts";
import { installationIdOf } from "../protocol/installation-id.ts";
import { verifyVendorLease } from "../protocol/vendor-lease.ts";
import { hostForTests } from "../vendor/host-for-tests.ts";

const MAIN = join(import.meta.dir, "main.ts");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-cli-vendor-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Runs `muster vendor …` as a process of its own. */
async function muster(...args: string[]): Promise<{ exit: number; out: string; err: string }> {
  const child = Bun.spawn([process.execPath, MAIN, "vendor", ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", MUSTER_DATA: join(folder, "vendor") },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, exit] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exit, out, err };
}

/** Runs it with `--json`, expects that it goes well, and gives what it printed: one line of JSON. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is what the test is about.
async function json(...args: string[]): Promise<any> {
  const { exit, out, err } = await muster(...args, "--json");
  expect(err).toBe("");
  expect(exit).toBe(0);
  expect(out.split("\n")).toHaveLength(2);
  return JSON.parse(out);
}

async function withHostKey(...options: string[]): Promise<string> {
  await json("init", "--name", "Contoso");
  await json("product", "Client", "--application", "Studio");
  return (await json("host-key", "--application", "Studio", "--customer", "Fabrikam", ...options)).hostKey;
}

function writeRequest(name: string, key: string): string {
  const path = join(folder, name);
  writeFileSync(path, hostForTests().request(key, Date.now(), name));
  return path;
}

test("a vendor makes products and keys, approves a host, and finds all of it in the ledger", async () => {
  const { vendor, catalogue } = await json("init", "--name", "Contoso");
  const client = await json("product", "Client", "--application", "Studio");
  const server = await json(
    "product",
    "Server",
    "--application",
    "Studio",
    "--required",
    "5",
    "--lease-days",
    "90",
  );
  expect(server).toMatchObject({
    number: 2,
    application: client.application,
    policy: { required: 5, lease: 129600 },
  });
  const { setupKey } = await json("setup-key", "Client");
  const { hostKey } = await json(
    "host-key",
    "--product",
    "Client",
    "Server",
    "--customer",
    "Fabrikam",
    "--seats",
    "50",
  );

  const request = writeRequest("kms01", hostKey);
  const { exit, out } = await muster("approve", request, "-o", "kms01.licence");
  expect({ exit, out }).toMatchObject({ exit: 0, out: expect.stringMatching(/Hosts used +1 of 6\n/) });
  const shipped = await openCatalogue(readFileSync(catalogue, "utf8"));
  expect(shipped.vendor.id).toBe(vendor);
  expect(shipped.products.map(({ setupKeys }) => setupKeys)).toEqual([[setupKey], []]);
  const license = await openHostLicense(readFileSync(join(folder, "kms01.licence"), "utf8"), shipped.vendor);
  expect(license).toMatchObject({ products: [client.id, server.id], seats: 50, overage: "allow" });

  const { entries } = await json("ledger", "--customer", "Fabrikam");
  expect(entries.map(({ action }: { action: string }) => action)).toEqual(["host-key", "host-license"]);
  const table = await muster("ledger");
  expect(table.out.split("\n")[0]).toMatch(/^Time +Entry +Customer +Key +What$/);
  expect(table.out).toMatch(/host licence +Fabrikam +\S{5} +kms01: activation 1 of 10, host 1 of 6; until /);
}, 300_000);

test("a product is changed by what the options name", async () => {
  await json("init", "--name", "Contoso");
  const { id, policy } = await json("product", "Client", "--application", "Studio", "--count-days", "60");
  await json("product", "Client", "--change", "--required", "10");
  await json("product", id, "--change", "--rename", "Studio Client");
  const { products } = await json("product");
  expect(products).toMatchObject([
    { id, name: "Studio Client", policy: { ...policy, required: 10, countWindow: 86400 } },
  ]);
  expect((await muster("product")).out).toMatch(/^Product +Application +Required/);
}, 300_000);

test("secret keys are shown whole only when asked for", async () => {
  const key = await withHostKey();
  const short = await muster("ledger");
  expect(short.out).toContain(key.slice(-5));
  expect(short.out + JSON.stringify(await json("ledger"))).not.toContain(key);
  expect((await muster("ledger", "--show-keys", "--key", key.slice(-5))).out).toContain(key);
}, 300_000);

test("the licence goes to standard output where no file is named, alone, so that it can be piped", async () => {
  const request = writeRequest("kms01", await withHostKey());
  const first = await muster("approve", request);
  expect(first.out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  expect(first.err).toMatch(/^Host +kms01 /);
  const again = await json("approve", request);
  expect(again).toMatchObject({ kind: "repeat", license: first.out.trim(), hosts: { used: 1, of: 6 } });
}, 300_000);

test("the licence is a QR code too, for a site that takes in no files", async () => {
  const request = writeRequest("kms01", await withHostKey());
  const { exit, out } = await muster("approve", request, "-o", "kms01.licence", "--qr", "kms01.svg");
  expect({ exit, out }).toMatchObject({ exit: 0, out: expect.stringMatching(/QR code +kms01\.svg\n/) });
  const licence = readFileSync(join(folder, "kms01.licence"), "utf8").trim();
  const drawn = encodeQR(licence, "svg", { ecc: "low", border: 4 });
  expect(readFileSync(join(folder, "kms01.svg"), "utf8")).toBe(drawn);
}, 300_000);

test("a licence file that cannot be written costs nothing: the same request gives it again", async () => {
  const request = writeRequest("kms01", await withHostKey());
  const failed = await muster("approve", request, "-o", "nowhere/kms01.licence");
  expect(failed.err).toMatch(/^muster: .*nowhere\/kms01\.licence cannot be written \(ENOENT\)/);
  expect(failed.exit).not.toBe(0);
  const { kind, activations } = await json("approve", request, "-o", "kms01.licence");
  expect({ kind, activations }).toEqual({ kind: "repeat", activations: { used: 1, of: 10 } });
}, 300_000);

test("of eight hosts approved at once by as many processes, six get a licence", async () => {
  const key = await withHostKey();
  const names = Array.from({ length: 8 }, (_, at) => `kms0${at}`);
  const results = await Promise.all(
    names.map((name) => muster("approve", writeRequest(name, key), "-o", `${name}.licence`)),
  );
  expect(results.map(({ exit }) => exit).sort()).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
  expect(
    results.filter(({ err }) => err.endsWith("use one of these hosts or another key. (0xC004C008)\n")),
  ).toHaveLength(2);
  expect(names.filter((name) => existsSync(join(folder, `${name}.licence`)))).toHaveLength(6);
}, 300_000);

describe("what cannot be done is refused in one sentence, with exit code 2:", () => {
  const cases: [args: string[], says: RegExp][] = [
    [["init", "--name", "Fabrikam"], /holds a vendor already; to make another one/],
    [["init"], /required option '--name <name>' is not given/],
    [["product", "Server"], /belongs to an application; name it with --application/],
    [["product", "Client", "--application", "Studio"], /has a product Client already/],
    [["product", "Client", "--change", "--application", "Other"], /stays in its application/],
    [["product", "Cloud", "--application", "Studio", "--rename", "X"], /--rename goes with --change/],
    [
      ["product", "Cloud", "--application", "Studio", "--lease-days", "0"],
      /must be a whole number from 1 to 3650/,
    ],
    [
      ["product", "X", "--application", "W", "--application-id", "0ff1ce15-a989-479d-af46-f275c6370663"],
      /belongs to Microsoft/,
    ],
    [["setup-key", "Cloud"], /There is no product Cloud/],
    [["host-key"], /give --product or --application/],
    [["host-key", "--application", "Studio", "--overage", "sometimes"], /Allowed choices are allow, deny/],
    [["approve", "missing.request"], /missing\.request cannot be read \(ENOENT\)/],
    [["approve", "main.request"], /it is not a complete signed document/],
    [["mak", "Client"], /required option '--activations <count>' is not given/],
    [["mak", "Client", "--activations", "0"], /must be a whole number from 1 to 1000000/],
    [["approve", "cut.request"], /cut\.request is not a whole MAK request/],
    [["confirm", "123"], /Group 1 of the installation id \(123\) is wrong/],
    [["revoke", "BBBBB"], /The ledger has no key BBBBB/],
    [["serve", "--tls-cert", "cert.pem"], /give both --tls-cert and --tls-key/],
    [["serve", "--address", "192.0.2.1"], /has no address 192\.0\.2\.1/],
    [["ledger", "--since", "yesterday"], /must be like 12h, 7d/],
    [["ledger", "--key", "AEIOU"], /'A' does not occur in keys/],
    [["ledger", "--data", "elsewhere"], /There is no vendor in elsewhere/],
    [["mend"], /unknown command 'mend'/],
  ];
  test("every one of these", async () => {
    await withHostKey();
    writeFileSync(join(folder, "main.request"), "not a request");
    writeFileSync(join(folder, "cut.request"), '{"version":1,');
    const results = await Promise.all(cases.map(([args]) => muster(...args)));
    for (const [at, { exit, out, err }] of results.entries()) {
      const [args, says] = cases[at] ?? [];
      expect({ args, exit, out }).toEqual({ args, exit: 2, out: "" });
      expect(err).toMatch(says ?? /^$/);
      expect(err).toMatch(/^muster: [^\n]+\n$/);
    }
  }, 300_000);
});

test("a MAK activates a machine by file, and the same machine again for nothing", async () => {
  await withHostKey();
  const { mak, product } = await json("mak", "Client", "--activations", "1", "--customer", "Fabrikam");
  const request = (cmid: string) => {
    const machine = { name: "pc-17", fingerprint: "ab".repeat(32) };
    const value = {
      version: 1,
      key: mak,
      product,
      cmid,
      machine,
      time: "2026-11-22T06:44:00Z",
      nonce: "A".repeat(22),
    };
    writeFileSync(join(folder, "pc-17.request"), JSON.stringify(value));
  };
  const cmid = "11111111-2222-4333-8444-555555555555";
  request(cmid);
  const first = await muster("approve", "pc-17.request");
  expect(first.err).toMatch(/^Machine +pc-17 /);
  const catalogue = await openCatalogue(readFileSync(join(folder, "vendor", "catalogue.jws"), "utf8"));
  await verifyVendorLease(first.out.trim(), { cmid, product, fingerprint: "ab".repeat(32) }, catalogue);
  expect(await json("approve", "pc-17.request")).toMatchObject({
    kind: "repeat",
    activations: { used: 1, of: 1 },
  });
  request("11111111-2222-4333-8444-666666666666");
  const second = await muster("approve", "pc-17.request");
  expect(second).toMatchObject({
    exit: 1,
    out: "",
    err: expect.stringContaining("has activated 1 machines"),
  });
  expect((await muster("ledger")).out).toMatch(/MAK lease +Fabrikam +\S{5} +pc-17: activation 1 of 1 /);
}, 300_000);

test("a revoked key is refused from then on, until that is undone", async () => {
  const key = await withHostKey();
  const request = writeRequest("kms01", key);
  expect((await muster("revoke", key.slice(-5))).out).toMatch(
    /^The host key ending in \S{5} is blocked since 2\S+Z\.\n$/,
  );
  expect(await muster("approve", request)).toMatchObject({
    exit: 1,
    err: `muster: The host key ending in ${key.slice(-5)} is blocked by the vendor; use another one. (0xC004F051)\n`,
  });
  expect(await json("revoke", key, "--undo")).toEqual({
    key: key.slice(-5),
    kind: "host",
    customer: "Fabrikam",
  });
  expect((await muster("approve", request)).exit).toBe(0);
}, 300_000);

test("a host is activated over the phone by the digits it shows", async () => {
  const key = await withHostKey("--seats", "50");
  const { id: host, publicKey: hostKey } = hostForTests();
  const asker = { host, hostKey, key };
  const groups = (await installationIdOf(asker)).split("-");
  const { out } = await muster("confirm", ...groups, "--name", "kms01");
  expect(out).toMatch(/^Host +kms01 /);
  const spoken =
    out
      .slice(out.indexOf("Confirmation id"))
      .match(/\b\d{7}\b/g)
      ?.join(" ") ?? "";
  const catalogue = await openCatalogue(readFileSync(join(folder, "vendor", "catalogue.jws"), "utf8"));
  const token = await licenseOfConfirmation(spoken, asker, catalogue);
  expect(await openHostLicense(token, catalogue.vendor)).toMatchObject({ host, seats: 50 });
  expect(await json("confirm", groups.join("-"))).toMatchObject({ kind: "repeat", license: token });
  const misread = await muster("confirm", ...groups.with(4, "1234567"));
  expect(misread).toMatchObject({
    exit: 2,
    err: expect.stringMatching(/^muster: Group 5 of the installation id /),
  });
}, 300_000);

test("a vendor serves until it is told to stop, beside the other verbs", async () => {
  const key = await withHostKey();
  const child = Bun.spawn([process.execPath, MAIN, "vendor", "serve", "--json"], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", MUSTER_DATA: join(folder, "vendor") },
    stdout: "pipe",
    stderr: "inherit",
  });
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const ready = JSON.parse((await lines.read()).value ?? "");
  expect(ready).toEqual({ ready: true, url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) });
  const host = hostForTests();
  const response = await fetch(`${ready.url}/v1/hosts`, {
    method: "POST",
    body: host.request(key, Date.now()),
  });
  expect(await response.json()).toEqual({ license: expect.any(String) });
  expect(JSON.parse((await lines.read()).value ?? "")).toMatchObject({ path: "/v1/hosts", status: 200 });
  expect(await json("approve", writeRequest("kms02", key))).toMatchObject({ hosts: { used: 2, of: 6 } });
  child.kill("SIGTERM");
  expect(await child.exited).toBe(0);
}, 300_000);

test("each verb says in its help what it changes", async () => {
  const verbs = (await muster("--help")).out
    .match(/^ {2}(\S+) \[options\]/gm)
    ?.map((line) => line.trim().split(" ")[0] ?? "");
  expect(verbs).toEqual([
    ...["init", "product", "setup-key", "host-key", "mak"],
    ...["approve", "confirm", "serve", "revoke", "ledger"],
  ]);
  const helps = await Promise.all((verbs ?? []).map((verb) => muster(verb, "--help")));
  for (const { exit, out } of helps) {
    expect(exit).toBe(0);
    expect(out).toMatch(/\nChanges: \S/);
    expect(out).toContain("--json");
    expect(out).toContain("--data <dir>");
  }
}, 300_000);

test("the private key and the ledger are files of mode 0600 in a folder of mode 0700", async () => {
  await json("init", "--name", "Contoso");
  const mode = (name: string) => (statSync(join(folder, "vendor", name)).mode & 0o777).toString(8);
  expect([mode("."), mode("vendor.key"), mode("ledger.sqlite")]).toEqual(["700", "600", "600"]);
});
