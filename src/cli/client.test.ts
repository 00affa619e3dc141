import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { signDocuments } from "../../test/documents.ts";
import {
  type FakeHost,
  type FakeHostOptions,
  makeCurrentDocuments,
  startFakeHost,
} from "../../test/fake-host.ts";
import { makeFolder } from "../../test/folders.ts";

const MUSTER = join(import.meta.dir, "main.ts");
const documents = makeCurrentDocuments(Date.now());
const { client: product } = documents;
const KEY = product.setupKeys[0] ?? "";
/** Each test runs several processes, on a machine that others may keep busy. */
const LIMIT = 300_000;

const closing: (() => void)[] = [];
let work: string;
let data: string;

beforeEach(() => {
  work = makeFolder();
  data = join(work, "client");
  writeFileSync(join(work, "catalogue.jws"), signDocuments(documents).catalogue);
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function startHost(options: FakeHostOptions = {}): FakeHost {
  const host = startFakeHost(documents, options);
  closing.push(host.stop);
  return host;
}

/** Starts `muster` in the test's folder, which has no settings file and no environment of Muster's. */
function start(args: string[], env: Record<string, string> = {}) {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("MUSTER_")),
  );
  return Bun.spawn([process.execPath, MUSTER, ...args], {
    cwd: work,
    env: { ...clean, ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
}

async function muster(args: string[], env: Record<string, string> = {}) {
  const child = start(args, env);
  const [out, errors, exit] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out, errors, exit };
}

const run = (...args: string[]) => muster([...args, "--data", data]);

async function makeClient(host: FakeHost): Promise<void> {
  await run("ipk", KEY, "--catalogue", "catalogue.jws");
  await run("skms", `127.0.0.1:${host.port}`);
}

test(
  "from the setup key to a licensed product, as a customer would go",
  async () => {
    const host = startHost();
    const installed = await run("ipk", KEY, "--catalogue", "catalogue.jws");
    expect(installed).toMatchObject({ exit: 0, errors: "" });
    expect(installed.out).toContain(`ending in ${KEY.slice(-5)} successfully: Orchard Client`);

    const named = await run("skms", `127.0.0.1:${host.port}`);
    expect(named.out).toBe(
      `The host is now 127.0.0.1:${host.port}; DNS is no longer asked. Undo: muster ckms\n`,
    );

    expect((await run("dlv")).out).toContain("Please use muster ato");
    expect((await run("client", "status")).exit).toBe(1);

    const activated = await run("ato", "--machine-name", "pc-17.corp.example", "--fingerprint", "rack 4");
    expect(activated).toMatchObject({ exit: 0, errors: "" });
    expect(activated.out).toStartWith(
      `Activating Orchard Client (${product.id}) ...\nProduct activated successfully.\n`,
    );
    expect(host.requests[0]?.machine.name).toBe("pc-17.corp.example");

    const shown = await run("dlv");
    expect(shown.exit).toBe(0);
    expect(shown.out).toContain("License Status: Licensed\nVolume activation expiration: ");
    expect(shown.out).toContain(`    Registered KMS machine name: 127.0.0.1:${host.port}\n`);
    expect((await run("xpr")).out).toStartWith("Orchard Client:\n    Volume activation will expire ");
    expect((await run("dli", "--role", "client")).out).not.toContain("Activation ID");
    const status = await run("client", "status");
    expect(status.exit).toBe(0);
    expect(status.out).toMatch(
      /^Product +Status +Until +Host +Last attempt +Next attempt\nOrchard Client +Licensed /,
    );
  },
  LIMIT,
);

describe("ato that fails", () => {
  test(
    "names every host with its code, and ends with 1",
    async () => {
      const host = startHost({ refusal: "CLOCK_SKEW" });
      await makeClient(host);
      const { out, errors, exit } = await run("ato");
      expect(exit).toBe(1);
      expect(out).toBe(`Activating Orchard Client (${product.id}) ...\n`);
      expect(errors).toStartWith(
        `Error: 0xC004F074 No host activated this machine:\n    127.0.0.1:${host.port}  0xC004F06C  The host refuses with CLOCK_SKEW.\n`,
      );
    },
    LIMIT,
  );

  test(
    "for a count that is too small says how far it is",
    async () => {
      await makeClient(startHost({ count: 1 }));
      const { errors, exit } = await run("ato");
      expect(exit).toBe(1);
      expect(errors).toMatch(
        /^Error: 0xC004F038 127\.0\.0\.1:\d+ has counted 1 machine, this one included; Orchard Client needs 25\.\n/,
      );
    },
    LIMIT,
  );

  test(
    "prints one line of JSON with the same facts when asked",
    async () => {
      const host = startHost({ count: 3 });
      await makeClient(host);
      const { out, errors, exit } = await run("ato", "--json");
      expect(exit).toBe(1);
      expect(errors).toBe("");
      expect(out.trim()).not.toContain("\n");
      const { results } = JSON.parse(out) as { results: Record<string, unknown>[] };
      expect(results[0]).toMatchObject({ activated: false, code: "0xC004F038", count: 3, required: 25 });
      expect(String(results[0]?.nextAttempt)).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    },
    LIMIT,
  );
});

describe("dlv", () => {
  test(
    "shows all products of the catalogue, or one by its id",
    async () => {
      await makeClient(startHost());
      const all = await run("dlv", "all");
      expect(all.out.match(/^Name: .*$/gm)).toEqual(["Name: Orchard Client", "Name: Orchard Server"]);
      expect(all.out).toContain("This license is not in use.");
      expect((await run("dlv", documents.server.id.toUpperCase())).out).toContain("Name: Orchard Server");
      expect(await run("dlv", crypto.randomUUID())).toMatchObject({ exit: 2, out: "" });
    },
    LIMIT,
  );

  test(
    "as JSON says the same",
    async () => {
      const host = startHost();
      await makeClient(host);
      await run("ato");
      const { out } = await run("dlv", "--json");
      const { cmid, products } = JSON.parse(out) as { cmid: string; products: object[] };
      expect(cmid).toBe(host.requests[0]?.cmid ?? "");
      expect(products).toMatchObject([
        {
          product: product.id,
          licensed: true,
          statusName: "Licensed",
          host: { port: host.port, source: "registered" },
          activationInterval: 120,
        },
      ]);
    },
    LIMIT,
  );

  test(
    "of a damaged folder says so, and shows what was there before",
    async () => {
      await makeClient(startHost());
      writeFileSync(join(data, "license.json"), "{");
      const { out, errors, exit } = await run("dlv");
      expect(exit).toBe(0);
      expect(out).toContain("Name: Orchard Client");
      expect(errors).toContain("license.json");
    },
    LIMIT,
  );
});

describe("settings", () => {
  const settings = async () =>
    (JSON.parse((await run("client", "status", "--json")).out) as { settings: unknown }).settings;

  test(
    "are made and undone by the verbs of slmgr",
    async () => {
      await run("ipk", KEY, "--catalogue", "catalogue.jws");
      await run("skms", "[2001:db8::5]:1700");
      await run("skms-domain", "Lab.Example.");
      await run("ckhc");
      expect(await settings()).toEqual({
        registeredHost: { host: "2001:db8::5", port: 1700, secure: false },
        lookupDomain: "lab.example",
        hostCaching: false,
      });
      for (const verb of ["ckms", "ckms-domain", "skhc"])
        expect((await run(verb)).out).toContain("Undo: muster ");
      expect(await settings()).toEqual({ hostCaching: true });
    },
    LIMIT,
  );

  test(
    "that make no sense are refused with what to write, and change nothing",
    async () => {
      await run("ipk", KEY, "--catalogue", "catalogue.jws");
      const { exit, errors } = await run("skms", "kms one");
      expect(exit).toBe(2);
      expect(errors).toBe(
        "muster: 'kms one' names no host; write NAME, NAME:PORT or [IPV6]:PORT, such as kms.example.com:1688. (0x8007000D)\n",
      );
      expect(await settings()).toEqual({ hostCaching: true });
    },
    LIMIT,
  );

  test(
    "come from the environment and the file of the client's role, for verbs too",
    async () => {
      const env = { MUSTER_CLIENT_DATA: data };
      expect((await muster(["ipk", KEY, "--catalogue", "catalogue.jws"], env)).exit).toBe(0);
      writeFileSync(
        join(work, "muster.toml"),
        `[client]\ndata = ${JSON.stringify(data)}\nmachine-name = "pc-toml"\n`,
      );
      const host = startHost();
      expect((await muster(["skms", `127.0.0.1:${host.port}`])).exit).toBe(0);
      expect((await muster(["ato"])).exit).toBe(0);
      expect(host.requests[0]?.machine.name).toBe("pc-toml");
    },
    LIMIT,
  );
});

test(
  "keys are removed, forgotten and reset with words that say what that means",
  async () => {
    await makeClient(startHost());
    expect((await run("cpky")).out).toContain("activation goes on");
    const rearmed = await run("rearm");
    expect(rearmed.out).toContain("it can be done 999 more times");
    expect((await run("upk")).out).toContain("Uninstalled the product key of Orchard Client");
    expect(await run("ato")).toMatchObject({ exit: 1 });
    expect((await run("dlv")).errors).toBe(
      "muster: No product key is installed; install the setup key of the product: muster ipk KEY. (0xC004F014)\n",
    );
  },
  LIMIT,
);

describe("client run", () => {
  test(
    "--once makes what is due and ends with 0 when all is licensed",
    async () => {
      await makeClient(startHost());
      const first = await run("client", "run", "--once");
      expect(first.exit).toBe(0);
      expect(first.out).toMatch(
        / {2}Orchard Client {2}0x00000000 {2}127\.0\.0\.1:\d+ activated Orchard Client\.\n$/,
      );
      const second = await run("client", "run", "--once", "--json");
      expect(JSON.parse(second.out)).toMatchObject({ event: "waiting" });
      expect(second.exit).toBe(0);
    },
    LIMIT,
  );

  test(
    "--once ends with 1 when a product is not licensed",
    async () => {
      await makeClient(startHost({ count: 2 }));
      expect((await run("client", "run", "--once")).exit).toBe(1);
    },
    LIMIT,
  );

  test.each(["SIGTERM", "SIGINT"] as const)(
    "ends at once by %s, even while a host keeps silent",
    async (signal) => {
      const asked = Promise.withResolvers<void>();
      const silent = Bun.listen({
        hostname: "127.0.0.1",
        port: 0,
        socket: { open: () => asked.resolve(), data() {} },
      });
      closing.push(() => silent.stop(true));
      await run("ipk", KEY, "--catalogue", "catalogue.jws");
      await run("skms", `127.0.0.1:${silent.port}`);
      const child = start(["client", "run", "--timeout", "300", "--data", data]);
      await asked.promise;
      child.kill(signal);
      expect(await child.exited).toBe(0);
    },
    LIMIT,
  );

  test(
    "follows settings and keys that other commands change meanwhile",
    async () => {
      const host = startHost();
      const child = start(["client", "run", "--json", "--data", data]);
      closing.push(() => child.kill("SIGKILL"));
      const lines = linesOf(child.stdout);
      expect((await lines.next()).value).toMatchObject({ event: "trouble", name: "NOT_INITIALIZED" });
      await run("skms", `127.0.0.1:${host.port}`);
      await run("ipk", KEY, "--catalogue", "catalogue.jws");
      expect((await lines.next()).value).toMatchObject({ event: "attempt", activated: true });
      child.kill("SIGTERM");
      expect(await child.exited).toBe(0);
    },
    LIMIT,
  );
});

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<object> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      yield JSON.parse(text.slice(0, end)) as object;
      text = text.slice(end + 1);
    }
  }
}
