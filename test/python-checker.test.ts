import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hostLicenseClaims } from "../src/protocol/host-license.ts";
import { newId } from "../src/protocol/ids.ts";
import { leaseClaims } from "../src/protocol/lease.ts";
import { DAY } from "../src/protocol/time.ts";
import { readSteps } from "./console-blocks.ts";
import { makeDocuments, makeSigner, signDocuments } from "./documents.ts";
import { makeCurrentDocuments } from "./fake-host.ts";
import { makeFolder } from "./folders.ts";

const PAGE = fileURLToPath(new URL("../docs/isv.md", import.meta.url));
const now = Date.now();
const documents = makeCurrentDocuments(now);
const { client: product, hostKey, vendorKey, license } = documents;
const lease = {
  ...documents.lease,
  host: license.host,
  issued: now,
  notBefore: now,
  expires: now + 180 * DAY,
};
const signed = signDocuments({ ...documents, lease });

/** The program that docs/isv.md shows, run on a machine that stored this. */
async function check(grant: object | undefined): Promise<{ exit: number; out: string; err: string }> {
  const folder = makeFolder();
  const step = readSteps(readFileSync(PAGE, "utf8")).find(
    (each) => "path" in each && each.path.endsWith(".py"),
  );
  if (step === undefined || !("path" in step)) throw new Error("docs/isv.md shows no Python program.");
  const put = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const state = { version: 1, products: { [product.id]: grant === undefined ? {} : { grant } } };
  const files = [put("catalogue.jws", `${signed.catalogue}\n`), put("license.json", JSON.stringify(state))];
  const python = Bun.spawn(["/usr/bin/python3", put("check.py", step.text), ...files], {
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, exit] = await Promise.all([
    new Response(python.stdout).text(),
    new Response(python.stderr).text(),
    python.exited,
  ]);
  return { out, err, exit };
}

const grant = { lease: signed.lease, hostLicense: signed.license, cmid: lease.cmid };
const granted = (change: Partial<typeof lease>, signer = hostKey) => ({
  ...grant,
  lease: signer.sign("lease", leaseClaims({ ...lease, ...change })),
});

test("the Python program of docs/isv.md tells a lease, and where there is none", async () => {
  const leased = await check(grant);
  expect(leased).toMatchObject({ err: "", exit: 0 });
  expect(leased.out).toStartWith(`Orchard Client: leased by host ${license.host} until `);
  expect(leased.out).toEndWith(", count 25\nOrchard Server: not activated\n");
  expect((await check(undefined)).out).toBe("Orchard Client: not activated\nOrchard Server: not activated\n");
});

const stranger = makeDocuments();
const expired = { ...license, issued: now - 400 * DAY, notBefore: now - 400 * DAY, expires: now - 35 * DAY };
const hostLicense = vendorKey.sign("host-licence", hostLicenseClaims(expired));

test("it takes a lease that was granted while its host's licence was valid, though that has ended since", async () => {
  expect(await check({ ...granted({ issued: now - 40 * DAY }), hostLicense })).toMatchObject({ exit: 0 });
});

test.each<[what: string, grant: object]>([
  ["that was changed", { ...grant, lease: `${signed.lease.slice(0, -8)}AAAAAAAA` }],
  ["of a host that no licence names", granted({}, makeSigner())],
  ["of another vendor's host", { ...grant, hostLicense: signDocuments(stranger).license }],
  ["that has ended", granted({ expires: now - DAY })],
  ["for another product", granted({ product: newId() })],
  ["for another machine", granted({ cmid: newId() })],
  ["of another host", granted({ host: newId() })],
  [
    "that was granted when its host had no valid licence",
    { ...granted({ issued: now - 10 * DAY }), hostLicense },
  ],
  ["that is a host licence", { ...grant, lease: signed.license }],
])("it refuses a lease %s", async (_, stored) => {
  const { exit, out } = await check(stored);
  expect({ exit, out }).toEqual({ exit: 1, out: "" });
});
