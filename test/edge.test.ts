import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { request as ask } from "node:http";
import { connect, type Socket } from "node:net";
import { deploy } from "../src/fleet/deployment.ts";
import { ACTIVATIONS_PATH } from "../src/protocol/messages.ts";
import { makeFolder } from "./folders.ts";
import { startHostProcess, until } from "./muster.ts";
import { makeRequest } from "./requests.ts";
import { post, startSystem } from "./system.ts";

setDefaultTimeout(120_000);

const HEAD = `POST ${ACTIVATIONS_PATH} HTTP/1.1\r\nHost: x\r\n`;

/** What comes back for a body that is sent from one of this machine's addresses (127.0.0.0/8 is all its own). */
const postFrom = (localAddress: string, url: string, body: string) =>
  new Promise<{ status: number | undefined; retryAfter: string | undefined; text: string }>(
    (resolve, reject) => {
      const sending = ask(
        url + ACTIVATIONS_PATH,
        { method: "POST", localAddress, agent: false },
        (response) => {
          let text = "";
          response.on("data", (data) => {
            text += data;
          });
          response.on("end", () =>
            resolve({ status: response.statusCode, retryAfter: response.headers["retry-after"], text }),
          );
        },
      );
      sending.on("error", reject);
      sending.end(body);
    },
  );

const statusOf = async (localAddress: string, url: string, body: string) =>
  (await postFrom(localAddress, url, body)).status;

describe("the rate limit of a host", () => {
  const [BUSY, QUIET] = ["127.0.0.2", "127.0.0.3"];
  const limited = async (rateLimit: number, fronts = 0) => {
    const system = await startSystem({ rateLimit, fronts });
    const [product] = system.deployment.products;
    if (!product) throw new Error("a deployment has products");
    return { ...system, next: () => JSON.stringify(makeRequest(product, { now: Date.now() })) };
  };

  test.each([0, 1])("refuses an address that asks too often, and no other (%d fronts)", async (fronts) => {
    const { url, next } = await limited(1, fronts);
    let passed = 0;
    let answer = await postFrom(BUSY, url, next());
    for (; answer.status === 200; passed++) answer = await postFrom(BUSY, url, next());
    expect(passed).toBeGreaterThanOrEqual(10);
    expect([answer.retryAfter, JSON.parse(answer.text)]).toEqual([
      "1",
      expect.objectContaining({ name: "SLOW_DOWN", code: "0x800704D5", status: 429 }),
    ]);
    expect(await statusOf(QUIET, url, next())).toBe(200);
    await until("it may ask again", async () => (await statusOf(BUSY, url, next())) === 200);
  });

  test("counts what is no activation as well", async () => {
    const { url, next } = await limited(1);
    // Between two requests the address may earn one more, which any of the two may take.
    await until("an activation is refused as well", async () => {
      while ((await fetch(url)).status === 404);
      return (await post(url, next())).status === 429;
    });
  });

  test("is an option of muster host run", async () => {
    const { hostFolder, products } = await deploy(makeFolder(), { hostName: "kms01", now: Date.now() });
    const [product] = products;
    if (!product) throw new Error("a deployment has products");
    const quiet = ["--port", "0", "--no-dns", "--no-admin"];
    const host = await startHostProcess(hostFolder, ...quiet, "--rate-limit", "1", "--fronts", "1");
    const statusOfNext = async () => (await post(host.url, makeRequest(product, { now: Date.now() }))).status;
    let status = await statusOfNext();
    while (status === 200) status = await statusOfNext();
    expect(status).toBe(429);
  });

  test.each([0, undefined])("is off with %p", async (rateLimit) => {
    const { url, next } = await limited(rateLimit as number);
    for (let at = 0; at < 40; at++) expect(await statusOf(BUSY, url, next())).toBe(200);
  });
});

describe("a request whose head is too large", () => {
  const answerTo = (url: string, bytes: string): Promise<string> =>
    new Promise((resolve) => {
      let got = "";
      const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.write(bytes));
      socket.on("data", (data) => {
        got += data;
        socket.destroy();
      });
      socket.on("error", () => {});
      socket.on("close", () => resolve(got.split("\r\n")[0] ?? ""));
    });

  test.each([
    ["in its first line", `GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ["in one header", `${HEAD}X-Long: ${"a".repeat(20_000)}\r\n\r\n`],
    ["in the number of its headers", `${HEAD}${"X: y\r\n".repeat(300)}\r\n`],
  ])("%s is answered 431", async (_, bytes) => {
    const { url } = await startSystem();
    expect(await answerTo(url, bytes)).toBe("HTTP/1.1 431 Request Header Fields Too Large");
  });

  test("and one of a decent size is read", async () => {
    const { url } = await startSystem();
    expect(await answerTo(url, `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${"a".repeat(8_000)}\r\n\r\n`)).toBe(
      "HTTP/1.1 404 Not Found",
    );
  });
});

describe("connections that are slow or idle", () => {
  /** What they send, and then nothing more. */
  const BEGINNINGS: readonly string[] = ["", "PO", HEAD, `${HEAD}Content-Length: 100\r\n\r\n{`];

  /** As many as fit beside everything else of this process and the host's. */
  function mostConnections(): number {
    const { stdout } = Bun.spawnSync(["sh", "-c", "ulimit -n"]);
    const limit = Number(stdout.toString().trim());
    return Math.min(2000, Number.isNaN(limit) ? 2000 : Math.max(100, limit - 200));
  }

  const open = (port: number, beginning: string): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.2" }, () => {
        socket.write(beginning);
        resolve(socket);
      });
      socket.on("error", reject);
    });

  test("hold up nobody, and those that never ask are closed", async () => {
    const { hostFolder, products } = await deploy(makeFolder(), { hostName: "kms01", now: Date.now() });
    const [product] = products;
    if (!product) throw new Error("a deployment has products");
    const host = await startHostProcess(hostFolder, "--port", "0", "--no-dns", "--no-admin");
    const port = Number(new URL(host.url).port);
    const sockets: Socket[] = [];
    const closed = new Set<number>();
    const connections = mostConnections();
    for (let at = 0; at < connections; at++) {
      const socket = await open(port, BEGINNINGS[at % BEGINNINGS.length] ?? "");
      socket.removeAllListeners("error").on("error", () => {});
      socket.on("close", () => closed.add(at)).resume();
      sockets.push(socket);
    }
    const asked = Array.from({ length: connections }, (_, at) => at).filter(
      (at) => at % BEGINNINGS.length === 3,
    );
    // The others may have had their time already, where it takes long to open so many.
    expect(asked.filter((at) => closed.has(at))).toEqual([]);
    for (let machine = 0; machine < 30; machine++) {
      const { status, body } = await post(host.url, makeRequest(product, { now: Date.now() }));
      expect([status, body.count]).toEqual([200, machine + 1]);
    }
    await until("all that never asked are closed", () => closed.size >= connections - asked.length);
    expect((await post(host.url, makeRequest(product, { now: Date.now() }))).body.count).toBe(31);
    for (const socket of sockets) socket.destroy();
  });

  test("a head that trickles in wins no time by it", async () => {
    const { url } = await startSystem();
    const socket = await open(Number(new URL(url).port), HEAD);
    let isClosed = false;
    socket.removeAllListeners("error").on("error", () => {});
    socket.on("close", () => {
      isClosed = true;
    });
    await until("the host closes it", () => {
      socket.write("X");
      return isClosed;
    });
  });
});

test("whoever sends requests and waits for no answer is cut off, and others are not", async () => {
  const { url, deployment } = await startSystem();
  const [product] = deployment.products;
  if (!product) throw new Error("a deployment has products");
  const body = () => JSON.stringify(makeRequest(product, { now: Date.now() }));
  const bytes = () => {
    const text = body();
    return `${HEAD}Content-Length: ${text.length}\r\n\r\n${text}`;
  };
  let isClosed = false;
  const socket = connect(Number(new URL(url).port), "127.0.0.1", () => {
    for (let at = 0; at < 1000; at++) socket.write(bytes());
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    isClosed = true;
  });
  await until("it is cut off", () => isClosed);
  expect((await post(url, body())).status).toBe(200);
});
