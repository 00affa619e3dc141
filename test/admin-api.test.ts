import { describe, expect, onTestFinished, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { Route } from "../src/host/admin/route.ts";
import { ROUTES } from "../src/host/admin/routes.ts";
import { restoreHost } from "../src/host/backup/restore.ts";
import { SETTING_NAMES } from "../src/host/settings.ts";
import { changeSetting } from "../src/host/settings-change.ts";
import { openVendor } from "../src/vendor/vendor.ts";
import { startAdmin } from "./admin.ts";
import { makeFolder } from "./folders.ts";
import { NOW } from "./requests.ts";

interface Events {
  readonly events: { readonly row: number; readonly id: number; readonly info: string }[];
}
interface Status {
  readonly applications: { readonly current: number; readonly unique: number; readonly required: number[] }[];
  readonly leased: number;
  readonly daysLeft: number;
  readonly licensed: boolean;
}

describe("GET /v1/status", () => {
  test("shows the host, its licence, its counts beside what products require, its seats and its store", async () => {
    const { ask, enrol, host, url } = await startAdmin();
    await enrol(26);
    const { body } = await ask<Status>("GET", "/v1/status");
    expect(body).toMatchObject({
      name: host.name,
      activation: url,
      licensed: true,
      leased: 2,
      seats: null,
      publishing: [],
    });
    expect(body.applications).toMatchObject([{ current: 26, unique: 26, required: [5, 25] }]);
    expect(body).toMatchObject({ store: { mostEventBytes: 20_000_000, bytes: expect.any(Number) } });
  });
});

describe("settings", () => {
  interface Settings {
    readonly settings: {
      readonly name: string;
      readonly value: string;
      readonly isDefault: boolean;
      readonly meaning: string;
      readonly before: string | null;
      readonly changed: string | null;
      readonly restart: boolean;
    }[];
    readonly seats: object;
  }
  const settingOf = ({ settings }: Settings, name: string) =>
    settings.find((each) => each.name === name)?.value;

  test("are changed with an event of the old and the new value, and in force at once", async () => {
    const { ask, host } = await startAdmin();
    const changed = await ask<Settings>("PATCH", "/v1/settings", {
      "renewal-interval": 60,
      duplicates: "rearm",
    });
    expect([settingOf(changed.body, "renewal-interval"), settingOf(changed.body, "duplicates")]).toEqual([
      "60",
      "rearm",
    ]);
    expect(host.situation().settings).toMatchObject({ renewalInterval: 60, duplicates: "rearm" });
    await ask("PATCH", "/v1/settings", { "renewal-interval": null });
    const { events } = (await ask<Events>("GET", "/v1/events?id=12402")).body;
    expect(events.map(({ info }) => info)).toEqual([
      "renewal-interval, default, 60, admin 127.0.0.1",
      "duplicates, report, rearm, admin 127.0.0.1",
      "renewal-interval, 60, default, admin 127.0.0.1",
    ]);
  });

  test("say what they do, what they take, what they were and who changed them", async () => {
    const { ask, host } = await startAdmin({ seats: 3 });
    const all = (await ask<Settings>("GET", "/v1/settings?lang=ja")).body.settings;
    expect(all.map(({ name }) => name)).toEqual(SETTING_NAMES);
    for (const { meaning, before, changed } of all) {
      expect([meaning, before, changed]).toEqual([expect.stringMatching(/[ぁ-ん]/), null, null]);
    }
    await changeSetting(host.store, "duplicates", "rearm", "root", NOW);
    await ask("PATCH", "/v1/settings", { port: "default", "event-log-size": 5 });
    const { body } = await ask<Settings>("GET", "/v1/settings");
    const named = Object.fromEntries(body.settings.map((setting) => [setting.name, setting]));
    expect(named.duplicates).toMatchObject({
      value: "rearm",
      before: "report",
      changedBy: "root",
      changed: new Date(NOW).toISOString(),
      choices: ["report", "rearm"],
      restart: false,
    });
    expect(named["event-log-size"]).toMatchObject({
      before: "20",
      changedBy: "admin 127.0.0.1",
      least: 1,
      most: 10_000,
    });
    expect(named.port?.changed).toBeNull();
    // This host was started without DNS.
    expect(named["dns-publishing"]?.restart).toBe(true);
    expect(body.seats).toEqual({ seats: 3, overage: "allow", leased: 0 });
  });

  test.each([
    [{ "renewal-interval": 1 }, "BAD_INPUT"],
    [{ "renewal-interval": 60, port: "http" }, "BAD_INPUT"],
    [{ colour: "red" }, "BAD_REQUEST"],
    [{ port: [1688] }, "BAD_REQUEST"],
    ["{", "BAD_REQUEST"],
    ["[]", "BAD_REQUEST"],
  ])("stay as they are when one of a change is wrong: %j", async (body, name) => {
    const { ask } = await startAdmin();
    const before = await ask<Settings>("GET", "/v1/settings");
    const { status, body: problem } = await ask("PATCH", "/v1/settings", body);
    expect([status, problem.name]).toEqual([400, name]);
    expect((await ask<Settings>("GET", "/v1/settings")).body).toEqual(before.body);
  });
});

describe("POST /v1/backup", () => {
  test("writes a whole backup of mode 0600 into the host's own folder", async () => {
    const { ask, enrol, deployment } = await startAdmin();
    await enrol(3);
    const { status, body } = await ask<{ file: string; rows: Record<string, number> }>(
      "POST",
      "/v1/backup",
      {},
    );
    expect([status, body.rows.machine]).toEqual([201, 3]);
    expect(body.file).toStartWith(join(deployment.hostFolder, "backups", "muster-kms01-"));
    expect(statSync(body.file).mode & 0o777).toBe(0o600);
    const target = join(makeFolder(), "host");
    expect((await restoreHost(body.file, target, { force: false, now: NOW })).manifest.rows.machine).toBe(3);
    expect(readFileSync(join(target, "admin-token"), "utf8")).toBe(
      readFileSync(join(deployment.hostFolder, "admin-token"), "utf8"),
    );
  });

  test.each(["../host.key", "a/b", "", ".hidden", "x".repeat(101)])(
    "takes no name such as %p",
    async (name) => {
      const { ask } = await startAdmin();
      expect((await ask("POST", "/v1/backup", { name })).status).toBe(400);
    },
  );
});

test("every answer is what its schema says, no more and no less", async () => {
  const { ask, enrol, product, deployment } = await startAdmin({ seats: 40 });
  const [first] = await enrol(26);
  const vendor = openVendor(deployment.vendorFolder);
  onTestFinished(() => vendor.close());
  const { text: key } = vendor.hostKey({ application: "Muster Demo" }, Date.now());
  const file = new FormData();
  file.append("files", new File(["Name: Windows(R)"], "dlv.txt"));
  file.append("keep", "true");
  const kept = await ask<{ kept: string }>("POST", "/v1/diagnosis", file);
  const phone = await ask<{ installationId: string }>("POST", "/v1/license/installation-id", { key });
  const { confirmationId } = await vendor.confirm(phone.body.installationId, Date.now());
  const { request } = (await ask<{ request: string }>("POST", "/v1/license/request", { key })).body;
  const { license } = await vendor.approve(request, Date.now());
  const bodies: Record<string, unknown> = {
    "POST /v1/diagnosis": file,
    "POST /v1/license/request": { key },
    "POST /v1/license/installation-id": { key },
    "POST /v1/license": { license },
    "POST /v1/license/confirmation": { digits: confirmationId, key },
    "POST /v1/catalogue": { catalogue: deployment.catalogue },
  };
  const checked: string[] = [];
  const isLast = ({ method }: Route) => Number(method === "DELETE");
  for (const { method, path, schemas, type } of ROUTES.toSorted((one, two) => isLast(one) - isLast(two))) {
    if (type !== undefined || path.startsWith("/v1/session") || path.startsWith("/v1/sign-in")) continue;
    const filled = path
      .replace(":application", product.application)
      .replace(":cmid", first?.cmid ?? "")
      .replace("causes/:id", "causes/h10")
      .replace(":id", kept.body.kept);
    const empty = method === "PATCH" || method === "POST" ? {} : undefined;
    const { status, body } = await ask(method, filled, bodies[`${method} ${path}`] ?? empty);
    expect({ method, path, detail: body.detail, isDone: status < 300 }).toEqual({
      method,
      path,
      detail: undefined,
      isDone: true,
    } as never);
    const strict = schemas.answer instanceof z.ZodObject ? deepStrict(schemas.answer) : schemas.answer;
    const { error } = strict.safeParse(body);
    expect([method, path, error?.issues]).toEqual([method, path, undefined]);
    checked.push(`${method} ${path}`);
  }
  expect(checked.length).toBeGreaterThan(25);
});

/** The same schema, refusing what it does not name. */
function deepStrict(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    const shape = Object.entries(schema.shape as Record<string, z.ZodType>);
    return z.strictObject(Object.fromEntries(shape.map(([name, each]) => [name, deepStrict(each)])));
  }
  if (schema instanceof z.ZodArray) return z.array(deepStrict(schema.element as z.ZodType));
  if (schema instanceof z.ZodOptional) return deepStrict(schema.unwrap() as z.ZodType).optional();
  if (schema instanceof z.ZodNullable) return deepStrict(schema.unwrap() as z.ZodType).nullable();
  return schema;
}
