import { afterEach, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { problemIn, problemOf } from "../../test/problems.ts";
import { problem } from "../protocol/problems.ts";
import { createAskVendor, isReadableOnTheWay, parseVendorUrl } from "./ask-vendor.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server on a free port that answers every request like this. */
function serve(answer: (request: Request) => Response | Promise<Response>): string {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: answer });
  closing.push(() => void server.stop(true));
  return `http://127.0.0.1:${server.port}`;
}

const ask = createAskVendor({ timeout: 60_000 });

test("a request goes to the path below the vendor's address, as JSON or as a JWS", async () => {
  const seen: string[] = [];
  const url = serve(async (request) => {
    seen.push(
      `${new URL(request.url).pathname} ${request.headers.get("content-type")} ${await request.text()}`,
    );
    return Response.json({ fine: true });
  });
  expect(await ask(url, "/v1/maks", '{"version":1}')).toEqual({ fine: true });
  expect(await ask(`${url}/muster/`, "/v1/hosts", "a.b.c")).toEqual({ fine: true });
  expect(seen).toEqual([
    '/v1/maks application/json {"version":1}',
    "/muster/v1/hosts application/jose a.b.c",
  ]);
});

test("a refusal keeps the vendor's name, sentence and the time to wait", async () => {
  const url = serve(() => {
    const body = JSON.stringify(problem("ACTIVATION_LIMIT", "Use another key."));
    return new Response(body, { status: 403, headers: { "retry-after": "7" } });
  });
  const { name, message, retryAfter } = await problemOf(ask(url, "/v1/hosts", "a.b.c"));
  expect({ name, message, retryAfter }).toEqual({
    name: "ACTIVATION_LIMIT",
    message: "Use another key.",
    retryAfter: 7,
  });
});

describe("what is no vendor is called so:", () => {
  test.each<[string, () => Response]>([
    ["a web page", () => new Response("<html>", { headers: { "content-type": "text/html" } })],
    ["another service's error", () => Response.json({ error: "no" }, { status: 500 })],
    ["a redirect to a sign-in page", () => Response.redirect("https://sso.example/")],
    ["five megabytes", () => new Response("x".repeat(5 << 20))],
    [
      "what packs small",
      () => new Response(gzipSync(Buffer.alloc(100_000_000)), { headers: { "content-encoding": "gzip" } }),
    ],
  ])("%s", async (_, answer) => {
    expect((await problemOf(ask(serve(answer), "/v1/hosts", "a.b.c"))).name).toBe("NOT_A_VENDOR");
  });

  test("a proxy that wants a password, with how to give it", async () => {
    const url = serve(() => new Response("", { status: 407 }));
    const { message } = await problemOf(ask(url, "/v1/hosts", "a.b.c"));
    expect(message).toContain("http://NAME:PASSWORD@PROXY:PORT");
  });
});

describe("a connection that fails", () => {
  test("because nothing listens says so", async () => {
    const url = serve(() => new Response());
    for (const close of closing.splice(0)) close();
    expect((await problemOf(ask(url, "/v1/hosts", "a.b.c"))).name).toBe("CONNECTION_REFUSED");
  });

  test("because nobody answers ends when its time is over", async () => {
    const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    closing.push(() => silent.stop(true));
    const impatient = createAskVendor({ timeout: 100 });
    const url = `http://127.0.0.1:${silent.port}`;
    expect((await problemOf(impatient(url, "/v1/hosts", "a.b.c"))).name).toBe("CONNECTION_TIMED_OUT");
  });

  test("because the name is not in DNS says so", async () => {
    const { name } = await problemOf(ask("https://vendor.invalid", "/v1/hosts", "a.b.c"));
    expect(name).toBe("HOST_NAME_NOT_RESOLVED");
  });

  test("because whoever asked gives up ends with that", async () => {
    const stop = new AbortController();
    const url = serve(() => {
      stop.abort(new Error("enough"));
      return new Promise<Response>(() => {});
    });
    await expect(ask(url, "/v1/hosts", "a.b.c", stop.signal)).rejects.toThrow("enough");
  });
});

test.each(["", "vendor.example", "ftp://vendor.example", "https://v.example/?a=1", "https://me@v.example"])(
  "%p is no address of a vendor",
  (text) => {
    expect(problemIn(() => parseVendorUrl(text)).name).toBe("BAD_INPUT");
  },
);

test.each([
  ["http://vendor.example", true],
  ["https://vendor.example", false],
  ["http://127.0.0.1:8443", false],
  ["http://[::1]:8443", false],
  ["http://localhost", false],
])("a key sent to %s can be read on the way: %p", (url, isReadable) => {
  expect(isReadableOnTheWay(url)).toBe(isReadable);
});
