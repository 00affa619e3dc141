import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { newId } from "../protocol/ids.ts";
import { makeKey } from "../protocol/keys.ts";
import type { MakRequest } from "../protocol/mak.ts";
import { Problem } from "../protocol/problems.ts";
import { DAY } from "../protocol/time.ts";
import { verifyVendorLease } from "../protocol/vendor-lease.ts";
import { createVendor } from "./create.ts";
import { decideMak, type MakLimits, type MakUse } from "./mak-approval.ts";
import type { Mak } from "./maks.ts";
import type { Vendor } from "./vendor.ts";

const NOW = Date.UTC(2026, 10, 22);
let folder: string;
let vendor: Vendor;
let mak: Mak;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-mak-"));
  vendor = createVendor(join(folder, "vendor"), "Contoso", NOW);
  vendor.addProduct({ name: "Client", application: "Studio" }, NOW);
  vendor.addProduct({ name: "Server", application: "Studio" }, NOW);
  mak = vendor.mak({ product: "Client", activations: 2, customer: "Fabrikam" }, NOW);
});

afterEach(() => {
  vendor.close();
  rmSync(folder, { recursive: true });
});

function request(change: Partial<MakRequest> & { fingerprint?: string; name?: string } = {}): MakRequest {
  const { fingerprint = "ab".repeat(32), name = "pc-17", ...rest } = change;
  return {
    version: 1,
    key: mak.text,
    product: mak.product,
    cmid: "11111111-2222-4333-8444-555555555555",
    machine: { name, fingerprint },
    time: "2026-11-22T00:00:00Z",
    nonce: "AAAAAAAAAAAAAAAAAAAAAA",
    ...rest,
  };
}

function refusal(work: () => unknown): string {
  try {
    work();
    return "nothing was refused";
  } catch (error) {
    if (error instanceof Problem) return error.name;
    throw error;
  }
}

describe("a MAK of three activations", () => {
  const limits: MakLimits = {
    text: makeKey("mak", 1).text,
    product: newId(),
    activations: 3,
    blocked: undefined,
  };
  const cases: [sentence: string, use: MakUse, change: Partial<MakLimits>, product: string, gives: string][] =
    [
      ["activates a first machine", { used: 0, isKnown: false }, {}, limits.product, "activation"],
      ["activates a third machine", { used: 2, isKnown: false }, {}, limits.product, "activation"],
      ["refuses a fourth machine", { used: 3, isKnown: false }, {}, limits.product, "ACTIVATION_LIMIT"],
      [
        "activates a machine again when it is used up",
        { used: 3, isKnown: true },
        {},
        limits.product,
        "repeat",
      ],
      ["refuses another product", { used: 0, isKnown: false }, {}, newId(), "KEY_INVALID"],
      [
        "refuses everybody once it is blocked",
        { used: 1, isKnown: true },
        { blocked: NOW },
        limits.product,
        "KEY_BLOCKED",
      ],
    ];
  for (const [sentence, use, change, product, gives] of cases) {
    test(sentence, () => {
      let outcome = "";
      const name = refusal(() => {
        outcome = decideMak({ product }, { ...limits, ...change }, use);
      });
      expect(outcome || name).toBe(gives);
    });
  }
});

test("a MAK activates a machine with a lease that the vendor signed and that belongs to its hardware", async () => {
  const asked = request();
  const { lease, ...rest } = vendor.activate(asked, NOW);
  expect(rest).toEqual({
    kind: "activation",
    cmid: asked.cmid,
    name: "pc-17",
    product: mak.product,
    customer: "Fabrikam",
    partialKey: mak.text.slice(-5),
    activations: { used: 1, of: 2 },
  });
  const { cmid, product, nonce, machine } = asked;
  const holder = { cmid, product, nonce, fingerprint: machine.fingerprint };
  expect(await verifyVendorLease(lease, holder, vendor.catalogue())).toMatchObject({
    vendor: vendor.id,
    issued: NOW,
    notBefore: NOW - DAY,
    partialKey: mak.text.slice(-5),
  });
});

test("the same machine again uses up nothing; a new CMID or other hardware does", () => {
  const activate = (change: Parameters<typeof request>[0]) => {
    const { kind, activations } = vendor.activate(request(change), NOW);
    return `${kind} ${activations.used}`;
  };
  expect(activate({})).toBe("activation 1");
  expect(activate({ nonce: "BAAAAAAAAAAAAAAAAAAAAA", name: "renamed" })).toBe("repeat 1");
  expect(activate({ fingerprint: "cd".repeat(32) })).toBe("activation 2");
  expect(refusal(() => vendor.activate(request({ cmid: newId() }), NOW))).toBe("ACTIVATION_LIMIT");
  expect(activate({})).toBe("repeat 2");
  expect(vendor.entries({ customer: "fabrikam" }).map(({ detail }) => detail.action)).toEqual([
    "mak",
    "vendor-lease",
    "vendor-lease",
  ]);
});

const refused: [sentence: string, change: () => Parameters<typeof request>[0], name: string][] = [
  ["for the MAK of another vendor", () => ({ key: makeKey("mak", 1).text }), "KEY_INVALID"],
  ["for a host key", () => ({ key: vendor.hostKey({ products: ["Client"] }, NOW).text }), "KEY_INVALID"],
  ["for a setup key", () => ({ key: vendor.setupKey("Client", NOW).setupKeys[0] ?? "" }), "KEY_INVALID"],
  ["for a mistyped key", () => ({ key: "BBBBB-BBBBB-BBBBB-BBBBB-BBBBB" }), "KEY_INVALID"],
  ["for another product", () => ({ product: vendor.catalogue().products[1]?.id ?? "" }), "KEY_INVALID"],
  ["for a name that would spoil a terminal", () => ({ name: "pc\u001b[2J" }), "BAD_INPUT"],
];
for (const [sentence, change, name] of refused) {
  test(`a MAK request is refused ${sentence}, and nothing is used up`, () => {
    const asked = request(change());
    expect(refusal(() => vendor.activate(asked, NOW))).toBe(name);
    expect(vendor.activate(request(), NOW).activations.used).toBe(1);
  });
}

test("a MAK is not made for a product that does not exist, or for no activations", () => {
  expect(refusal(() => vendor.mak({ product: "Cloud", activations: 1 }, NOW))).toBe("BAD_INPUT");
  for (const activations of [0, 1.5, 1_000_001]) {
    expect(refusal(() => vendor.mak({ product: "Client", activations }, NOW))).toBe("BAD_INPUT");
  }
});

test("whatever comes in whatever order, a MAK never activates more machines than it has activations", () => {
  const asks = fc.array(fc.record({ cmid: fc.nat(3), fingerprint: fc.nat(2) }), { maxLength: 30 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), asks, (activations, machines) => {
      const { text: key } = vendor.mak({ product: "Client", activations }, NOW);
      const activated = new Set<string>();
      for (const machine of machines) {
        const cmid = `00000000-0000-4000-8000-00000000000${machine.cmid}`;
        const fingerprint = `${machine.fingerprint}0`.repeat(32);
        if (refusal(() => vendor.activate(request({ key, cmid, fingerprint }), NOW)) !== "ACTIVATION_LIMIT") {
          activated.add(cmid + fingerprint);
        }
      }
      const asked = new Set(machines.map(({ cmid, fingerprint }) => `${cmid}/${fingerprint}`)).size;
      expect(activated.size).toBe(Math.min(asked, activations));
    }),
    { numRuns: 30 },
  );
});
