import { expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "./folders.ts";
import { missingNeeds, NEEDS, planFor, provideNeeds } from "./needs.ts";

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
  const { sentence } = planFor(NEEDS.slice(4, 5), { isDebian: false, isRoot: true }) as { sentence: string };
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

test("a module that the system's Python cannot import is missing, and is named with its package", () => {
  const need = { program: "bash", package: "python3-none", purpose: "nothing" };
  const [known, unknown] = [
    { ...need, module: "json" },
    { ...need, module: "no_such_module" },
  ];
  expect(missingNeeds(process.env.PATH ?? "", [need, known, unknown])).toEqual([unknown]);
  const { sentence } = planFor([unknown], { isDebian: true, isRoot: false }) as { sentence: string };
  expect(sentence).toContain("bash with no_such_module (nothing); run: sudo apt-get install python3-none");
});

/** A PATH with every program but dig, and an apt-get that does this when it is told to install. */
function makePath(install: string): string {
  const path = makeFolder();
  const put = (name: string, script: string) => {
    writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(path, name), 0o755);
  };
  for (const { program } of NEEDS) if (program !== "dig") put(program, "");
  put("apt-get", `echo "$DEBIAN_FRONTEND $@" >> ${path}/calls\n[ "$1" = update ] || ${install}`);
  return path;
}

test("a missing program is installed without a question, and nothing else", () => {
  const path = makePath(`/bin/cp "$0" "\${0%/*}/dig"`);
  expect(provideNeeds(path, true)).toBeUndefined();
  expect(provideNeeds(path, true)).toBeUndefined();
  expect(readFileSync(join(path, "calls"), "utf8")).toBe(
    "noninteractive update\n" +
      "noninteractive install -y --no-install-recommends -o DPkg::Lock::Timeout=300 bind9-dnsutils\n",
  );
});

test("an installation that fails is shown with the command to run", () => {
  const path = makePath("{ echo 'E: no such package' >&2; exit 100; }");
  expect(provideNeeds(path, true)).toMatch(
    /E: no such package\n\nInstalling .* run: apt-get install .*dnsutils$/,
  );
});

test("a package without its program is no success", () => {
  expect(provideNeeds(makePath("exit 0"), true)).toBe("Still missing after the installation: dig.");
});

test("without the right to install nothing is tried", () => {
  const path = makePath("exit 0");
  expect(provideNeeds(path, false)).toEndWith("run: sudo apt-get install bind9-dnsutils");
  expect(existsSync(join(path, "calls"))).toBe(false);
});
