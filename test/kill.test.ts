import { expect, test } from "bun:test";
import { join } from "node:path";
import { deploy } from "../src/fleet/deployment.ts";
import { storePath } from "../src/host/folder.ts";
import { openSqliteStore } from "../src/host/sqlite/store.ts";
import type { ActivationRequest } from "../src/protocol/messages.ts";
import { makeFolder } from "./folders.ts";
import { makeRequest } from "./requests.ts";
import { post } from "./system.ts";

const MUSTER = join(import.meta.dir, "..", "src", "cli", "main.ts");
const KILLS = 20;
const CONNECTIONS = 16;

/** Starts `muster host run` as a process of its own and waits until it answers. */
async function startProcess(hostFolder: string) {
  const child = Bun.spawn(
    [
      process.execPath,
      MUSTER,
      "host",
      "run",
      "--data",
      hostFolder,
      "--address",
      "127.0.0.1",
      "--port",
      "0",
      "--json",
      "--no-dns",
    ],
    { stdout: "pipe", stderr: "inherit" },
  );
  const { value } = await child.stdout.getReader().read();
  const { activation } = JSON.parse(new TextDecoder().decode(value)) as { activation: string };
  return { child, url: activation };
}

test("a host killed under load 20 times keeps every machine whose answer arrived, and counts right", async () => {
  const deployment = await deploy(makeFolder(), { hostName: "kms01", now: Date.now() });
  const [desktop] = deployment.products;
  if (!desktop) throw new Error("a deployment has products");
  const sent = new Set<string>();
  const acknowledged = new Map<string, number>();

  for (let round = 0; round < KILLS; round++) {
    const { child, url } = await startProcess(deployment.hostFolder);
    let isUp = true;
    const ask = async () => {
      while (isUp) {
        // Every third request is a machine that was there before, so that updates are killed too.
        const known = [...acknowledged.keys()];
        const cmid =
          known.length > 0 && Math.random() < 0.3
            ? known[Math.floor(Math.random() * known.length)]
            : undefined;
        const request: ActivationRequest = makeRequest(desktop, {
          now: Date.now(),
          ...(cmid ? { cmid } : {}),
        });
        sent.add(request.cmid);
        const answer = await post(url, request).catch(() => undefined);
        if (answer?.status === 200) acknowledged.set(request.cmid, answer.body.count);
      }
    };
    const load = Array.from({ length: CONNECTIONS }, ask);
    await Bun.sleep(60 + Math.random() * 120);
    child.kill("SIGKILL");
    isUp = false;
    await Promise.all([child.exited, ...load]);
  }

  const store = openSqliteStore({ path: storePath(deployment.hostFolder), machine: "kms01" });
  store.register({ id: desktop.application, countWindow: 30 * 24 * 60 });
  const stored = new Set((await store.machines(1_000_000)).map(({ cmid }) => cmid));
  const { unique, requests } = await store.figures(desktop.application, Date.now());
  await store.close();

  expect(acknowledged.size).toBeGreaterThan(KILLS);
  expect([...acknowledged.keys()].filter((cmid) => !stored.has(cmid))).toEqual([]);
  expect([...stored].filter((cmid) => !sent.has(cmid))).toEqual([]);
  expect(unique).toBe(stored.size);
  expect(requests.total).toBeGreaterThanOrEqual(acknowledged.size);
  expect(Math.max(...acknowledged.values())).toBe(50);
}, 120_000);
