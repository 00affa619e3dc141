import { expect, test } from "bun:test";
import { judged } from "../../../test/doctor/evidence.ts";
import { ato, clientDlv } from "../../../test/doctor/texts.ts";
import { noOemMarker } from "./c09-no-oem-marker.ts";

test("0xC004F035 names it", async () => {
  expect(await judged(noOemMarker, { "pc.txt": ato(0xc004f035) })).toMatchObject({
    sighting: { verdict: "confirmed", affects: ["pc.txt"] },
  });
});

test("the code of a machine that is licensed since is over", async () => {
  expect(await judged(noOemMarker, { "pc.txt": ato(0xc004f035) + clientDlv() })).toMatchObject({
    kind: "notEvaluated",
  });
});
