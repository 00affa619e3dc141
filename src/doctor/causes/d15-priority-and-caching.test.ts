import { expect, test } from "bun:test";
import { judged } from "../../../test/doctor/evidence.ts";
import { clientDlv, nslookup } from "../../../test/doctor/texts.ts";
import { priorityAndCaching } from "./d15-priority-and-caching.ts";

const equal = nslookup("corp.example", [{ host: "kms01.corp.example" }, { host: "kms02.corp.example" }]);
const ordered = equal.replace("priority       = 0", "priority       = 10");

test("a cached host of a later priority is explained, and no fault", async () => {
  const files = { "pc.txt": clientDlv(), "dns.txt": ordered };
  expect(await judged(priorityAndCaching, files)).toMatchObject({
    sighting: { verdict: "benign", severity: "info", facts: { priority: 10, first: 0 } },
  });
});

test("a client without a cache, or at the first host, is none of it", async () => {
  const free = { "pc.txt": clientDlv({ caching: false }), "dns.txt": ordered };
  expect(await judged(priorityAndCaching, free)).not.toMatchObject({ kind: "seen" });
  const first = { "pc.txt": clientDlv({ host: "kms02.corp.example:1688" }), "dns.txt": ordered };
  expect(await judged(priorityAndCaching, first)).not.toMatchObject({ kind: "seen" });
});

test("equal records rule it out", async () => {
  const files = { "pc.txt": clientDlv(), "dns.txt": equal };
  expect(await judged(priorityAndCaching, files)).toMatchObject({ kind: "ruledOut" });
});
