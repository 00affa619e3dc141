import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { makeFolder } from "./folders.ts";
import { makeRequest } from "./requests.ts";
import { post } from "./system.ts";

setDefaultTimeout(120_000);

const MUSTER = join(import.meta.dir, "..", "src", "cli", "main.ts");
const FREE = ["--port", "0", "--dns-port", "0", "--admin-port", "0"];

function startUp(...options: string[]) {
  return Bun.spawn([process.execPath, MUSTER, "up", ...FREE, ...options], { stdout: "pipe", stderr: "pipe" });
}

async function runUp(...options: string[]): Promise<{ exit: number; out: string; errors: string }> {
  const child = startUp(...options);
  const [out, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { exit: await child.exited, out, errors };
}

const lastLine = (out: string): unknown => JSON.parse(out.trim().split("\n").at(-1) ?? "");

describe("muster up --once", () => {
  test("activates 30 machines and ends with one line of JSON", async () => {
    const { exit, out, errors } = await runUp("--machines", "30", "--once", "--json");
    expect(lastLine(out)).toEqual({
      machines: 30,
      activated: 30,
      count: 30,
      unique: 30,
      required: 25,
      seconds: expect.any(Number),
    });
    expect([exit, errors]).toEqual([0, ""]);
  });

  test("activates none of 24 machines, and says why in words", async () => {
    const { exit, out } = await runUp("--machines", "24", "--once", "--json");
    expect(lastLine(out)).toMatchObject({
      machines: 24,
      activated: 0,
      count: 24,
      unique: 24,
      code: "0xC004F038",
    });
    expect(exit).toBe(1);
    const { out: text } = await runUp("--machines", "24", "--once");
    expect(text).toContain("the count is 24 of 25, so 1 more machine has to ask first");
  });

  test("leases to as many machines as there are seats when overage is denied", async () => {
    const { exit, out } = await runUp(
      "--machines",
      "30",
      "--once",
      "--json",
      "--seats",
      "27",
      "--overage",
      "deny",
    );
    expect(lastLine(out)).toMatchObject({ machines: 30, activated: 27, count: 30, code: "0xC004F074" });
    expect(out).toContain("0xC004C020");
    expect(exit).toBe(1);
  });

  test("keeps everything in a folder when told so, and uses it again", async () => {
    const folder = join(makeFolder(), "kept");
    for (const round of [1, 2]) {
      const { exit, out } = await runUp("--machines", "25", "--once", "--json", "--data", folder);
      expect([round, exit, lastLine(out)]).toMatchObject([round, 0, { activated: 25, unique: 25 }]);
    }
  });
});

describe("muster up that cannot start ends, leaves no temporary folder, and says why", () => {
  test.each<[options: string[], exit: number, says: RegExp]>([
    [["--store", "mysql://x"], 2, /^muster: The store must be sqlite, or a PostgreSQL database/],
    [["--store", "postgres://127.0.0.1:1/x"], 1, /^muster: The host cannot write to its store/],
    [["--hosts", "2"], 2, /^muster: Several hosts share one count in PostgreSQL only/],
    [["--once", "--machines", "0"], 2, /^muster: With --once there has to be a machine to activate/],
  ])("%p", async (options, exit, says) => {
    const { outcome, left } = await startInVain([...FREE, ...options]);
    expect(outcome).toEqual({ exit, out: "", errors: expect.stringMatching(says) });
    expect(left).toEqual([]);
  });

  test("as one of its ports is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    try {
      const options = ["--port", "0", "--dns-port", "0", "--admin-port", String(port)];
      const { outcome, left } = await startInVain(options);
      const says = expect.stringMatching(new RegExp(`^muster: Port ${port} is taken .* --admin-port`));
      expect(outcome).toEqual({ exit: 2, out: "", errors: says });
      expect(left).toEqual([]);
    } finally {
      taken.close();
    }
  });

  test("and tells of a password that others can read, and where it is not seen", async () => {
    const { outcome } = await startInVain([...FREE, "--store", "postgres://someone:secret@127.0.0.1:1/x"]);
    const [warning] = outcome.errors.split("\n");
    expect(warning).toBe(
      "muster: The password in --store can be read in the list of processes; give the store with MUSTER_UP_STORE or in muster.toml.",
    );
  });
});

/** Runs `muster up` with a folder of its own for what is temporary, and gives what it left there. */
async function startInVain(options: string[]) {
  const temporary = makeFolder();
  const child = Bun.spawn([process.execPath, MUSTER, "up", ...options], {
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, TMPDIR: temporary },
  });
  const [out, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  const left = readdirSync(temporary).filter((name) => name.startsWith("muster-up-"));
  return { outcome: { exit: await child.exited, out, errors }, left };
}

test("muster up --json says where everything is, serves clients that are not its own, and ends at SIGTERM", async () => {
  const child = startUp("--machines", "0", "--json");
  const { value } = await child.stdout.getReader().read();
  const ready = JSON.parse(new TextDecoder().decode(value));
  const { activation, console: link, token } = ready;
  expect(ready).toMatchObject({
    ready: true,
    activation: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    hosts: [activation],
    dns: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    domain: "muster.test",
    catalogue: expect.stringContaining("catalogue.jws"),
    console: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/#token=/),
  });
  // The code of the link works once and is in the fragment, which browsers do not send; the API takes the token as a header.
  const { origin, hash } = new URL(link);
  expect(hash).not.toContain(token);
  const enter = {
    method: "POST",
    headers: { origin },
    body: JSON.stringify({ token: hash.slice("#token=".length) }),
  };
  expect((await fetch(`${origin}/v1/session`, enter)).status).toBe(200);
  expect((await fetch(`${origin}/v1/session`, enter)).status).toBe(401);
  const headers = { authorization: `Bearer ${token}` };
  expect((await fetch(`${origin}/v1/status`, { headers })).status).toBe(200);
  const [desktop, server] = ready.products;
  expect([desktop.required, server.required]).toEqual([25, 5]);
  expect(desktop.application).toBe(server.application);
  expect(desktop.setupKey).toMatch(/^([B-Y2-9]{5}-){4}[B-Y2-9]{5}$/);
  const { status, body } = await post(activation, makeRequest(desktop, { now: Date.now() }));
  expect([status, body.count]).toEqual([200, 1]);
  child.kill("SIGTERM");
  expect(await child.exited).toBe(0);
});
