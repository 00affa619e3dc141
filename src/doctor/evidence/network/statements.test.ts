import { expect, test } from "bun:test";
import { Collector } from "../collector.ts";
import { readText } from "../text.ts";
import { networkFormats } from "./formats.ts";

function read(text: string): Collector {
  const collector = new Collector();
  const lines = readText("tools.txt", new TextEncoder().encode(text));
  for (const format of networkFormats) format.read(lines, collector);
  return collector;
}

function said(text: string): readonly string[] {
  return read(text).statements.map(({ what, name, value }) => `${what} | ${name} | ${value}`);
}

const SAID: readonly [string, string, readonly string[]][] = [
  [
    "sc query",
    "SERVICE_NAME: sppsvc\n        TYPE               : 10  WIN32_OWN_PROCESS\n        STATE              : 1  STOPPED\n",
    ["service-state | sppsvc | stopped"],
  ],
  [
    "sc qc",
    "SERVICE_NAME: sppsvc\n        TYPE               : 10  WIN32_OWN_PROCESS\n        START_TYPE         : 4   DISABLED\n",
    ["service-start | sppsvc | disabled"],
  ],
  [
    "sc query of a service that is not there",
    "C:\\>sc query osppsvc\n[SC] EnumQueryServicesStatus:OpenService FAILED 1060:\n",
    ["service-state | osppsvc | not-installed"],
  ],
  [
    "Get-Service",
    "\nStatus   Name               DisplayName\n------   ----               -----------\nRunning  sppsvc             Software Protection\n",
    ["service-state | sppsvc | running"],
  ],
  [
    "Get-Service as a list",
    "\nName        : sppsvc\nDisplayName : Software Protection\nStatus      : Stopped\nStartType   : Automatic\n",
    ["service-state | sppsvc | stopped", "service-start | sppsvc | auto"],
  ],
  [
    "netsh",
    "Rule Name:                            KMS (TCP-In)\n----------------------------------------------------------------------\nEnabled:                              No\nDirection:                            In\nProfiles:                             Domain\nProtocol:                             TCP\nLocalPort:                            1688\nAction:                               Allow\nOk.\n",
    ["firewall-rule | KMS (TCP-In) | disabled in allow 1688"],
  ],
  [
    "netsh in Japanese",
    "規則名:                               KMS (TCP 受信)\n----------------------------------------------------------------------\n有効:                                 はい\n方向:                                 入力\nプロファイル:                         ドメイン\nプロトコル:                           TCP\nローカル ポート:                      1688\n操作:                                 許可\n",
    ["firewall-rule | KMS (TCP 受信) | enabled in 許可 1688"],
  ],
  [
    "Get-NetFirewallRule",
    "\nName                  : SPPSVC-In-TCP\nDisplayName           : Key Management Service (TCP-In)\nEnabled               : False\nDirection             : Inbound\nAction                : Allow\n",
    ["firewall-rule | SPPSVC-In-TCP | disabled in allow"],
  ],
  [
    "DISM",
    "Image Version: 10.0.20348.2227\n\nCurrent edition is:\n\nCurrent Edition : ServerStandardEval\n",
    ["edition | system | ServerStandardEval"],
  ],
  ["DISM in Japanese", "現在のエディション : ServerStandard\n", ["edition | system | ServerStandard"]],
  [
    "Get-HotFix",
    "\nSource        Description      HotFixID      InstalledBy          InstalledOn\n------        -----------      --------      -----------          -----------\nACT9          Update           KB5034768     NT AUTHORITY\\SYSTEM  2/14/2024 12:00:00 AM\n",
    ["hotfix | KB5034768 | 2/14/2024"],
  ],
  ["hostname", "C:\\>hostname\nACT9\n", ["host-name | system | ACT9"]],
  [
    "uname -a",
    "Linux act9 6.1.0-18-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01) x86_64 GNU/Linux\n",
    ["host-name | system | act9"],
  ],
  [
    "uname -a of a Mac",
    "Darwin mac-3.north.example 23.4.0 Darwin Kernel Version 23.4.0: Fri Mar 15 00:12:41 PDT 2024; root:xnu-10063 arm64\n",
    ["host-name | system | mac-3.north.example"],
  ],
  ["what is said of Linux", "Linux act9 needs 6.1 or later\nLinux hosts 6.1.0 and newer are fine\n", []],
  ["whoami", "C:\\>whoami\nnorth\\kim\n", ["user | whoami | north\\kim"]],
  [
    "nltest",
    "C:\\>nltest /dsgetdc:north.example\n           DC: \\\\NS1.north.example\n     Dom Name: north.example\n",
    ["domain-controller | nltest | NS1.north.example", "domain | nltest | north.example"],
  ],
  [
    "nltest that finds none",
    "C:\\>nltest /dsgetdc:west.example\nGetting DC name failed: Status = 1355 0x54b ERROR_NO_SUCH_DOMAIN\n",
    ["domain-error | nltest | 1355 0x54b ERROR_NO_SUCH_DOMAIN"],
  ],
  [
    "a rule of Azure Firewall",
    '[\n  {\n    "name": "allow-kms",\n    "ruleType": "ApplicationRule",\n    "protocols": [{ "protocolType": "Https", "port": 1688 }],\n    "targetFqdns": ["azkms.core.windows.net"]\n  }\n]\n',
    ["azure-firewall-application-rule | allow-kms | Https:1688 azkms.core.windows.net"],
  ],
];

test.each(SAID)("%s becomes a statement", (_, text, statements) => {
  expect(said(text)).toEqual([...statements]);
});

test.each([
  ["English", "Host Name", "OS Name", "OS Version", "Domain"],
  ["Japanese", "ホスト名", "OS 名", "OS バージョン", "ドメイン"],
])("systeminfo is read in %s", (_, host, name, version, domain) => {
  const collector = read(`${host}:                 ACT9
${name}:                   Microsoft Windows Server 2022 Standard
${version}:                10.0.20348 N/A Build 20348
Manufacturer:              Microsoft Corporation
Configuration:             Member Server
${domain}:                    north.example
Hotfix(s):                 1 Hotfix(s) Installed.
                           [01]: KB5034770
`);
  expect(collector.statements.map(({ what, value }) => `${what} ${value}`)).toEqual([
    "host-name ACT9",
    "os-name Microsoft Windows Server 2022 Standard",
    "os-version 10.0.20348 N/A Build 20348",
    "domain north.example",
    "hotfix installed",
  ]);
  expect(collector.statements[0]?.origin.names).toEqual(["ACT9"]);
});

test("a cloud's description of a machine tells its name and image", () => {
  const collector = read(`$ az vm show -g rg1 -n vm7
{
  "name": "vm7",
  "vmId": "11111111-2222-3333-4444-555555555555",
  "licenseType": "Windows_Server",
  "osProfile": { "computerName": "WEB7" },
  "storageProfile": { "imageReference": { "sku": "2022-datacenter-azure-edition" } }
}
`);
  expect(collector.statements.map(({ name, value }) => `${name} ${value}`)).toEqual([
    "name vm7",
    "sku 2022-datacenter-azure-edition",
    "licenseType Windows_Server",
  ]);
  expect(collector.statements[0]?.origin.names).toEqual(["WEB7", "vm7"]);
});

test("one name that a session states holds for all its commands", () => {
  const { readings } = read(
    "C:\\>hostname\nACT9\n\nC:\\>nslookup act8.example\nServer:  ns1\nAddress:  10.5.0.2\n\nName:    act8.example\nAddress:  10.5.0.18\n",
  );
  expect(readings.map(({ origin }) => origin.names.map((name) => name.toLowerCase()))).toEqual([
    ["act9"],
    ["act9"],
  ]);
});

test("two machines' prompts in one file keep their answers apart", () => {
  const answer = "Connection to act9 1688 port [tcp/*] succeeded!";
  const { probes } = read(
    `kim@web3:~$ nc -vz act9 1688\n${answer}\nkim@web4:~$ nc -vz act9 1688\n${answer}\n`,
  );
  expect(probes.map(({ origin }) => origin.names)).toEqual([["web3"], ["web4"]]);
});
