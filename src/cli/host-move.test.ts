import { expect, test } from "bun:test";
import { makeFolder } from "../../test/folders.ts";
import { muster, startHostProcess, stopHostProcess } from "../../test/muster.ts";
import { deploy } from "../fleet/deployment.ts";

const LIMIT = 300_000;

async function makeHost(): Promise<string> {
  return (await deploy(makeFolder(), { hostName: "kms01", now: Date.now() })).hostFolder;
}

test(
  "an export to standard output is told of on stderr, as JSON where that is asked for",
  async () => {
    const folder = await makeHost();
    await stopHostProcess(await startHostProcess(folder, "--port", "0", "--no-admin", "--no-dns"));
    const command = ["host", "export", "-o", "-", "--data", folder];
    const { exit, err, out } = await muster(...command, "--json");
    expect(exit).toBe(0);
    expect(JSON.parse(err)).toMatchObject({ file: "-", name: "kms01", handedOver: false, serving: [] });
    expect(out.length).toBeGreaterThan(0);
    expect((await muster(...command)).err).toMatch(/^Export +-\n/);
  },
  LIMIT,
);

test(
  "a host that takes back what is not handed over says so in one line and serves",
  async () => {
    const folder = await makeHost();
    const free = ["--port", "0", "--no-admin", "--no-dns"];
    const sentence = "is not handed over, so --take-back has nothing to take back";
    const host = await startHostProcess(folder, ...free, "--take-back");
    await stopHostProcess(host);
    expect(
      host
        .errors()
        .split("\n")
        .filter((line) => line.includes(sentence)),
    ).toHaveLength(1);

    expect((await muster("host", "export", "--hand-over", "-o", `${folder}.gz`, "--data", folder)).exit).toBe(
      0,
    );
    const back = await startHostProcess(folder, ...free, "--take-back");
    await stopHostProcess(back);
    expect(back.errors()).not.toContain(sentence);
  },
  LIMIT,
);
