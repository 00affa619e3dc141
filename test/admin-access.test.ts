import { describe, expect, test } from "bun:test";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { PATHS } from "../src/console/paths.ts";
import { ROUTES } from "../src/host/admin/routes.ts";
import { openToken } from "../src/host/admin/token.ts";
import { tokenPath } from "../src/host/folder.ts";
import { startAdmin } from "./admin.ts";
import { makeFolder } from "./folders.ts";
import { problemIn, problemOf } from "./problems.ts";
import { startHost, stopHost } from "./system.ts";

const ID = "11111111-1111-4111-8111-111111111111";
const pathOf = (path: string) => path.replace(/:\w+/g, ID);

describe("the token", () => {
  test("is made at first run, 32 random bytes in a file of mode 0600, and stays", async () => {
    const { deployment, host, admin } = await startAdmin();
    const path = tokenPath(deployment.hostFolder);
    expect(readFileSync(path, "utf8")).toBe(`${admin.token}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(Buffer.from(admin.token, "base64url")).toHaveLength(32);
    await stopHost(host);
    const again = await startHost(deployment, { admin: { address: "127.0.0.1", port: 0 } });
    expect(again.admin?.token).toBe(admin.token);
    expect((await startAdmin()).admin.token).not.toBe(admin.token);
  });

  test("is made anew when its file is gone, and a file that holds none is not overwritten", () => {
    const folder = makeFolder();
    const token = openToken(folder);
    rmSync(tokenPath(folder));
    expect(openToken(folder)).not.toBe(token);
    writeFileSync(tokenPath(folder), "password");
    expect(problemIn(() => openToken(folder)).name).toBe("BAD_INPUT");
    expect(readFileSync(tokenPath(folder), "utf8")).toBe("password");
  });

  test("is asked for by every call but the open ones", async () => {
    const { ask, admin } = await startAdmin();
    const closed = ROUTES.filter(({ isOpen }) => !isOpen);
    expect(closed.length).toBeGreaterThan(8);
    const wrong: Record<string, string>[] = [
      {},
      { authorization: `Bearer ${"A".repeat(43)}` },
      { authorization: `Bearer ${admin.token.slice(0, -1)}` },
      { authorization: `Bearer ${admin.token}A` },
      { authorization: `Bearer ${admin.token.toLowerCase()}` },
      { authorization: `Basic ${admin.token}` },
      { authorization: "Bearer " },
      { authorization: admin.token },
      { "x-token": admin.token },
    ];
    for (const headers of wrong) {
      for (const { method, path } of closed) {
        const answer = await ask(method, pathOf(path), undefined, headers);
        expect([method, path, answer.status, answer.body.name]).toEqual([method, path, 401, "UNAUTHORIZED"]);
        expect(answer.headers.get("www-authenticate")).toContain("Bearer");
        expect(answer.headers.get("content-type")).toBe("application/problem+json");
      }
      expect((await ask("GET", "/nothing", undefined, headers)).status).toBe(401);
    }
  });

  test("opens every call", async () => {
    const { ask } = await startAdmin();
    for (const { method, path } of ROUTES) {
      const { status } = await ask(method, pathOf(path));
      expect([method, path, status]).not.toEqual([method, path, 401]);
      expect(status).toBeLessThan(500);
    }
  });
});

describe("the open calls", () => {
  test("are the health, the console and signing in, and tell nothing of the host", async () => {
    const { ask, host, deployment } = await startAdmin();
    const open = ROUTES.filter(({ isOpen }) => isOpen);
    expect(open.map(({ path }) => path)).toEqual(["/healthz", "/v1/session", ...PATHS, "/assets/:name"]);
    for (const path of ["/healthz", ...PATHS]) {
      const { status, text } = await ask("GET", path, undefined, {});
      expect(status).toBe(200);
      for (const secret of [host.name, deployment.hostFolder, host.listener.url])
        expect(text).not.toContain(secret);
    }
  });
});

test("a request for another host, or for none, is refused before its token is looked at", async () => {
  const { ask, admin } = await startAdmin();
  for (const path of ["/", "/healthz", "/v1/status"]) {
    const { status, body } = await ask("GET", path, undefined, { host: "evil.example:1689" });
    expect([path, status, body.name]).toEqual([path, 421, "MISDIRECTED"]);
  }
  const { port } = new URL(admin.url);
  const answer = await new Promise<string>((resolve) => {
    let got = "";
    const socket = connect(Number(port), "127.0.0.1", () => socket.end("GET /healthz HTTP/1.0\r\n\r\n"));
    socket.on("data", (data) => {
      got += data.toString("latin1");
    });
    socket.on("close", () => resolve(got));
  });
  expect(answer).not.toContain("200 OK");
});

test("no answer allows another site to read it, or any browser to keep it", async () => {
  const { ask } = await startAdmin();
  for (const path of ["/", "/healthz", "/v1/status", "/nothing"]) {
    const { headers } = await ask("GET", path, undefined, { origin: "https://evil.example" });
    expect(headers.get("access-control-allow-origin")).toBeNull();
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
  expect((await ask("OPTIONS", "/v1/status")).status).toBe(405);
});

test("a path takes the methods that it says, and says so", async () => {
  const { ask } = await startAdmin();
  const { status, headers, body } = await ask("PUT", `/v1/machines/${ID}/${ID}`);
  expect([status, body.name, headers.get("allow")]).toEqual([
    405,
    "METHOD_NOT_ALLOWED",
    "GET, PATCH, DELETE",
  ]);
  expect((await ask("GET", "/v1/nothing")).body.name).toBe("NOT_FOUND");
});

test("a port that is taken ends the start when it was chosen, leaves nothing open, and is replaced when it was not", async () => {
  const { deployment, host } = await startAdmin();
  await stopHost(host);
  const taken = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    reusePort: false,
    fetch: () => new Response(""),
  });
  const chosen = { address: "127.0.0.1", port: taken.port ?? 0, isFixed: true };
  const problem = await problemOf(startHost(deployment, { admin: chosen }));
  expect([problem.name, problem.message]).toEqual(["PORT_IN_USE", expect.stringContaining("--admin-port")]);
  const again = await startHost(deployment, { admin: { ...chosen, isFixed: false } });
  expect(again.admin?.url).not.toBe(taken.url.origin);
  await taken.stop(true);
});
