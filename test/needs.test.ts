import { expect, test } from "bun:test";
import { missingNeeds, NEEDS, planFor } from "./needs.ts";

test("what is missing is installed on Debian by root, after a look for what is new", () => {
  expect(planFor(NEEDS.slice(0, 2), { isDebian: true, isRoot: true })).toEqual({
    commands: [
      ["apt-get", "update"],
      ...[
        [
          "apt-get",
          "install",
          "-y",
          "--no-install-recommends",
          "-o",
          "DPkg::Lock::Timeout=300",
          "bind9",
          "bind9-dnsutils",
        ],
      ],
    ],
  });
});

test("anybody else on Debian is told the command", () => {
  expect(planFor(NEEDS.slice(0, 2), { isDebian: true, isRoot: false })).toEqual({
    sentence:
      "The tests need named (the DNS server that hosts publish themselves in), dig (asking that server); run: sudo apt-get install bind9 bind9-dnsutils",
  });
});

test("elsewhere the programs are named", () => {
  const { sentence } = planFor(NEEDS.slice(4), { isDebian: false, isRoot: true }) as { sentence: string };
  expect(sentence).toStartWith(
    "The tests need evtxexport (a second opinion on Windows event logs); install them",
  );
});

test("two programs of one package install it once", () => {
  const [need] = NEEDS;
  if (need === undefined) throw new Error("The table is empty.");
  const plan = planFor([need, { ...need, program: "rndc" }], { isDebian: true, isRoot: false });
  expect((plan as { sentence: string }).sentence).toEndWith("sudo apt-get install bind9");
});

test("on an empty PATH everything is missing", () => {
  expect(missingNeeds("/nowhere")).toEqual([...NEEDS]);
});
