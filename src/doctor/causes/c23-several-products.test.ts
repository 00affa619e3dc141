import { expect, test } from "bun:test";
import { assessed, judged } from "../../../test/doctor/evidence.ts";
import { ato, clientDlv, PRODUCTS } from "../../../test/doctor/texts.ts";
import { severalProducts } from "./c23-several-products.ts";

/** As `/dlv all` prints it: one version, then each product. */
const both = (second: Parameters<typeof clientDlv>[0]) => {
  const text = clientDlv({
    product: PRODUCTS.windows11Pro,
    partialKey: "T83GX",
    name: "Windows(R), Professional edition",
    ...second,
  });
  return `${clientDlv()}\r\n${text.slice(text.indexOf("Name:"))}`;
};

test("a second Windows with a key that nobody activates is a leftover", async () => {
  expect(await judged(severalProducts, { "pc.txt": both({ status: "Notification" }) })).toMatchObject({
    kind: "seen",
    sighting: { verdict: "likely", severity: "warning", facts: { lastFive: "T83GX" } },
  });
  expect((await assessed({ "pc.txt": both({ status: "Notification" }) })).verdict).toBe("degraded");
});

test("one that somebody tries to activate is wanted", async () => {
  const files = { "pc.txt": both({ status: "Notification" }) + ato(0xc004f074, PRODUCTS.windows11Pro) };
  expect(await judged(severalProducts, files)).not.toMatchObject({ kind: "seen" });
});

test("two products that are licensed, and one alone, are in order", async () => {
  expect(await judged(severalProducts, { "pc.txt": both({}) })).not.toMatchObject({ kind: "seen" });
  expect(await judged(severalProducts, { "pc.txt": clientDlv() })).toMatchObject({ kind: "ruledOut" });
});
