import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../test/folders.ts";
import { muster } from "../../test/muster.ts";
import { deploy } from "../fleet/deployment.ts";

const LIMIT = 300_000;

async function setUp() {
  const deployment = await deploy(makeFolder(), { hostName: "kms01", now: Date.now() });
  const [product] = deployment.products;
  return { ...deployment, client: join(makeFolder(), "client"), setupKey: product?.setupKey ?? "" };
}

test(
  "a command of the client refuses the folder of a host or of a vendor, and writes nothing there",
  async () => {
    const { hostFolder, vendorFolder, catalogueFile, setupKey } = await setUp();
    const commands = [
      ["ipk", setupKey, "--catalogue", catalogueFile],
      ["skms", "kms01.corp.example"],
      ["ckhc"],
      ["ato"],
      ["rearm"],
      ["client", "run", "--once"],
      ["client", "status"],
    ];
    for (const [role, folder] of [
      ["host", hostFolder],
      ["vendor", vendorFolder],
    ] as const) {
      const before = readdirSync(folder).sort();
      for (const command of commands) {
        expect({ command, ...(await muster(...command, "--data", folder)) }).toEqual({
          command,
          exit: 2,
          out: "",
          err: `muster: ${folder} is the folder of a ${role}, so it cannot be that of a client; give the client's own folder with --data. (0x8007000D)\n`,
        });
      }
      expect(readdirSync(folder).sort()).toEqual(before);
    }
  },
  LIMIT,
);

test(
  "no host and no vendor is made in the folder of a client",
  async () => {
    const { client, catalogueFile } = await setUp();
    expect((await muster("skms", "kms01.corp.example", "--data", client)).exit).toBe(0);
    const before = readdirSync(client).sort();
    for (const [role, command] of [
      ["host", ["host", "init", "--catalogue", catalogueFile]],
      ["vendor", ["vendor", "init", "--name", "Fabrikam"]],
    ] as const) {
      expect(await muster(...command, "--data", client)).toEqual({
        exit: 2,
        out: "",
        err: `muster: ${client} is the folder of a client, so it cannot be that of a ${role}; give the ${role}'s own folder with --data. (0x8007000D)\n`,
      });
    }
    expect(readdirSync(client).sort()).toEqual(before);
  },
  LIMIT,
);
