import { describe, expect, onTestFinished, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pino } from "pino";
import type { Admin } from "../src/host/admin/admin.ts";
import { serveAdmin } from "../src/host/admin/server.ts";
import { SignIn } from "../src/host/admin/sign-in.ts";
import { openDoctor } from "../src/host/diagnosis/doctor.ts";
import { startAdmin } from "./admin.ts";
import { makeFolder } from "./folders.ts";
import { until } from "./muster.ts";

setDefaultTimeout(180_000);

const MINUTE = 60_000;
const TOKEN = "T".repeat(43);
const bearer = { authorization: `Bearer ${TOKEN}` };

/** An admin listener whose doctor's thread runs these lines. */
function startListener(lines: string) {
  const thread = join(makeFolder(), "thread.ts");
  writeFileSync(thread, lines);
  const folder = makeFolder();
  const clock = Date.now;
  const doctor = openDoctor({ folder, clock, thread: pathToFileURL(thread) });
  const parts = {
    folder,
    clock,
    doctor,
    identity: { id: "0", name: "host" },
    signIn: new SignIn({ token: TOKEN, host: "0", clock }),
    log: pino({ level: "silent" }),
  };
  const listener = serveAdmin(parts as unknown as Admin, { address: "127.0.0.1", port: 0 });
  onTestFinished(async () => {
    doctor.stop();
    await listener.stop();
  });
  return { folder, doctor, url: listener.url };
}

/** A form of one file. */
function formOf(isKept: boolean): FormData {
  const form = new FormData();
  form.append("files", new File(["Volume activation"], "dlv.txt"));
  if (isKept) form.append("keep", "true");
  return form;
}

/** A host whose time stands still, and a browser that has signed in to it. */
async function startBrowser() {
  let now = Date.now();
  const system = await startAdmin({ clock: () => now });
  const { admin, ask } = system;
  const { origin } = new URL(admin.url);
  const { headers } = await ask("POST", "/v1/session", { token: admin.token }, { origin });
  const cookie = headers.get("set-cookie")?.split(";")[0] ?? "";
  /** Follows the events, and tells what has come and whether the stream has ended. */
  const follow = async (asked: Record<string, string>) => {
    const response = await fetch(`${admin.url}/v1/events?follow=true&after=0`, { headers: asked });
    const followed = { text: "", isOver: false, cancel: () => {} };
    const reader = response.body?.getReader();
    followed.cancel = () => void reader?.cancel();
    void (async () => {
      for (;;) {
        const { value, done } = (await reader?.read()) ?? { done: true };
        followed.text += new TextDecoder().decode(value);
        followed.isOver = done;
        if (done) return;
      }
    })();
    await until("the stream has begun", () => followed.text.includes("events follow"));
    return followed;
  };
  const wait = (milliseconds: number) => {
    now += milliseconds;
  };
  return { ...system, page: { cookie, origin }, follow, wait };
}

describe("evidence that is to be kept", () => {
  test.each([
    ["fails", "self.onmessage = () => { throw new Error('out of luck'); };", 500],
    [
      "cannot use it",
      'self.onmessage = () => self.postMessage({ kind: "problem", name: "BAD_INPUT", message: "No." });',
      400,
    ],
  ])("is dropped when the doctor %s, since nobody learns its id", async (_, lines, status) => {
    const { url, folder } = startListener(lines);
    const answer = await fetch(`${url}/v1/diagnosis`, {
      method: "POST",
      headers: bearer,
      body: formOf(true),
    });
    expect(answer.status).toBe(status);
    expect(readdirSync(join(folder, "evidence"))).toEqual([]);
  });

  test("is of 20 pieces at most, and whoever has one too many is told to remove some", async () => {
    const { ask, deployment } = await startAdmin();
    const all = join(deployment.hostFolder, "evidence");
    for (let at = 10; at < 29; at++) mkdirSync(join(all, `2026-01-01T00-00-00-0${at}Z`), { recursive: true });
    expect((await ask("POST", "/v1/diagnosis", formOf(true))).status).toBe(200);
    const { status, body } = await ask("POST", "/v1/diagnosis", formOf(true));
    expect([status, body.name, body.detail]).toEqual([
      400,
      "BAD_INPUT",
      expect.stringMatching(/20 pieces .*; remove some/),
    ]);
    expect(readdirSync(all).length).toBe(20);
    expect((await ask("POST", "/v1/diagnosis", formOf(false))).status).toBe(200);
    expect((await ask("DELETE", "/v1/evidence/2026-01-01T00-00-00-010Z")).status).toBe(200);
    expect((await ask("POST", "/v1/diagnosis", formOf(true))).status).toBe(200);
  });

  test("is of 1 GiB at most", async () => {
    const { ask, deployment } = await startAdmin();
    const large = join(deployment.hostFolder, "evidence", "2026-01-01T00-00-00-000Z");
    mkdirSync(large, { recursive: true });
    writeFileSync(join(large, "large.evtx"), "");
    truncateSync(join(large, "large.evtx"), 1024 ** 3);
    const { status, body } = await ask("POST", "/v1/diagnosis", formOf(true));
    expect([status, body.detail]).toEqual([400, expect.stringContaining("1 GiB")]);
    expect(existsSync(join(large, "large.evtx"))).toBe(true);
  });
});

test("files are refused before they are sent while too many wait for the doctor", async () => {
  const { url, doctor, folder } = startListener("self.onmessage = () => {};");
  const waiting = Promise.allSettled(Array.from({ length: 4 }, () => doctor.ofFiles(folder)));
  const { port, hostname } = new URL(url);
  const { promise, resolve } = Promise.withResolvers<string>();
  let told = "";
  const socket = await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      data(_, data) {
        told += data.toString();
        if (told.includes("}")) resolve(told);
      },
    },
  });
  // The head only: nothing of the body that it announces is ever sent.
  socket.write(
    `POST /v1/diagnosis HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${TOKEN}\r\n` +
      "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 60000000\r\n\r\n",
  );
  const answer = await promise;
  socket.end();
  expect(answer).toStartWith("HTTP/1.1 503 ");
  expect(answer).toMatch(/^retry-after: 15\r$/im);
  expect(answer).toContain("HOST_BUSY");
  expect(existsSync(join(folder, "dropped-evidence"))).toBe(false);
  doctor.stop();
  await waiting;
});

describe("a stream of events", () => {
  test("ends when its session is signed out, and sends nothing that came later", async () => {
    const { ask, follow, page, admin } = await startBrowser();
    const [mine, token] = [await follow(page), await follow({ authorization: `Bearer ${admin.token}` })];
    expect((await ask("DELETE", "/v1/session", undefined, page)).status).toBe(200);
    await ask("PATCH", "/v1/settings", { duplicates: "rearm" });
    await until("the stream of the token goes on", () => token.text.includes("data: "));
    await until("the stream of the session has ended", () => mine.isOver);
    expect(mine.text).not.toContain("data: ");
    expect(token.isOver).toBe(false);
    token.cancel();
  });

  test("ends when its session has expired, and does not keep it from that", async () => {
    const { ask, follow, page, wait } = await startBrowser();
    const idle = await follow(page);
    wait(29 * MINUTE);
    await Bun.sleep(1100);
    expect(idle.isOver).toBe(false);
    wait(MINUTE);
    await until("the stream has ended", () => idle.isOver);
    expect((await ask("GET", "/v1/session", undefined, page)).status).toBe(401);
  });
});

test.each([
  ["same-origin", 200],
  ["none", 200],
  ["same-site", 403],
  ["cross-site", 403],
  ["something new", 403],
])("a browser that says a page of %s reads by a session is answered %i", async (site, expected) => {
  const { ask, page, admin } = await startBrowser();
  const said = { "sec-fetch-site": site };
  for (const path of ["/v1/status", "/v1/machines", "/v1/events", "/v1/session"]) {
    const { status } = await ask("GET", path, undefined, { cookie: page.cookie, ...said });
    expect([path, status]).toEqual([path, expected]);
  }
  const byToken = { authorization: `Bearer ${admin.token}`, ...said };
  expect((await ask("GET", "/v1/status", undefined, byToken)).status).toBe(200);
});

test("a refused sign-in leaves a warning with the address and nothing that was tried, ten a minute at most", async () => {
  const lines: string[] = [];
  const log = pino({ level: "warn" }, { write: (line) => void lines.push(line) });
  let now = Date.now();
  const { admin, ask } = await startAdmin({ log, clock: () => now });
  const refused = () => lines.filter((line) => line.includes("sign-in")).map((line) => JSON.parse(line));
  const own = { origin: new URL(admin.url).origin };
  const enter = (token: string, headers = own) => ask("POST", "/v1/session", { token }, headers);
  const wrong = `${admin.token.slice(0, 42)}!`;
  expect((await enter(wrong)).status).toBe(401);
  expect(refused().map(({ level, time, pid, hostname, ...told }) => [level, told])).toEqual([
    [40, { from: "127.0.0.1", msg: "A sign-in was refused." }],
  ]);
  expect((await enter(admin.token, { origin: "https://evil.example" })).status).toBe(403);
  expect(refused().length).toBe(2);
  for (let at = 0; at < 20; at++) await enter(wrong);
  expect(refused().length).toBe(10);
  now += MINUTE;
  await enter(wrong);
  expect(refused().length).toBe(11);
  now += MINUTE;
  expect((await enter(admin.token)).status).toBe(200);
  expect(refused().length).toBe(11);
  expect(lines.join("")).not.toContain(wrong.slice(0, 20));
});

test("every answer says that it may not be framed, nor held by a window of another site", async () => {
  const { ask } = await startAdmin();
  const answers = [
    await ask("GET", "/", undefined, { accept: "text/html" }),
    await ask("GET", "/nothing", undefined, { accept: "text/html" }),
    await ask("GET", "/healthz"),
    await ask("GET", "/v1/status"),
    await ask("GET", "/v1/status", undefined, {}),
    await ask("PATCH", "/v1/status"),
    await ask("GET", "/v1/%zz"),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 404, 200, 200, 401, 405, 400]);
  for (const { headers } of answers) {
    expect([headers.get("x-frame-options"), headers.get("cross-origin-opener-policy")]).toEqual([
      "DENY",
      "same-origin",
    ]);
  }
});

test.each(["%", "%zz", "%ff", "%E0%A4%A", "%u0041", "%ed%a0%80"])(
  "a path with the malformed encoding %p is refused as malformed, wherever it is",
  async (wrong) => {
    const { ask } = await startAdmin();
    for (const path of [
      `/${wrong}`,
      `/v1/${wrong}`,
      `/v1/evidence/${wrong}/diagnosis`,
      `/machines/${wrong}/x`,
    ]) {
      const { status, body } = await ask("GET", path);
      expect([path, status, body.name]).toEqual([path, 400, "BAD_REQUEST"]);
    }
    expect((await ask("GET", "/v1/causes/%E3%81%82%25")).status).toBe(404);
  },
);
