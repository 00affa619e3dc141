import { expect, test } from "bun:test";
import { join } from "node:path";
import { version } from "../../package.json";
import { makeFolder } from "../../test/folders.ts";
import { muster } from "../../test/muster.ts";
import { deploy } from "../fleet/deployment.ts";

test("a client and a host print dlv in one form: the version once, then blocks between empty lines", async () => {
  const folder = makeFolder();
  const { products, catalogueFile, hostFolder } = await deploy(folder, {
    hostName: "kms01",
    now: Date.now(),
  });
  const [client, server] = products;
  if (client === undefined || server === undefined) throw new Error("a deployment has two products");
  const data = ["--data", join(folder, "client")];
  await muster("ipk", client.setupKey, "--catalogue", catalogueFile, ...data);

  const blocksOf = async (...args: string[]) => (await muster("dlv", ...args)).out.trimEnd().split("\n\n");
  const [one, all, host] = await Promise.all([
    blocksOf(...data),
    blocksOf("all", ...data),
    blocksOf("--data", hostFolder),
  ]);
  for (const blocks of [one, all, host]) {
    expect(blocks[0]).toBe(`Software licensing service version: ${version}`);
    expect(blocks.join("\n").match(/service version/g)).toHaveLength(1);
    expect(blocks[1]).toStartWith("Name: ");
  }
  const names = (blocks: string[]) =>
    blocks.filter((block) => block.startsWith("Name: ")).map((block) => block.split("\n")[0]);
  expect(names(one)).toEqual([`Name: ${client.name}`]);
  expect(names(all)).toEqual([`Name: ${client.name}`, `Name: ${server.name}`]);
  const unused = all.find((block) => block.startsWith(`Name: ${server.name}`));
  expect(unused).toContain("\nThis license is not in use.\nLicense Status: Unlicensed\n");
  expect(unused).toContain(`\nActivation ID: ${server.product}\n`);
}, 300_000);
