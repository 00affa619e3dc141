import { expect, test } from "bun:test";
import { judged } from "../../../test/doctor/evidence.ts";
import { ato, clientDlv } from "../../../test/doctor/texts.ts";
import { avmaKey } from "./c08-avma-key.ts";

const AVMA = { channel: "VIRTUAL_MACHINE_ACTIVATION", keyChannel: "Volume:AVMA" };

test("the channel and its code confirm it", async () => {
  const files = { "vm.txt": ato(0xc004fd01) + clientDlv({ ...AVMA, status: "Notification" }) };
  expect(await judged(avmaKey, files)).toMatchObject({
    sighting: { verdict: "confirmed", severity: "error" },
  });
});

test("the code alone makes it likely, and asks for the channel", async () => {
  expect(await judged(avmaKey, { "vm.txt": ato(0xc004fd02) })).toMatchObject({
    sighting: { verdict: "likely", wants: ["client-dlv"] },
  });
});

test("a machine that its virtualization host has activated is in order", async () => {
  expect(await judged(avmaKey, { "vm.txt": clientDlv(AVMA) })).toMatchObject({
    sighting: { verdict: "benign" },
  });
});

test("a client setup key rules it out", async () => {
  expect(await judged(avmaKey, { "vm.txt": clientDlv() })).toMatchObject({ kind: "ruledOut" });
});
