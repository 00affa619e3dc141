import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { makeDocuments } from "../../test/documents.ts";
import { makeRequest } from "../../test/requests.ts";
import { parseRequest } from "../protocol/messages.ts";
import {
  asFingerprint,
  describeMachine,
  fingerprintOf,
  hashFacts,
  isHypervisor,
  safeName,
} from "./machine.ts";

test("this machine is the same each time it is looked at", async () => {
  const one = await describeMachine();
  expect(one.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(one.name.length).toBeGreaterThan(0);
  expect(await describeMachine()).toEqual(one);
});

test("a name and a fingerprint of one's own take the place of the machine's", async () => {
  const machine = await describeMachine({ name: "pc-17.corp.example", fingerprint: "rack 4, slot 2" });
  expect(machine.name).toBe("pc-17.corp.example");
  expect(machine.fingerprint).toBe(asFingerprint("rack 4, slot 2"));
  expect(machine.fingerprint).not.toBe((await describeMachine()).fingerprint);
});

test("a SHA-256 in hex is a fingerprint as it is", () => {
  expect(asFingerprint("AB".repeat(32))).toBe("ab".repeat(32));
  expect(asFingerprint("ab")).toMatch(/^[0-9a-f]{64}$/);
});

test("the order in which facts are found does not matter, every fact does", () => {
  expect(fingerprintOf(["a", "b"])).toBe(fingerprintOf(["b", "a"]));
  expect(fingerprintOf(["a", "b"])).not.toBe(fingerprintOf(["a", "c"]));
  expect(fingerprintOf(["a", "b"])).not.toBe(fingerprintOf(["a"]));
});

test("what a machine is made of is kept by kinds, and no serial number is", async () => {
  const kept = hashFacts(["product_serial 5CG1234XYZ", "mac 00:11:22:33:44:55", "cpu ", "unnamed"]);
  expect(kept.map((fact) => fact.split(" ")[0])).toEqual(["mac", "product_serial"]);
  expect(kept.join()).not.toContain("5CG1234XYZ");
  expect(kept).not.toEqual(hashFacts(["product_serial 5CG1234XYZ", "mac 00:11:22:33:44:56"]));
  for (const fact of (await describeMachine()).hardware ?? []) expect(fact).toMatch(/^\S+ [0-9a-f]{16}$/);
});

test("whoever names a machine by a text of their own says with it when it is another one", async () => {
  expect((await describeMachine({ fingerprint: "rack 4" })).hardware).toBeUndefined();
});

test("whatever a machine is called, a host accepts its name", () => {
  const { application, client } = makeDocuments();
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), (name) => {
      const request = makeRequest(
        { application: application.id, product: client.id },
        { name: safeName(name) },
      );
      expect(parseRequest(request).machine.name).toBe(safeName(name));
    }),
  );
});

describe("a virtual machine is known by its maker", () => {
  test.each([
    "sys_vendor QEMU",
    "VMware, Inc.",
    "innotek GmbH VirtualBox",
    "Microsoft Corporation Virtual Machine",
    "Xen HVM domU",
    "Amazon EC2",
    "Google Compute Engine",
  ])("%s", (text) => expect(isHypervisor(text)).toBe(true));
  test.each(["Dell Inc. OptiPlex 7090", "LENOVO ThinkPad", "Microsoft Corporation Surface Pro", ""])(
    "not %j",
    (text) => expect(isHypervisor(text)).toBe(false),
  );
});
