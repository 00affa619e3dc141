import { describe, expect, onTestFinished, setDefaultTimeout, test } from "bun:test";
import { createServer, type Socket } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { makeDocuments } from "../../test/documents.ts";
import { makeAnswer, startFakeHost } from "../../test/fake-host.ts";
import { makeFolder } from "../../test/folders.ts";
import { problemOf } from "../../test/problems.ts";
import { makeRequest, NOW } from "../../test/requests.ts";
import { createAsk, readResponse } from "./ask.ts";

const documents = makeDocuments();
const request = makeRequest({ application: documents.application.id, product: documents.client.id });
/** For answers that come, however long a busy machine takes over them. */
const PATIENCE = 60_000;

/** Something that listens and is no host: it does `behave` with each connection. */
async function startStranger(behave: (connection: Socket) => void): Promise<number> {
  const connections = new Set<Socket>();
  const server = createServer((connection) => {
    connections.add(connection);
    connection.on("error", () => {});
    behave(connection);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // Each test closes its own: one list for all would cut off whatever another test still waits for.
  onTestFinished(() => {
    for (const connection of connections) connection.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/**
 * Calls back once the whole request is there: what is sent into the middle of one may be lost with the connection, and
 * then it is the loss that the client tells of.
 */
function onRequest(connection: Socket, answer: () => void): void {
  let request = "";
  connection.on("data", function listen(data) {
    request += data.toString("latin1");
    const [head = "", body] = request.split("\r\n\r\n");
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1]);
    if (body === undefined || body.length < length) return;
    connection.off("data", listen).resume();
    answer();
  });
}

function ask(port: number, address = "127.0.0.1", timeout = PATIENCE) {
  return createAsk({ timeout })({ host: "kms.test", port, secure: false }, address, request);
}

setDefaultTimeout(2 * PATIENCE);

test("a host's answer comes back as it was sent, and the host saw its own name", async () => {
  let name: string | null = null;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(http) {
      name = http.headers.get("host");
      return Response.json(makeAnswer(documents, request, { count: 30, ticket: 1, port: 1688, now: NOW }));
    },
  });
  onTestFinished(() => void server.stop(true));
  const answer = await ask(server.port ?? 0);
  expect(answer.count).toBe(30);
  expect(answer.lease).toBeDefined();
  expect(String(name)).toBe(`kms.test:${server.port}`);
});

describe("what is no answer", () => {
  const respond = (text: string) => (connection: Socket) => onRequest(connection, () => connection.end(text));
  const http = (body: string, head = "HTTP/1.1 200 OK") =>
    respond(`${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);

  const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
  /** Sends a beginning, and then the same for as long as it is taken. */
  const flood = (head: string, piece: string) => (connection: Socket) =>
    onRequest(connection, () => {
      const pieces = piece.repeat(Math.ceil(16_000 / piece.length));
      const more = () => {
        while (!connection.destroyed && connection.write(pieces));
      };
      connection.on("drain", more).write(head);
      more();
    });
  const packed =
    (body: Uint8Array, encoding = "gzip") =>
    (connection: Socket) =>
      onRequest(connection, () => {
        connection.write(
          `HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\n\r\n`,
        );
        connection.end(body);
      });
  const ZEROS = new Uint8Array(100_000_000);

  test.each<[string, string, (connection: Socket) => void]>([
    ["a connection that closes at once", "CONNECTION_LOST", (connection) => connection.destroy()],
    [
      "a connection that is reset",
      "CONNECTION_LOST",
      (connection) => onRequest(connection, () => connection.resetAndDestroy()),
    ],
    [
      "an answer that breaks off",
      "CONNECTION_LOST",
      respond('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"count":'),
    ],
    [
      "bytes of another protocol",
      "NOT_A_HOST",
      (connection) =>
        onRequest(connection, () =>
          connection.write(
            Buffer.from(
              "0500 0d03 1000 0000 1800 0000 0000 0000 0203 0405 0607 0800".replaceAll(" ", ""),
              "hex",
            ),
          ),
        ),
    ],
    ["a web page", "NOT_A_HOST", http("<html>It works!</html>")],
    ["JSON of something else", "NOT_A_HOST", http('{"status":"ok"}')],
    ["no HTTP, and an end", "CONNECTION_LOST", respond("hello")],
    ["a status line without end", "NOT_A_HOST", flood("HTTP/1.1 200 ", "b")],
    ["a header without end", "NOT_A_HOST", flood("HTTP/1.1 200 OK\r\nx: ", "b")],
    ["headers without end", "NOT_A_HOST", flood("HTTP/1.1 200 OK\r\n", "x: y\r\n")],
    ["chunks without end", "NOT_A_HOST", flood(CHUNKED, `400\r\n${"x".repeat(1024)}\r\n`)],
    ["chunks that are none", "NOT_A_HOST", respond(`${CHUNKED}ZZ\r\nxx\r\n`)],
    ["a length below nothing", "NOT_A_HOST", respond("HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nhello")],
    ["another protocol agreed to", "NOT_A_HOST", respond("HTTP/1.1 101 Go\r\nupgrade: x\r\n\r\n")],
    ["no content", "NOT_A_HOST", respond("HTTP/1.1 204 No Content\r\n\r\n")],
    ["JSON of sixty thousand levels", "NOT_A_HOST", http("[".repeat(60_000))],
    ["what claims to be packed and is not", "NOT_A_HOST", packed(Buffer.from("hello"))],
    ["a page that says no", "NOT_A_HOST", http("forbidden", "HTTP/1.1 403 Forbidden")],
    [
      "an answer without end",
      "NOT_A_HOST",
      (connection) =>
        onRequest(connection, () => connection.write(`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(200_000)}`)),
    ],
    ["a large answer that packs small (gzip)", "NOT_A_HOST", packed(gzipSync(ZEROS))],
    ["a large answer that packs small (deflate)", "NOT_A_HOST", packed(deflateSync(ZEROS), "deflate")],
    ["a large answer that packs small (br)", "NOT_A_HOST", packed(brotliCompressSync(ZEROS), "br")],
    ["a large answer that packs small (zstd)", "NOT_A_HOST", packed(zstdCompressSync(ZEROS), "zstd")],
    ["a refusal of megabytes", "NOT_A_HOST", http("x".repeat(3_000_000), "HTTP/1.1 403 Forbidden")],
  ])("%s", async (_, name, behave) => {
    const failed = await problemOf(ask(await startStranger(behave)));
    expect(failed.name as string).toBe(name);
    expect(failed.message).toEndWith(".");
  });

  test.each([301, 302, 303, 307, 308])("a redirect (%d), which is not followed", async (status) => {
    const elsewhere = startFakeHost(documents);
    onTestFinished(elsewhere.stop);
    const location = `http://127.0.0.1:${elsewhere.port}/v1/activations`;
    const port = await startStranger(http("", `HTTP/1.1 ${status} Go\r\nlocation: ${location}`));
    expect((await problemOf(ask(port))).name).toBe("NOT_A_HOST");
    expect(elsewhere.requests).toEqual([]);
  });

  test("a host's answer that is packed: nothing is unpacked before its size is known", async () => {
    const answer = makeAnswer(documents, request, { count: 30, ticket: 1, port: 1688, now: NOW });
    const port = await startStranger(packed(Bun.gzipSync(Buffer.from(JSON.stringify(answer)))));
    expect((await problemOf(ask(port))).name).toBe("NOT_A_HOST");
  });

  test.each(["text/html", "application/octet-stream", ""])(
    "nothing but what it says is looked at: a host's answer sent as '%s' is one",
    async (type) => {
      const answer = makeAnswer(documents, request, { count: 30, ticket: 1, port: 1688, now: NOW });
      const body = JSON.stringify(answer);
      const port = await startStranger(http(body, `HTTP/1.1 200 OK${type && `\r\ncontent-type: ${type}`}`));
      expect((await ask(port)).count).toBe(30);
    },
  );

  test.each([
    ["100 Continue", "HTTP/1.1 100 Continue\r\n\r\n"],
    ["103 Early Hints", "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"],
  ])("%s without end, for as long as the client is willing to wait", async (_, piece) => {
    const failed = await problemOf(ask(await startStranger(flood("", piece)), "127.0.0.1", 200));
    expect(failed.name).toBe("CONNECTION_TIMED_OUT");
  });

  test("silence, for as long as the client is willing to wait", async () => {
    const failed = await problemOf(ask(await startStranger(() => {}), "127.0.0.1", 200));
    expect(failed.name).toBe("CONNECTION_TIMED_OUT");
    expect(failed.message).toContain("within 0.2 s");
  });

  test("an answer that trickles in too slowly", async () => {
    const port = await startStranger((connection) =>
      connection.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"),
    );
    expect((await problemOf(ask(port, "127.0.0.1", 200))).name).toBe("CONNECTION_TIMED_OUT");
  });

  test("a port where nothing listens", async () => {
    const host = startFakeHost(documents);
    host.stop();
    expect((await problemOf(ask(host.port))).name).toBe("CONNECTION_REFUSED");
  });

  test("an address that no route leads to", async () => {
    // The limited broadcast address takes no TCP connection, on any network.
    expect((await problemOf(ask(1688, "255.255.255.255", 1000))).name).toBe("HOST_UNREACHABLE");
  });
});

test("a refusal keeps the host's code, words and the time to wait", async () => {
  const host = startFakeHost(documents, { refusal: "SLOW_DOWN", retryAfter: 30 });
  onTestFinished(host.stop);
  const refused = await problemOf(ask(host.port));
  expect(refused.name).toBe("SLOW_DOWN");
  expect(refused.retryAfter).toBe(30);
  expect(refused.message).toBe("The host refuses with SLOW_DOWN.");
});

test.each([
  ["a name that is in no table", { code: "0xC004F06C", name: "toString", detail: "" }],
  ["a code that is in no table", { code: "0xC0FFEE00", name: "CLOCK_SKEW", detail: "" }],
  ["no code", { name: "CLOCK_SKEW", detail: "" }],
])("a refusal with %s is none of a host", async (_, body) => {
  const refused = await problemOf((async () => readResponse(403, new Headers(), JSON.stringify(body)))());
  expect(refused.name).toBe("NOT_A_HOST");
});

test.each(["-5", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "1e99"])(
  "a Retry-After of '%s' is no time to wait",
  async (text) => {
    const body = JSON.stringify({ code: "0x800704D5", name: "SLOW_DOWN", detail: "Wait." });
    const refused = await problemOf(
      (async () => readResponse(429, new Headers({ "retry-after": text }), body))(),
    );
    expect(refused.name).toBe("SLOW_DOWN");
    expect(refused.retryAfter).toBeUndefined();
  },
);

test("a proxy of the environment is not asked", async () => {
  const host = startFakeHost(documents);
  onTestFinished(host.stop);
  const script = `
    import { createAsk } from ${JSON.stringify(`${import.meta.dir}/ask.ts`)};
    const target = { host: "kms.test", port: ${host.port}, secure: false };
    const answer = await createAsk({ timeout: ${PATIENCE} })(target, "127.0.0.1", ${JSON.stringify(request)});
    console.log(answer.count);`;
  const proxy = "http://127.0.0.1:9";
  const child = Bun.spawn([process.execPath, "-e", script], {
    cwd: makeFolder(),
    env: { ...process.env, http_proxy: proxy, HTTP_PROXY: proxy, NO_PROXY: "", no_proxy: "" },
    stdout: "pipe",
  });
  expect((await new Response(child.stdout).text()).trim()).toBe("100");
});

test("an attempt that is called off ends as that, not as a problem of the host", async () => {
  const port = await startStranger(() => {});
  const stop = new AbortController();
  const asking = createAsk({ timeout: 60_000 })(
    { host: "kms.test", port, secure: false },
    "127.0.0.1",
    request,
    stop.signal,
  );
  setTimeout(() => stop.abort(), 50);
  expect(asking).rejects.toThrow("abort");
  await asking.catch(() => undefined);
});
