import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deploy } from "../src/fleet/deployment.ts";
import { tokenPath } from "../src/host/folder.ts";
import { openHostStore } from "../src/host/folder-store.ts";
import { startBind } from "./bind.ts";
import { makeFolder } from "./folders.ts";
import { muster, startHostProcess, stopHostProcess, until } from "./muster.ts";
import { makeRequest } from "./requests.ts";
import { post } from "./system.ts";

setDefaultTimeout(120_000);

const ZONE = "corp.example";
const QUIET = ["--port", "0", "--no-dns"];

async function makeHost() {
  const deployment = await deploy(makeFolder(), { hostName: "kms01", now: Date.now() });
  const [product] = deployment.products;
  if (!product) throw new Error("a deployment has products");
  return { ...deployment, product, folder: deployment.hostFolder };
}

const linesOf = (errors: string) =>
  errors
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { level: string; msg: string; time: string });

describe("muster host run", () => {
  test("opens a port for administrators on this machine only, whose token stays in its file", async () => {
    const { folder } = await makeHost();
    const host = await startHostProcess(folder, ...QUIET, "--admin-port", "0");
    expect(host.admin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const token = readFileSync(tokenPath(folder), "utf8").trim();
    const authorization = `Bearer ${token}`;
    expect((await fetch(`${host.admin}/v1/status`, { headers: { authorization } })).status).toBe(200);
    expect((await fetch(`${host.admin}/v1/status`)).status).toBe(401);
    await stopHostProcess(host);
    expect(host.errors()).not.toContain(token);
  });

  test("opens none with --no-admin", async () => {
    const { folder } = await makeHost();
    const host = await startHostProcess(folder, ...QUIET, "--no-admin");
    expect(host.admin).toBeUndefined();
  });

  test("logs JSON lines to stderr, and in the most talkative level no machine, key, token or ticket", async () => {
    const { folder, product } = await makeHost();
    const host = await startHostProcess(folder, ...QUIET, "--admin-port", "0", "--log-level", "trace");
    const secrets: string[] = [];
    for (let at = 0; at < 30; at++) {
      const request = makeRequest(product, { now: Date.now(), name: `pc-secret-${at}` });
      const { body } = await post(host.url, request);
      secrets.push(request.cmid, request.machine.name, body.ticket, body.lease ?? body.ticket);
    }
    secrets.push(readFileSync(tokenPath(folder), "utf8").trim());
    secrets.push(...readFileSync(join(folder, "host.key"), "utf8").split("\n").slice(1, 2));
    const headers = { authorization: `Bearer ${secrets.at(-2)}` };
    for (const path of ["/v1/machines", "/v1/nothing", "/metrics"])
      await fetch(host.admin + path, { headers });
    await stopHostProcess(host);
    const lines = linesOf(host.errors());
    expect(lines.map(({ msg }) => msg)).toContain("The host answers.");
    expect(lines.at(-1)?.msg).toBe("The host ends.");
    for (const { level, time } of lines) {
      expect(["trace", "debug", "info", "warn"]).toContain(level);
      expect(new Date(time).toISOString()).toBe(time);
    }
    for (const secret of secrets) expect(host.errors()).not.toContain(secret);
  });

  test("says nothing of what goes well at level warn", async () => {
    const { folder } = await makeHost();
    const host = await startHostProcess(folder, ...QUIET, "--admin-port", "0", "--log-level", "warn");
    await stopHostProcess(host);
    expect(host.errors()).toBe("");
  });

  test("reads its licence, settings and muster.toml again at SIGHUP, and keeps what it has when they are bad", async () => {
    const { folder } = await makeHost();
    const toml = join(makeFolder(), "muster.toml");
    writeFileSync(toml, '[host]\nlog-level = "warn"\n');
    const host = await startHostProcess(folder, ...QUIET, "--admin-port", "0", "--config", toml);
    expect(host.errors()).toBe("");
    writeFileSync(toml, '[host]\nlog-level = "info"\nadmin-address = "127.0.0.2"\n');
    process.kill(host.pid, "SIGHUP");
    await until("it has read them", () => host.errors().includes("read its licence"));
    expect(host.errors()).toContain("The option adminAddress takes effect when the host is started again.");
    writeFileSync(toml, '[host]\nlog-level = "chatty"\n');
    process.kill(host.pid, "SIGHUP");
    await until("it has refused them", () => host.errors().includes("The host keeps what it has"));
    const store = await openHostStore(folder);
    await store.changeSetting("renewal-interval", "60", () => [], Date.now());
    await store.close();
    await until("it says what changed", () => host.errors().includes('"setting":"renewalInterval"'));
    expect((await fetch(`${host.admin}/healthz`)).status).toBe(200);
  });

  test("publishes with another TSIG key once SIGHUP has told it to read muster.toml again", async () => {
    const deployment = await deploy(makeFolder(), { hostName: `kms01.${ZONE}`, now: Date.now() });
    const bind = await startBind({ zone: ZONE, records: ["kms01 A 127.0.0.1"] });
    try {
      const toml = join(makeFolder(), "muster.toml");
      const write = (key: string) =>
        writeFileSync(
          toml,
          `[host]\ndns-domain = "${ZONE}"\ndns-server = "${bind.server}"\ntsig-key = "${key}"\n`,
        );
      write(bind.wrongKeyFile);
      const options = ["--port", "0", "--admin-port", "0", "--config", toml];
      const host = await startHostProcess(deployment.hostFolder, ...options);
      const health = async () => (await fetch(`${host.admin}/healthz`)).status;
      await until("it could not publish itself", async () => (await health()) === 503);
      expect(await bind.dig(`_muster._tcp.${ZONE}`, "SRV")).toEqual([]);
      write(bind.keyFile);
      process.kill(host.pid, "SIGHUP");
      await until("it is in DNS", async () => (await bind.dig(`_muster._tcp.${ZONE}`, "SRV")).length === 1);
      await until("it is well", async () => (await health()) === 200);
      await stopHostProcess(host);
    } finally {
      await bind.stop();
    }
  });

  test("ends at SIGTERM although somebody follows its events", async () => {
    const { folder } = await makeHost();
    const host = await startHostProcess(folder, ...QUIET, "--admin-port", "0");
    const headers = { authorization: `Bearer ${readFileSync(tokenPath(folder), "utf8").trim()}` };
    const following = await fetch(`${host.admin}/v1/events?follow=true`, { headers });
    const text = following.text();
    await stopHostProcess(host);
    expect(await text).toContain(": events follow");
  });
});

describe("muster events --xml", () => {
  test("prints what xmllint finds to be Windows Event XML, requests with their fields one by one", async () => {
    const { folder, product } = await makeHost();
    const host = await startHostProcess(folder, ...QUIET, "--no-admin");
    const request = makeRequest(product, { now: Date.now(), name: "büro & co" });
    await post(host.url, request);
    await stopHostProcess(host);
    const { out, err, exit } = await muster("events", "--xml", "--data", folder);
    expect([exit, err]).toEqual([0, ""]);
    const path = join(makeFolder(), "events.xml");
    writeFileSync(path, out);
    const schema = join(import.meta.dir, "schemas", "event-export.xsd");
    expect(Bun.spawnSync(["xmllint", "--noout", "--schema", schema, path]).exitCode).toBe(0);
    const data = Bun.spawnSync([
      "xmllint",
      "--xpath",
      "//*[local-name()='Data']/text()",
      path,
    ]).stdout.toString();
    const fields = data.trim().split("\n");
    expect(fields.length).toBe(10);
    expect([fields[1], fields[2], fields[3], fields[4]]).toEqual([
      "0xC004F038",
      "25",
      "büro &amp; co",
      request.cmid,
    ]);
    expect(fields[0]?.split(",").slice(0, 2)).toEqual(["0xC004F038", "25"]);
  });

  test.each([["--json"], ["--follow"]])("is no companion of %s", async (other) => {
    const { exit, err } = await muster("events", "--xml", other, "--data", makeFolder());
    expect([exit, err]).toEqual([2, expect.stringContaining("cannot be used with")]);
  });
});
