import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { signDocuments } from "../../test/documents.ts";
import { makeCurrentDocuments, startFakeHost } from "../../test/fake-host.ts";
import { makeFolder } from "../../test/folders.ts";

const SOURCES = join(import.meta.dir, "..");
const documents = makeCurrentDocuments(Date.now());
const { catalogue } = signDocuments(documents);
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Bundles one file and gives the text. What a runtime has of its own stays an import. */
async function bundle(entry: string, target: "browser" | "node"): Promise<string> {
  const { outputs } = await Bun.build({
    entrypoints: [join(SOURCES, entry)],
    target,
    external: ["node:*", "bun", "bun:*"],
    packages: "external",
  });
  const [output] = outputs;
  return output === undefined ? "" : output.text();
}

const importsIn = (text: string) =>
  new Bun.Transpiler({ loader: "js" }).scanImports(text).map(({ path }) => path);

/** Runs a module under Node beside `files`, and gives what it prints. */
async function runInNode(files: Record<string, string>, script: string): Promise<string> {
  const folder = makeFolder();
  for (const [name, text] of Object.entries({ ...files, "main.mjs": script }))
    await Bun.write(join(folder, name), text);
  const node = Bun.which("node");
  if (node === null) throw new Error("This test needs node on the PATH.");
  const child = Bun.spawn([node, "main.mjs"], { cwd: folder, stdout: "pipe", stderr: "pipe" });
  const [out, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) !== 0) throw new Error(errors);
  return out.trim();
}

test.each(["client/sdk.ts", "protocol/index.ts"])(
  "%s bundles for browsers and imports nothing at all",
  async (entry) => {
    const text = await bundle(entry, "browser");
    expect(text.length).toBeGreaterThan(1000);
    expect(importsIn(text)).toEqual([]);
    expect(text).not.toMatch(/\bnode:|\bBun\.|\bprocess\.|\brequire\(/);
  },
);

test("the client for Node imports Node's own modules and no package", async () => {
  const imports = importsIn(await bundle("client/index.ts", "node"));
  expect(imports.length).toBeGreaterThan(3);
  expect(imports.filter((name) => !name.startsWith("node:"))).toEqual([]);
});

describe("under Node", () => {
  test("the SDK tells a program of its licence", async () => {
    const script = `
      import { createMemoryStore, createSdk } from "./sdk.mjs";
      const sdk = createSdk({ store: createMemoryStore(), catalogue: ${JSON.stringify(catalogue)}, product: ${JSON.stringify(documents.client.id)} });
      const { status, name, reason } = await sdk.status();
      console.log(status, name, reason);`;
    const files = { "sdk.mjs": await bundle("client/sdk.ts", "browser") };
    expect(await runInNode(files, script)).toBe("0 Unlicensed KEY_MISSING");
  });

  test("the client activates against a host, keeps its lease in a folder, and is licensed when opened again", async () => {
    const host = startFakeHost(documents);
    closing.push(host.stop);
    const script = `
      import { createClient, createSdk, openFolder, readEvents } from "./client.mjs";
      const client = createClient({ dir: "data", timeout: 60_000, suffixes: [], machine: { name: "pc-node" } });
      await client.install(${JSON.stringify(documents.client.setupKeys[0])}, ${JSON.stringify(catalogue)});
      const lost = await client.activate();
      await client.configure({ registeredHost: { host: "127.0.0.1", port: ${host.port}, secure: false } });
      const found = await client.activate();
      const { status, licensed } = await createSdk({ store: openFolder("data") }).status();
      console.log(lost.code, found.code, status, licensed, readEvents("data").map(({ id }) => id).filter((id) => id < 12400).join(" "));`;
    const files = { "client.mjs": await bundle("client/index.ts", "node") };
    expect(await runInNode(files, script)).toBe("0x8007007B 0x00000000 1 true 12288 12288 12289");
    expect(host.requests[0]?.machine.name).toBe("pc-node");
  });

  test("a port where nothing listens and one that is silent have the same codes as elsewhere", async () => {
    const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const gone = startFakeHost(documents);
    gone.stop();
    closing.push(() => silent.stop(true));
    const script = `
      import { createClient } from "./client.mjs";
      const client = createClient({ dir: "data", timeout: 3000, suffixes: [] });
      await client.install(${JSON.stringify(documents.client.setupKeys[0])}, ${JSON.stringify(catalogue)});
      const codes = [];
      for (const port of [${gone.port}, ${silent.port}]) {
        await client.configure({ registeredHost: { host: "127.0.0.1", port, secure: false } });
        codes.push(...(await client.activate()).tries.map(({ name }) => name));
      }
      console.log(codes.join(" "));`;
    const files = { "client.mjs": await bundle("client/index.ts", "node") };
    expect(await runInNode(files, script)).toBe("CONNECTION_REFUSED CONNECTION_TIMED_OUT");
  });
});
