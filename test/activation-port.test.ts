import { describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { runHost } from "../src/host/run.ts";
import { ACTIVATIONS_PATH } from "../src/protocol/messages.ts";
import { until } from "./muster.ts";
import { makeRequest } from "./requests.ts";
import { post, startSystem, stopHost } from "./system.ts";

const clientEdition = async () => {
  const system = await startSystem();
  const [product] = system.deployment.products;
  if (!product) throw new Error("a deployment has products");
  const first = () => makeRequest(product, { now: Date.now() });
  const unique = async () => (await system.host.store.figures(product.application, Date.now())).unique;
  return { ...system, product, first, unique };
};

const MUSTER = join(import.meta.dir, "..", "src", "cli", "main.ts");

/** What comes back for bytes that are sent as they are. */
const raw = (url: string, bytes: string | Uint8Array): Promise<string> =>
  new Promise((resolve) => {
    const { port } = new URL(url);
    let got = "";
    const socket = connect(Number(port), "127.0.0.1", () => socket.end(bytes));
    socket.on("data", (data) => {
      got += data.toString("latin1");
    });
    socket.on("error", () => resolve(got));
    socket.on("close", () => resolve(got));
  });

const WRONG: Record<string, unknown[]> = {
  version: [undefined, null, 0, 2, "1", [], {}, 1e300],
  application: [
    undefined,
    null,
    "",
    "x",
    7,
    [],
    {},
    "a".repeat(3000),
    "08c3bda0-c556-4b61-9e4e-7bf6d4df80be\n",
  ],
  product: [undefined, null, "", "x", 7, [], {}, "a".repeat(3000)],
  cmid: [undefined, null, "", "x", 7, [], {}, "a".repeat(3000), "08c3bda0c5564b619e4e7bf6d4df80be"],
  machine: [undefined, null, "", 7, [], "pc-17"],
  status: [undefined, null, -1, 7, 1.5, "2", [], {}, 1e300],
  minutesLeft: [undefined, null, -1, 1.5, "43200", [], {}, 1e300],
  required: [undefined, null, 0, -25, 1.5, "25", [], {}, 1e300, 1e9],
  time: [undefined, null, "", "now", 7, [], {}, "2026-11-22", "2026-13-40T99:99:99Z", "x".repeat(3000)],
  nonce: [undefined, null, "", "x", 7, [], {}, "+".repeat(22), "a".repeat(3000)],
  ticket: [null, "", 7, [], {}, "no ticket!", "a".repeat(3000)],
};
const WRONG_MACHINE: Record<string, unknown[]> = {
  name: [undefined, null, "", 7, [], {}, "a".repeat(256), "pc,17", "pc\n17", "pc\u0000", "\ud800"],
  fingerprint: [undefined, null, "", 7, [], {}, "abc", "g".repeat(64), "a".repeat(65)],
  virtual: [undefined, null, "", 0, "false", [], {}],
};

describe("every field of a request, wrong", () => {
  test("is answered 400 with the field's name, and counts nothing", async () => {
    const { url, first, unique } = await clientEdition();
    const bodies = Object.entries(WRONG).flatMap(([field, values]) =>
      values.map((value) => ({ field, body: { ...first(), [field]: value } as object })),
    );
    for (const [field, values] of Object.entries(WRONG_MACHINE)) {
      for (const value of values) {
        const request = first();
        bodies.push({ field, body: { ...request, machine: { ...request.machine, [field]: value } } });
      }
    }
    for (const { field, body } of bodies) {
      const { status, body: problem, headers } = await post(url, body);
      expect([status, problem.name, problem.code, headers.get("content-type")]).toEqual([
        400,
        "BAD_REQUEST",
        "0x80070057",
        "application/problem+json",
      ]);
      expect(problem.detail).toContain(field);
    }
    expect(await unique()).toBe(0);
  });

  test("is refused and not counted when it is well formed but not this host's", async () => {
    const { url, first, unique } = await clientEdition();
    const stranger = crypto.randomUUID();
    const cases: [object, number, string][] = [
      [{ product: stranger }, 403, "HOST_CANNOT_BE_USED"],
      [{ application: stranger }, 403, "HOST_CANNOT_BE_USED"],
      [{ time: "2001-01-01T00:00:00Z" }, 403, "CLOCK_SKEW"],
      [{ time: "2999-01-01T00:00:00+09:00" }, 403, "CLOCK_SKEW"],
    ];
    for (const [wrong, status, name] of cases) {
      const answer = await post(url, { ...first(), ...wrong });
      expect([answer.status, answer.body.name]).toEqual([status, name]);
    }
    expect(await unique()).toBe(0);
  });

  test("never gives a 5xx, whatever JSON is sent", async () => {
    const { url, first } = await clientEdition();
    const fields = fc.constantFrom(...Object.keys(WRONG));
    await fc.assert(
      fc.asyncProperty(fields, fc.jsonValue(), fc.jsonValue(), async (field, value, whole) => {
        for (const body of [{ ...first(), [field]: value }, whole]) {
          expect((await post(url, JSON.stringify(body))).status).toBeLessThan(500);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe("what is no request at all", () => {
  test("a body that is empty, no JSON, or not UTF-8 is answered 400", async () => {
    const { url } = await clientEdition();
    for (const body of ["", "{", "null", "[]", '"x"', "\u0000", "[".repeat(4000)]) {
      expect((await post(url, body)).status).toBe(400);
    }
    const bytes = await fetch(`${url}${ACTIVATIONS_PATH}`, {
      method: "POST",
      body: new Uint8Array([0xff, 0xfe, 0x7b]),
    });
    expect(bytes.status).toBe(400);
  });

  test("a body above 4 KiB is answered 413, with or without a length", async () => {
    const { url, first } = await clientEdition();
    const large = JSON.stringify({ ...first(), padding: "x".repeat(5000) });
    expect((await post(url, large)).body).toMatchObject({ name: "TOO_LARGE", status: 413 });
    const chunked = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(large));
        controller.close();
      },
    });
    const response = await fetch(`${url}${ACTIVATIONS_PATH}`, { method: "POST", body: chunked });
    expect(response.status).toBe(413);
    const huge = await fetch(`${url}${ACTIVATIONS_PATH}`, { method: "POST", body: "x".repeat(10_000_000) });
    expect(huge.status).toBe(413);
  });

  test("a body of exactly 4 KiB is read", async () => {
    const { url, first } = await clientEdition();
    const request = { ...first(), padding: "" };
    const body = JSON.stringify({ ...request, padding: "x".repeat(4096 - JSON.stringify(request).length) });
    expect([body.length, (await post(url, body)).status]).toEqual([4096, 200]);
  });

  test("another path is answered 404, another method 405", async () => {
    const { url } = await clientEdition();
    expect((await fetch(url)).status).toBe(404);
    expect((await fetch(`${url}/v1/machines`)).status).toBe(404);
    const get = await fetch(`${url}${ACTIVATIONS_PATH}`);
    expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
  });

  test("garbage on the socket is answered 4xx or the connection is closed, and the host goes on", async () => {
    const { url, first } = await clientEdition();
    const head = `POST ${ACTIVATIONS_PATH} HTTP/1.1\r\nHost: x\r\n`;
    const garbage = [
      "",
      "\r\n\r\n",
      "hello\r\n\r\n",
      "GET\r\n\r\n",
      "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc",
      "A".repeat(100_000),
      `${head}Content-Length: -1\r\n\r\n{}`,
      `${head}Content-Length: banana\r\n\r\n{}`,
      `${head}Content-Length: 99999999999999999999\r\n\r\n{}`,
      `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
      `${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
      `${head}Transfer-Encoding: chunked\r\n\r\nZZ\r\n`,
      `${head}${"X-Long: y\r\n".repeat(20_000)}\r\n`,
      `${head}X-Null: \u0000\r\n\r\n`,
    ];
    for (const bytes of garbage) expect(await raw(url, bytes)).toMatch(/^$|^HTTP\/1\.1 4\d\d /);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void raw(url, bytes)),
      { numRuns: 50 },
    );
    const { status } = await post(url, first());
    expect(status).toBe(200);
  });

  test("an HTTP version that does not exist is answered 505, as RFC 9110 (15.6.6) has it", async () => {
    const { url } = await clientEdition();
    expect(await raw(url, "GET / HTTP/9.9\r\n\r\n")).toStartWith("HTTP/1.1 505 ");
  });

  test("a body that never comes does not hold up others", async () => {
    const { url, first } = await clientEdition();
    const { port } = new URL(url);
    const silent = connect(Number(port), "127.0.0.1", () => {
      silent.write(`POST ${ACTIVATIONS_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{`);
    });
    const { status } = await post(url, first());
    expect(status).toBe(200);
    silent.destroy();
  });
});

describe("a host that stops", () => {
  test("answers what it accepted before it closes", async () => {
    const { host, url, first, unique } = await clientEdition();
    const commit = host.store.commit.bind(host.store);
    const disk = Promise.withResolvers<void>();
    let committing = 0;
    host.store.commit = async (...batch) => {
      committing++;
      await disk.promise;
      return commit(...batch);
    };
    const asked = Promise.allSettled(Array.from({ length: 50 }, () => post(url, first())));
    await until("the first ones are on their way to a slow disk", () => committing > 0);
    const stopped = host.listener.stop();
    disk.resolve();
    await stopped;
    const answers = (await asked).flatMap((each) => (each.status === "fulfilled" ? [each.value.status] : []));
    expect(new Set(answers)).toEqual(new Set([200]));
    // A connection that came too late is refused, and what would have been asked over it is not counted.
    expect(await unique()).toBe(answers.length);
  });
});

test("two hosts cannot serve one folder", async () => {
  const { deployment } = await startSystem();
  const second = runHost({
    folder: deployment.hostFolder,
    address: "127.0.0.1",
    port: 0,
    clock: Date.now,
    onTrouble: () => {},
  });
  await expect(second).rejects.toThrow(/running on .* already/);
});

test("a host does not share a port that another process has", async () => {
  const { host } = await startSystem();
  const { deployment, host: second } = await startSystem();
  await stopHost(second);
  const { port } = host.listener;
  const third = Bun.spawn(
    [
      process.execPath,
      MUSTER,
      "host",
      "run",
      "--no-dns",
      "--address",
      "127.0.0.1",
      "--port",
      `${port}`,
      "--data",
      deployment.hostFolder,
    ],
    { stdout: "ignore", stderr: "pipe" },
  );
  const errors = await new Response(third.stderr).text();
  expect([await third.exited, errors]).toEqual([
    2,
    expect.stringMatching(/^muster: Port \d+ is taken .*--port/),
  ]);
});
