import { expect, test } from "bun:test";
import { join } from "node:path";
import { deploy } from "../src/fleet/deployment.ts";
import { makeFolder } from "./folders.ts";
import { muster } from "./muster.ts";

test("each verb that changes a client leaves one event that says what was and what is", async () => {
  const folder = makeFolder();
  const { products, catalogueFile } = await deploy(folder, { hostName: "kms01", now: Date.now() });
  const [product] = products;
  if (product === undefined) throw new Error("a deployment has products");
  const data = ["--data", join(folder, "client")];
  const last = product.setupKey.slice(-5);
  const key = `product-key ${product.product}`;
  const steps: [args: string[], tells: [name: string, from: string, to: string]][] = [
    [
      ["ipk", product.setupKey, "--catalogue", catalogueFile],
      [key, "none", last],
    ],
    [
      ["skms", "kms01:1700"],
      ["registered-host", "none", "kms01:1700"],
    ],
    [
      ["skms-domain", "corp.example"],
      ["lookup-domain", "none", "corp.example"],
    ],
    [["ckms"], ["registered-host", "kms01:1700", "none"]],
    [["ckms-domain"], ["lookup-domain", "corp.example", "none"]],
    [["ckhc"], ["host-caching", "on", "off"]],
    [["skhc"], ["host-caching", "off", "on"]],
    [["rearm"], ["cmid", "none", "none"]],
    [["upk"], [key, last, "none"]],
  ];
  for (const [args] of steps)
    expect({ args, exit: (await muster(...args, ...data)).exit }).toEqual({ args, exit: 0 });

  const { out } = await muster("events", "--id", "12403", "--json", ...data);
  const events = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events.map(({ fields: { name, from, to } }) => [name, from, to])).toEqual(
    steps.map(([, tells]) => tells),
  );
  for (const { side, message, fields } of events) {
    expect([side, message]).toEqual(["client", "A setting of the client was changed."]);
    expect(fields.by).not.toBe("unknown");
  }
  expect(out).not.toContain(product.setupKey);
}, 180_000);
