import { beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import { makeFolder } from "./folders.ts";
import { muster, startHostProcess } from "./muster.ts";

/** The test runs several processes, on a machine that others may keep busy. */
const LIMIT = 120_000;
let folder: string;

beforeEach(() => {
  folder = makeFolder();
});

// biome-ignore lint/suspicious/noExplicitAny: the shapes are what the tests are about.
async function json(...args: string[]): Promise<any> {
  const { exit, out, err } = await muster(...args, "--json");
  expect({ args, exit, err }).toMatchObject({ args, exit: 0 });
  return JSON.parse(out);
}

test(
  "a product of the RETAIL channel gets no host key, and hosts refuse it by name of its channel",
  async () => {
    const vendor = ["--data", join(folder, "vendor")];
    const host = ["--data", join(folder, "host")];
    const client = ["--data", join(folder, "client")];
    const { catalogue } = await json("vendor", "init", "--name", "Contoso", ...vendor);
    const add = (name: string, ...options: string[]) =>
      json("vendor", "product", name, "--application", "Studio", "--required", "1", ...options, ...vendor);
    expect((await add("Home", "--channel", "retail")).channel).toBe("RETAIL");
    expect(await muster("vendor", "host-key", "--application", "Studio", ...vendor)).toMatchObject({
      exit: 2,
      err: expect.stringMatching(/^muster: Home is of the RETAIL channel, which hosts do not activate; /),
    });
    const { id: volume, channel } = await add("Pro");
    expect(channel).toBe("VOLUME_KMSCLIENT");
    const named = await muster("vendor", "host-key", "--product", "Pro", "Home", ...vendor);
    expect([named.exit, named.err.includes("Home is of the RETAIL channel")]).toEqual([2, true]);
    const { hostKey, products } = await json("vendor", "host-key", "--application", "Studio", ...vendor);
    expect(products).toEqual([volume]);
    expect((await muster("vendor", "product", ...vendor)).out).toMatch(
      /Home .* RETAIL .*\n.*Pro .* VOLUME_KMSCLIENT /,
    );
    const { setupKey } = await json("vendor", "setup-key", "Home", ...vendor);

    await json("host", "init", "--catalogue", catalogue, "--name", "kms01", ...host);
    const [request, license] = [join(folder, "request.jws"), join(folder, "license.jws")];
    await json("host", "activate", hostKey, "-o", request, ...host);
    await json("vendor", "approve", request, "-o", license, ...vendor);
    await json("host", "activate", "--license", license, ...host);
    const { url } = await startHostProcess(join(folder, "host"), "--port", "0", "--no-dns");

    await json("ipk", setupKey, "--catalogue", catalogue, ...client);
    await json("skms", new URL(url).host, ...client);
    const { exit, err } = await muster("ato", ...client);
    expect(exit).toBe(1);
    expect(err).toContain("0xC004F042  Home is of the RETAIL channel, which no host activates;");
    const shown = (await muster("dlv", ...client)).out;
    expect(shown).toContain("Description: Studio, RETAIL channel\n");
    expect(shown).toContain("Product Key Channel: Retail\n");
  },
  LIMIT,
);

test(
  "a product that becomes RETAIL leaves the host keys it was in, and comes back",
  async () => {
    const vendor = ["--data", join(folder, "vendor")];
    await json("vendor", "init", "--name", "Contoso", ...vendor);
    for (const name of ["Home", "Pro"])
      await json("vendor", "product", name, "--application", "Studio", ...vendor);
    const change = (channel: string) =>
      json("vendor", "product", "Home", "--change", "--channel", channel, ...vendor);
    const keys = () => json("vendor", "host-key", "--application", "Studio", ...vendor);
    expect((await keys()).products).toHaveLength(2);
    expect((await change("retail")).channel).toBe("RETAIL");
    expect((await keys()).products).toHaveLength(1);
    expect((await change("volume")).channel).toBe("VOLUME_KMSCLIENT");
    expect((await keys()).products).toHaveLength(2);
    expect(
      await muster("vendor", "product", "Home", "--change", "--channel", "oem", ...vendor),
    ).toMatchObject({
      exit: 2,
      err: expect.stringContaining("Allowed choices are volume, retail"),
    });
  },
  LIMIT,
);
