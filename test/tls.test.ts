import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { type ClientOptions, createClient } from "../src/client/index.ts";
import type { ProblemName } from "../src/protocol/problems.ts";
import type { CertificateFiles } from "../src/vendor/certificate.ts";
import { makeAuthority } from "./certificates.ts";
import { makeFolder } from "./folders.ts";
import { muster, startHostProcess, until } from "./muster.ts";
import { makeRequest } from "./requests.ts";
import { post, startSystem } from "./system.ts";

setDefaultTimeout(120_000);

const LOCALHOST = ["DNS:localhost", "IP:127.0.0.1"];

/** A host that serves HTTPS, and the authority that its clients are to trust. */
async function startSecureHost(options: { fronts?: number } = {}) {
  const folder = makeFolder();
  const authority = makeAuthority(folder);
  const certificate = authority.issue("host", LOCALHOST);
  const troubles: string[] = [];
  const onTrouble = (sentence: string) => void troubles.push(sentence);
  const system = await startSystem({ certificate, onTrouble, ...options });
  const [product] = system.deployment.products;
  if (!product) throw new Error("a deployment has products");
  return { ...system, product, folder, authority, certificate, troubles, port: system.host.listener.port };
}

/** A client of this deployment whose DNS names the host `localhost`. */
async function makeClient(
  {
    deployment,
    port,
  }: { deployment: { catalogue: string; products: readonly { setupKey: string }[] }; port: number },
  options: Partial<ClientOptions> = {},
) {
  const client = createClient({
    dir: makeFolder(),
    catalogue: deployment.catalogue,
    machine: { name: "pc-1", fingerprint: "pc-1" },
    suffixes: ["corp.test"],
    timeout: 60_000,
    dns: {
      srv: async () => [{ name: "localhost", port, priority: 0, weight: 0 }],
      addresses: async () => ["127.0.0.1"],
    },
    ...options,
  });
  await client.install(deployment.products[0]?.setupKey ?? "");
  return client;
}

/** What a client's attempt came to: the problem of the one host it tried, and its sentence. */
async function attempt(client: Awaited<ReturnType<typeof makeClient>>) {
  const { name, message, tries } = await client.activate();
  return { name: tries[0]?.name ?? name, reason: tries[0]?.reason ?? message };
}

/** The serial number of the certificate that a port shows. */
const shownBy = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on("error", reject);
  });

/** Puts another certificate into the place of one, as renewal programs do. */
function replace(old: CertificateFiles, renewed: CertificateFiles): void {
  copyFileSync(renewed.cert, old.cert);
  copyFileSync(renewed.key, old.key);
}

describe("a client of a host that serves HTTPS", () => {
  test("is counted when it was set with https:// and trusts the authority", async () => {
    const system = await startSecureHost();
    expect(system.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const client = await makeClient(system, { tls: { authorities: system.authority.pem } });
    for (const host of ["localhost", "127.0.0.1"]) {
      await client.configure({ registeredHost: { host, port: system.port, secure: true } });
      expect((await attempt(client)).name).toBe("COUNT_INSUFFICIENT");
    }
  });

  test("is counted when DNS names the host and it was told to speak TLS with every host", async () => {
    const system = await startSecureHost();
    const client = await makeClient(system, {
      tls: { isRequired: true, authorities: system.authority.pem },
    });
    expect((await attempt(client)).name).toBe("COUNT_INSUFFICIENT");
  });

  test("gets nothing in the clear", async () => {
    const system = await startSecureHost();
    expect((await attempt(await makeClient(system))).name).toBe("CONNECTION_LOST");
  });

  const tls = (authorities: string): Partial<ClientOptions> => ({ tls: { isRequired: true, authorities } });

  test("does not trust an authority that it does not know", async () => {
    const system = await startSecureHost();
    const other = makeAuthority(makeFolder(), "other");
    const told = await attempt(await makeClient(system, tls(other.pem)));
    expect(told.name).toBe("HOST_NOT_TRUSTED");
    expect(told.reason).toContain("authority that is not trusted here");
  });

  const wrong: [what: string, subjects: string[], dates: [string, string], sentence: string][] = [
    ["for another name", ["DNS:other.example"], ["2020", "2099"], "is for another name"],
    ["that has ended", LOCALHOST, ["2020", "2021"], "has ended"],
    ["that begins later", LOCALHOST, ["2098", "2099"], "is not valid yet"],
  ];
  test.each(wrong)("does not trust a certificate %s", async (_, subjects, [from, to], sentence) => {
    const { deployment } = await startSystem();
    const authority = makeAuthority(makeFolder());
    const dates = { from: `${from}0101000000Z`, to: `${to}0101000000Z` };
    const { cert, key } = authority.issue("host", subjects, dates);
    const pem = { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
    await using server = Bun.serve({ port: 0, hostname: "127.0.0.1", tls: pem, fetch: () => new Response() });
    const client = await makeClient({ deployment, port: server.port ?? 0 }, tls(authority.pem));
    const told = await attempt(client);
    expect([told.name, told.reason]).toEqual(["HOST_NOT_TRUSTED", expect.stringContaining(sentence)]);
  });

  test("is told of a host that does not speak TLS", async () => {
    const { deployment, host } = await startSystem();
    const client = await makeClient({ deployment, port: host.listener.port }, { tls: { isRequired: true } });
    const told = await attempt(client);
    expect([told.name as string, told.reason]).toEqual([
      "NOT_A_HOST" satisfies ProblemName,
      expect.stringContaining("does not speak TLS"),
    ]);
  });
});

describe("a renewed certificate", () => {
  test.each([0, 1, 2])("is shown without a restart (%d fronts)", async (fronts) => {
    const { port, url, authority, certificate, product } = await startSecureHost({ fronts });
    const before = await shownBy(port);
    replace(certificate, authority.issue("renewed", LOCALHOST));
    await until("every front shows it", async () => {
      const shown = await Promise.all(Array.from({ length: 16 }, () => shownBy(port).catch(() => before)));
      return !shown.includes(before);
    });
    const { status } = await post(url, makeRequest(product, { now: Date.now() }), { ca: authority.pem });
    expect(status).toBe(200);
  });

  test("that cannot be used is told of once, and the old one is shown", async () => {
    const { port, certificate, troubles } = await startSecureHost();
    const before = await shownBy(port);
    writeFileSync(certificate.cert, "to be continued");
    await until("the host tells of it", () => troubles.length > 0);
    await Bun.sleep(2500);
    expect(troubles).toEqual([expect.stringMatching(/is not a certificate .* shown the old certificate\.$/)]);
    expect(await shownBy(port)).toBe(before);
  });

  test("answers what was accepted under the old one", async () => {
    const { port, authority, certificate, product } = await startSecureHost();
    const old = await shownBy(port);
    const body = JSON.stringify(makeRequest(product, { now: Date.now() }));
    let answer = "";
    const socket = connect({ port, host: "127.0.0.1", ca: authority.pem }, () => {
      socket.write(`POST /v1/activations HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`);
    });
    socket.on("data", (data) => {
      answer += data;
    });
    replace(certificate, authority.issue("renewed", LOCALHOST));
    // Who comes while the listeners change may be cut off.
    const shown = () => shownBy(port).catch(() => old);
    await until("the new one is shown", async () => (await shown()) !== old);
    socket.write(body);
    await until("the answer is there", () => answer !== "");
    expect(answer).toStartWith("HTTP/1.1 200 ");
    socket.destroy();
  });

  test("is asked for when the end of the old one is near", async () => {
    const folder = makeFolder();
    const soon = new Date(Date.now() + 7 * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, "");
    const certificate = makeAuthority(folder).issue("host", LOCALHOST, { from: "20200101000000Z", to: soon });
    const troubles: string[] = [];
    await startSystem({ certificate, onTrouble: (sentence) => void troubles.push(sentence) });
    await until("the host tells of it", () => troubles.length > 0);
    expect(troubles).toEqual([expect.stringMatching(/ends on \d{4}-\d\d-\d\d; renew it/)]);
  });
});

test("the commands take certificate, key and authority, by flag and by environment", async () => {
  const folder = makeFolder();
  const authority = makeAuthority(folder);
  const { cert, key } = authority.issue("host", LOCALHOST);
  const { deployment, host: other } = await startSystem();
  await other.stop();
  const tls = ["--tls-cert", cert, "--tls-key", key];
  const dns = ["--dns-domain", "corp.test", "--dns-target", "kms01.corp.test", "--dns-server", "127.0.0.1:9"];
  const host = await startHostProcess(deployment.hostFolder, "--port", "0", "--no-admin", ...tls, ...dns);
  expect(host.url).toStartWith("https://127.0.0.1:");
  const warning = "is not for kms01.corp.test, where DNS sends clients";
  await until("it says whom the certificate is not for", () => host.errors().includes(warning));

  const data = ["--data", join(folder, "client")];
  const [product] = deployment.products;
  await muster("ipk", product?.setupKey ?? "", "--catalogue", deployment.catalogueFile, ...data);
  await muster("skms", host.url, ...data);
  const untrusting = await muster("ato", ...data);
  expect([untrusting.exit, untrusting.err]).toEqual([1, expect.stringContaining("0x800B0109")]);
  const trusting = await muster("ato", "--tls-ca", authority.file, ...data);
  expect([trusting.exit, trusting.err]).toEqual([1, expect.stringContaining("0xC004F038")]);
  await muster("skms", new URL(host.url).host, ...data);
  const required = await muster("ato", "--tls", "--tls-ca", authority.file, ...data);
  expect(required.err).toContain("0xC004F038");
  const wrong = await muster("ato", "--tls-ca", key, ...data);
  expect([wrong.exit, wrong.err]).toEqual([2, expect.stringContaining("is not a certificate in PEM form")]);
});
