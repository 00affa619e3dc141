import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Logger, pino } from "pino";
import { startAdmin } from "../admin.ts";
import { muster, startHostProcess, stopHostProcess } from "../muster.ts";

setDefaultTimeout(120_000);

const MINUTE = 60_000;

/** A host whose time stands still, and what browsers and others ask of it. */
async function startHost(log?: Logger) {
  let now = Date.now();
  const system = await startAdmin({ clock: () => now, ...(log ? { log } : {}) });
  const { admin, ask } = system;
  const own = { origin: new URL(admin.url).origin };
  const codeOf = (link: string) => new URL(link).hash.slice("#token=".length);
  const enter = (token: string, headers: Record<string, string> = own) =>
    ask("POST", "/v1/session", { token }, headers);
  return {
    ...system,
    own,
    enter,
    makeCode: (options = {}) => codeOf(admin.makeLink(options).url),
    /** Signs in and gives the headers that a page sends from then on. */
    async signIn() {
      const { headers } = await enter(codeOf(admin.makeLink().url));
      const [cookie = ""] = (headers.get("set-cookie") ?? "").split(";");
      return { cookie, ...own };
    },
    wait: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

describe("a link", () => {
  test("signs in once", async () => {
    const { enter, makeCode, host } = await startHost();
    const code = makeCode();
    const { status, body } = await enter(code);
    expect([status, body]).toMatchObject([200, { name: host.name, version: expect.any(String) }]);
    const again = await enter(code);
    expect([again.status, again.body.name, again.headers.get("set-cookie")]).toEqual([
      401,
      "UNAUTHORIZED",
      null,
    ]);
  });

  test("is good for 15 minutes, and until it is used when it is to last", async () => {
    const { enter, makeCode, wait } = await startHost();
    const [young, old, lasting] = [makeCode(), makeCode(), makeCode({ isLasting: true })];
    wait(15 * MINUTE - 1);
    expect((await enter(young)).status).toBe(200);
    wait(1);
    expect((await enter(old)).status).toBe(401);
    wait(365 * 24 * 60 * MINUTE);
    expect((await enter(lasting)).status).toBe(200);
  });

  test("is made for who bears the token, not for a session", async () => {
    const { ask, signIn, enter } = await startHost();
    const { status, body } = await ask<{ url: string; expires: string }>("POST", "/v1/sign-in-links");
    expect(status).toBe(200);
    expect((await enter(new URL(body.url).hash.slice("#token=".length))).status).toBe(200);
    expect((await ask("POST", "/v1/sign-in-links", undefined, await signIn())).status).toBe(401);
    expect((await ask("POST", "/v1/sign-in-links", undefined, {})).status).toBe(401);
  });
});

describe("signing in", () => {
  test("takes the token too, and gives a cookie that scripts and other sites do not get", async () => {
    const { admin, enter, ask, own } = await startHost();
    const { headers, body } = await enter(admin.token);
    const cookie = headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(
      /^muster-[0-9a-f-]{36}=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
    );
    expect(cookie).toStartWith(`muster-${body.host}=`);
    expect(cookie).not.toContain(admin.token);
    const session = await ask("GET", "/v1/session", undefined, { cookie: cookie.split(";")[0] ?? "" });
    expect([session.status, session.body]).toMatchObject([
      200,
      { host: body.host, expires: expect.any(String) },
    ]);
    const behindProxy = await enter(admin.token, { origin: own.origin.replace("http:", "https:") });
    expect(behindProxy.headers.get("set-cookie")).toEndWith("; Secure");
  });

  test("is refused after ten attempts a minute, also with the right token, and each minute allows ten more", async () => {
    const { admin, enter, wait } = await startHost();
    for (let at = 0; at < 10; at++) expect((await enter("A".repeat(43))).status).toBe(401);
    for (const token of ["A".repeat(43), admin.token]) {
      const { status, headers, body } = await enter(token);
      expect([status, body.name, Number(headers.get("retry-after"))]).toEqual([429, "SLOW_DOWN", 6]);
    }
    wait(6000);
    expect((await enter(admin.token)).status).toBe(200);
    expect((await enter(admin.token)).status).toBe(429);
    wait(MINUTE);
    for (let at = 0; at < 10; at++) expect((await enter("wrong")).status).toBe(401);
    expect((await enter("wrong")).status).toBe(429);
  });

  test.each([
    ["no origin", {}],
    ["another site", { origin: "https://evil.example" }],
    ["another port of this machine", { origin: "http://127.0.0.1:1" }],
    ["a page without an origin", { origin: "null" }],
    ["a page that the browser says is another's", { "sec-fetch-site": "cross-site" }],
    ["a page of another port, as the browser says", { "sec-fetch-site": "same-site" }],
  ])("is not for %s", async (_, headers: Record<string, string>) => {
    const { admin, enter, own } = await startHost();
    const {
      status,
      body,
      headers: answered,
    } = await enter(admin.token, "sec-fetch-site" in headers ? { ...own, ...headers } : headers);
    expect([status, body.name, answered.get("set-cookie")]).toEqual([403, "ACCESS_DENIED", null]);
  });
});

describe("a session", () => {
  test("asks and changes as the token does, when a page of the console does it", async () => {
    const { ask, signIn } = await startHost();
    const headers = await signIn();
    expect((await ask("GET", "/v1/status", undefined, { cookie: headers.cookie })).status).toBe(200);
    expect((await ask("PATCH", "/v1/settings", {}, headers)).status).toBe(200);
  });

  test("changes nothing for another site", async () => {
    const { ask, signIn } = await startHost();
    const { cookie, origin } = await signIn();
    const foreign: Record<string, string>[] = [
      { cookie },
      { cookie, origin: "https://evil.example" },
      { cookie, origin: "http://127.0.0.1:1" },
      { cookie, origin, "sec-fetch-site": "cross-site" },
    ];
    for (const headers of foreign) {
      for (const [method, path] of [
        ["PATCH", "/v1/settings"],
        ["POST", "/v1/backup"],
        ["DELETE", "/v1/session"],
      ] as const) {
        const { status, body } = await ask(method, path, undefined, headers);
        expect([method, path, status, body.name]).toEqual([method, path, 403, "ACCESS_DENIED"]);
      }
    }
    expect((await ask("GET", "/v1/session", undefined, { cookie })).status).toBe(200);
  });

  test("ends after 30 minutes without use, and after 12 hours in any case", async () => {
    const { ask, signIn, wait } = await startHost();
    const [used, idle] = [await signIn(), await signIn()];
    const status = async (headers: Record<string, string>) =>
      (await ask("GET", "/v1/session", undefined, headers)).status;
    wait(29 * MINUTE);
    expect(await status(used)).toBe(200);
    wait(MINUTE);
    expect([await status(used), await status(idle)]).toEqual([200, 401]);
    for (let minutes = 30; minutes < 12 * 60 - 20; minutes += 20) {
      wait(20 * MINUTE);
      expect(await status(used)).toBe(200);
    }
    wait(20 * MINUTE);
    expect(await status(used)).toBe(401);
  });

  test("ends when it is signed out, and its cookie with it", async () => {
    const { ask, signIn } = await startHost();
    const [one, other] = [await signIn(), await signIn()];
    const { status, headers } = await ask("DELETE", "/v1/session", undefined, one);
    expect([status, headers.get("set-cookie")]).toEqual([
      200,
      expect.stringContaining("=; Path=/; Max-Age=0;"),
    ]);
    expect((await ask("GET", "/v1/session", undefined, one)).status).toBe(401);
    expect((await ask("GET", "/v1/session", undefined, other)).status).toBe(200);
  });

  test("is not for who sends a wrong token beside it", async () => {
    const { ask, signIn } = await startHost();
    const headers = { ...(await signIn()), authorization: `Bearer ${"A".repeat(43)}` };
    expect((await ask("GET", "/v1/status", undefined, headers)).status).toBe(401);
  });

  test("of a host is not one of another host on the same machine", async () => {
    const [one, other] = [await startHost(), await startHost()];
    const { cookie } = await one.signIn();
    expect((await other.ask("GET", "/v1/session", undefined, { cookie })).status).toBe(401);
    const both = `${(await other.signIn()).cookie}; ${cookie}`;
    expect((await one.ask("GET", "/v1/session", undefined, { cookie: both })).status).toBe(200);
  });
});

test("a log of everything holds neither token nor code nor session", async () => {
  const lines: string[] = [];
  const log = pino({ level: "trace" }, { write: (line) => void lines.push(line) });
  const { admin, enter, makeCode, signIn, ask } = await startHost(log);
  const codes = [makeCode(), makeCode()];
  const headers = await signIn();
  await enter(codes[0] ?? "");
  await enter(codes[0] ?? "");
  await enter(admin.token);
  await ask("GET", `/v1/nothing?token=${codes[1]}`, undefined, headers);
  const written = lines.join("");
  expect(written).toContain("signed in");
  for (const secret of [admin.token, ...codes, headers.cookie.split("=")[1] ?? ""]) {
    expect(secret.length).toBe(43);
    expect(written).not.toContain(secret);
  }
});

describe("muster host console", () => {
  test("prints a link that signs in once, and says when no host runs", async () => {
    const { deployment } = await startAdmin();
    const folder = deployment.hostFolder;
    const { out, exit } = await muster("host", "console", "--data", folder, "--json");
    expect(exit).toBe(0);
    const { url, expires } = JSON.parse(out);
    const { origin, hash } = new URL(url);
    expect(Date.parse(expires)).toBeGreaterThan(Date.now());
    const body = JSON.stringify({ token: hash.slice("#token=".length) });
    const enter = () => fetch(`${origin}/v1/session`, { method: "POST", headers: { origin }, body });
    expect([(await enter()).status, (await enter()).status]).toEqual([200, 401]);
    const text = await muster("host", "console", "--data", folder);
    expect(text.out).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\nIt signs in once, until .+Z\.\n$/,
    );
  });

  test("says what to do when the host does not run, or opens no port for administrators", async () => {
    const { deployment, host } = await startAdmin();
    await host.stop();
    const folder = deployment.hostFolder;
    const stopped = await muster("host", "console", "--data", folder);
    expect([stopped.exit, stopped.err]).toEqual([2, expect.stringContaining("muster host run")]);
    const running = await startHostProcess(folder, "--port", "0", "--no-dns", "--no-admin");
    const { exit, err } = await muster("host", "console", "--data", folder);
    expect([exit, err]).toEqual([1, expect.stringContaining("--no-admin")]);
    await stopHostProcess(running);
  });
});
