import { describe, expect, test } from "bun:test";
import { canonicalName, registrySuffixes, resolvSuffixes, suffixList } from "./suffixes.ts";

describe("the search list of a resolv.conf", () => {
  test.each<[string, string, string[]]>([
    ["nothing", "nameserver 10.0.0.53\n", []],
    ["search", "search corp.example lab.example\nnameserver 10.0.0.53\n", ["corp.example", "lab.example"]],
    ["domain", "domain corp.example\n", ["corp.example"]],
    [
      "the last line that says it",
      "domain a.example\nsearch b.example c.example\n",
      ["b.example", "c.example"],
    ],
    ["a commented line", "# search a.example\n; search b.example\n", []],
    ["tabs and blanks", "\tsearch\tcorp.example  lab.example \r\n", ["corp.example", "lab.example"]],
  ])("%s", (_, text, expected) => {
    expect(resolvSuffixes(text)).toEqual(expected);
  });
});

test("the suffixes of Windows: the primary one, the search list, then what DHCP gave", () => {
  const output = [
    "",
    "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters",
    "    DataBasePath    REG_EXPAND_SZ    %SystemRoot%\\System32\\drivers\\etc",
    "    Domain    REG_SZ    corp.example",
    "    NV Domain    REG_SZ    corp.example",
    "    SearchList    REG_SZ    corp.example,lab.example",
    "    DhcpDomain    REG_SZ    dhcp.example",
    "    Hostname    REG_SZ    PC-17",
  ].join("\r\n");
  expect(suffixList(registrySuffixes(output))).toEqual(["corp.example", "lab.example", "dhcp.example"]);
});

test("a machine of a workgroup has none", () => {
  const output =
    "    Domain    REG_SZ    \r\n    SearchList    REG_SZ    \r\n    Hostname    REG_SZ    PC-17\r\n";
  expect(suffixList(registrySuffixes(output))).toEqual([]);
});

test("suffixes are told once, in lower case, without dots at their ends", () => {
  expect(suffixList(["Corp.Example.", undefined, "", ".", "corp.example", ".lab.example"])).toEqual([
    "corp.example",
    "lab.example",
  ]);
});

describe("a short name gets the domain the hosts file gives it", () => {
  const hosts =
    "127.0.0.1 localhost\n127.0.1.1\tpc-17.corp.example pc-17 # this machine\n10.0.0.5 kms.corp.example\n";
  test.each([
    ["pc-17", "pc-17.corp.example"],
    ["localhost", undefined],
    ["pc-1", undefined],
    ["kms", undefined],
  ])("%s", (short, full) => {
    expect(canonicalName(short, hosts)).toBe(full);
  });
});
