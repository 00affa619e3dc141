import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openHostLicense } from "../protocol/host-license.ts";
import { HOSTS_PATH, MAKS_PATH, type MakRequest } from "../protocol/mak.ts";
import { verifyVendorLease } from "../protocol/vendor-lease.ts";
import { createVendor } from "./create.ts";
import { hostForTests } from "./host-for-tests.ts";
import { type Served, type ServeOptions, serveVendor, type VendorServer } from "./server.ts";
import type { Vendor } from "./vendor.ts";

const NOW = Date.UTC(2026, 10, 22);
let folder: string;
let vendor: Vendor;
let server: VendorServer;
let log: Served[];

function serve(change: Partial<ServeOptions> = {}): VendorServer {
  log = [];
  const options = { address: "127.0.0.1", port: 0, perMinute: 1000, clock: () => NOW };
  return serveVendor(vendor, { ...options, log: (served) => log.push(served), ...change });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-serve-"));
  vendor = createVendor(join(folder, "vendor"), "Contoso", NOW);
  vendor.addProduct({ name: "Client", application: "Studio" }, NOW);
  server = serve();
});

afterEach(async () => {
  await server.stop();
  vendor.close();
  rmSync(folder, { recursive: true });
});

const post = (path: string, body: string, init: RequestInit = {}) =>
  fetch(server.url + path, { method: "POST", body, ...init });

function makRequest(key: string): MakRequest {
  return {
    version: 1,
    key,
    product: vendor.catalogue().products[0]?.id ?? "",
    cmid: "11111111-2222-4333-8444-555555555555",
    machine: { name: "pc-17", fingerprint: "ab".repeat(32) },
    time: "2026-11-22T00:00:00Z",
    nonce: "AAAAAAAAAAAAAAAAAAAAAA",
  };
}

test("a host gets its licence online", async () => {
  const host = hostForTests();
  const { text } = vendor.hostKey({ application: "Studio" }, NOW);
  const response = await post(HOSTS_PATH, host.request(text, NOW, "kms01"));
  expect(response.status).toBe(200);
  const { license } = (await response.json()) as { license: string };
  expect(await openHostLicense(license, vendor.catalogue().vendor)).toMatchObject({ host: host.id });
  expect(log).toEqual([
    {
      time: NOW,
      address: "127.0.0.1",
      method: "POST",
      path: HOSTS_PATH,
      status: 200,
      detail: `activation of host kms01 (${host.id})`,
    },
  ]);
});

test("a machine with a MAK gets its lease online", async () => {
  const { text } = vendor.mak({ product: "Client", activations: 5 }, NOW);
  const request = makRequest(text);
  const response = await post(MAKS_PATH, JSON.stringify(request));
  const { lease, activations } = (await response.json()) as { lease: string; activations: object };
  expect(activations).toEqual({ used: 1, of: 5 });
  const { cmid, product, nonce, machine } = request;
  const holder = { cmid, product, nonce, fingerprint: machine.fingerprint };
  await verifyVendorLease(lease, holder, vendor.catalogue());
});

describe("a refusal is problem details:", () => {
  const cases: [what: string, ask: () => Promise<Response>, status: number, name: string][] = [
    ["a path that is not there", () => post("/v1/activations", ""), 404, "NOT_FOUND"],
    ["a method that is none", () => fetch(server.url + HOSTS_PATH), 405, "METHOD_NOT_ALLOWED"],
    ["a body that is no request", () => post(HOSTS_PATH, "hello"), 400, "SIGNATURE_INVALID"],
    ["a body that is not JSON", () => post(MAKS_PATH, "hello"), 400, "BAD_REQUEST"],
    ["a body that is no MAK request", () => post(MAKS_PATH, "{}"), 400, "BAD_INPUT"],
    ["a body that is too large", () => post(HOSTS_PATH, "x".repeat(4097)), 413, "TOO_LARGE"],
    [
      "a key that is not known",
      () => post(MAKS_PATH, JSON.stringify(makRequest("GPD2F-QMG6G-7T8PD-VY6TQ-BGDCW"))),
      403,
      "KEY_INVALID",
    ],
  ];
  for (const [what, ask, status, name] of cases) {
    test(what, async () => {
      const response = await ask();
      expect(response.status).toBe(status);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      expect(await response.json()).toMatchObject({ status, name });
      expect(log).toMatchObject([{ status }]);
    });
  }

  test("a body too large that does not say so beforehand", async () => {
    const chunk = "x".repeat(3000);
    const response = await post(HOSTS_PATH, "", {
      body: new ReadableStream({
        start(controller) {
          for (let at = 0; at < 3; at++) controller.enqueue(chunk);
          controller.close();
        },
      }),
    });
    expect(await response.json()).toMatchObject({ name: "TOO_LARGE" });
  });
});

test("an address that asks too often is told when to come back", async () => {
  await server.stop();
  server = serve({ perMinute: 2 });
  const statuses: number[] = [];
  for (let at = 0; at < 3; at++) statuses.push((await post(HOSTS_PATH, "x")).status);
  expect(statuses).toEqual([400, 400, 429]);
  const response = await post(HOSTS_PATH, "x");
  expect(response.headers.get("retry-after")).toBe("30");
  expect(await response.json()).toMatchObject({ name: "SLOW_DOWN", code: "0x800704D5" });
});

test("requests that come at once never activate more machines than the MAK has activations", async () => {
  const { text } = vendor.mak({ product: "Client", activations: 7 }, NOW);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) => {
      const cmid = `00000000-0000-4000-8000-0000000000${String(at).padStart(2, "0")}`;
      return post(MAKS_PATH, JSON.stringify({ ...makRequest(text), cmid }));
    }),
  );
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([...Array<number>(7).fill(200), ...Array<number>(13).fill(403)]);
});

test("what is wrong with the vendor's own store is not told to who asks", async () => {
  const { text } = vendor.hostKey({ application: "Studio" }, NOW);
  vendor.close();
  const response = await post(HOSTS_PATH, hostForTests().request(text, NOW));
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain(folder);
  expect(log).toMatchObject([{ status: 500 }]);
  vendor = createVendor(join(folder, "another"), "Contoso", NOW);
});

test("garbage on the socket leaves the server serving", async () => {
  for (const garbage of [
    "\u0000\u0001\u0002",
    "GET",
    "POST /v1/hosts HTTP/1.1\r\nContent-Length: 99\r\n\r\nx",
    "x".repeat(70_000),
  ]) {
    await new Promise<void>((resolve) => {
      const socket = connect(server.port, "127.0.0.1", () => socket.end(garbage));
      socket
        .on("close", () => resolve())
        .on("error", () => resolve())
        .resume();
    });
  }
  expect((await post(HOSTS_PATH, "hello")).status).toBe(400);
});

test("it answers what it accepted before it ends, and waits for nobody who has not asked", async () => {
  const { text } = vendor.mak({ product: "Client", activations: 20 }, NOW);
  // Bun would wait 12 s for the last two, as long as it gives a request to begin.
  const beginnings = ["", "POST /v1/ma", "\u0016\u0003\u0001\u0002\u0000\u0001"];
  const begin = (beginning: string) =>
    new Promise<Socket>((resolve) => {
      const socket = connect(server.port, "127.0.0.1", () => {
        socket.write(beginning, () => resolve(socket));
      }).on("error", () => {});
    });
  const sockets = await Promise.all(beginnings.map(begin));
  let stopped: Promise<number> | undefined;
  const timeToStop = async () => {
    const begun = performance.now();
    await server.stop();
    return performance.now() - begun;
  };
  log.push = () => {
    stopped ??= timeToStop();
    return 0;
  };
  const response = await post(MAKS_PATH, JSON.stringify(makRequest(text)));
  expect(await response.json()).toMatchObject({ activations: { used: 1, of: 20 } });
  expect(await stopped).toBeLessThan(11_000);
  for (const socket of sockets) socket.destroy();
}, 300_000);

describe("it is not served", () => {
  test("on a port that is taken", () => {
    expect(() => serve({ port: server.port })).toThrow(/^Port \d+ is taken/);
  });

  test("on an address that this machine does not have", () => {
    expect(() => serve({ address: "192.0.2.1" })).toThrow(/has no address 192\.0\.2\.1/);
  });

  test("with a certificate that is none", () => {
    expect(() => serve({ tls: { cert: "x", key: "y" } })).toThrow(/certificate or its key cannot be used/);
  });
});

test("with a certificate it is served by HTTPS", async () => {
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const made = Bun.spawnSync(
    [
      "openssl",
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "1",
      "-subj",
      "/CN=localhost",
      "-addext",
      "subjectAltName=IP:127.0.0.1",
      "-keyout",
      key,
      "-out",
      cert,
    ],
    { stderr: "pipe" },
  );
  expect(made.exitCode).toBe(0);
  chmodSync(key, 0o600);
  await server.stop();
  const pem = { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  server = serve({ tls: pem });
  expect(server.url).toStartWith("https://127.0.0.1:");
  const response = await post(HOSTS_PATH, "hello", { tls: { ca: pem.cert } } as RequestInit);
  expect(response.status).toBe(400);
});
