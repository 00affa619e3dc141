import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { clientDlv, PRODUCTS, refused } from "../../../test/doctor/texts.ts";
import { keyOfAnotherEdition } from "./c04-key-of-another-edition.ts";

const server = (of: Parameters<typeof clientDlv>[0]) =>
  clientDlv({
    name: "Windows(R), ServerStandard edition",
    product: PRODUCTS.server2022,
    partialKey: "VMK7H",
    build: "10.0.20348.3692",
    status: "Notification",
    ...of,
  });

test("a Datacenter key on a Standard server confirms it", async () => {
  expect(await judged(keyOfAnotherEdition, { "srv.txt": server({ partialKey: "6VM33" }) })).toMatchObject({
    sighting: { verdict: "confirmed", facts: { keyOf: "Windows Server 2022 Datacenter", lastFive: "6VM33" } },
  });
});

test("the key of an older server confirms it by the build", async () => {
  expect(await judged(keyOfAnotherEdition, { "srv.txt": server({ partialKey: "J464C" }) })).toMatchObject({
    sighting: { verdict: "confirmed", facts: { keyOf: "Windows Server 2019 Standard" } },
  });
});

test("0xC004F069 from /ipk is certain with the edition beside it, 0xC004F050 may be a typing error", async () => {
  const dlv = clientDlv({
    name: "Windows(R), Professional edition",
    channel: "RETAIL",
    partialKey: "3V66T",
    status: "Notification",
  });
  const told = (code: number) => ({ "pc.txt": refused("/ipk NPPR9-FWDCX-D2C8J-H872K-2YT43", code) + dlv });
  expect(await judged(keyOfAnotherEdition, told(0xc004f069))).toMatchObject({
    sighting: { verdict: "confirmed" },
  });
  expect(await judged(keyOfAnotherEdition, told(0xc004f050))).toMatchObject({
    sighting: { verdict: "likely" },
  });
});

test("the right key of a server that is not activated is none", async () => {
  expect(await judged(keyOfAnotherEdition, { "srv.txt": server({}) })).toMatchObject({
    kind: "notEvaluated",
  });
});

test("one key serves Windows 10 and 11", async () => {
  const files = { "pc.txt": clientDlv({ build: "10.0.19045.5011", status: "Notification" }) };
  expect(await judged(keyOfAnotherEdition, files)).toMatchObject({ kind: "notEvaluated" });
});

test("an evaluation refuses keys for a reason of its own", async () => {
  const files = {
    "srv.txt":
      server({ name: "Windows(R), ServerStandardEval edition", channel: "TIMEBASED_EVAL" }) +
      refused("/ipk N69G4-B89J2-4G8F4-WWYCC-J464C", 0xc004f069),
  };
  expect(await judged(keyOfAnotherEdition, files)).not.toMatchObject({ kind: "seen" });
});

test("an activated machine has the right key", async () => {
  expect(await judged(keyOfAnotherEdition, { "pc.txt": clientDlv() })).toMatchObject({ kind: "ruledOut" });
});

test("a key that Muster does not know is told by its error", async () => {
  const text =
    "$ muster ipk AAAAA-AAAAA-AAAAA-AAAAA-AAAAA\nmuster: This is not a product key: its check does not hold. Check it against the original. (0xC004F050)\n";
  const report = await assessed({ "pc.txt": text });
  expect(report.case.system).toBe("muster");
  expect(report.findings).toMatchObject([{ cause: { id: "C04" }, sighting: { verdict: "likely" } }]);
});
