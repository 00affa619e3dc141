import { expect, test } from "bun:test";
import { Collector } from "../collector.ts";
import type { RegistryValue } from "../model.ts";
import { readText } from "../text.ts";
import { registry } from "./registry.ts";
import { unattend } from "./unattend.ts";

function read(
  text: string,
  encode = (whole: string): Uint8Array => new TextEncoder().encode(whole),
): Collector {
  const collector = new Collector();
  const lines = readText("registry.txt", encode(text));
  for (const format of [registry, unattend]) format.read(lines, collector);
  return collector;
}

const KEY = "software\\microsoft\\windows nt\\currentversion\\softwareprotectionplatform";

function brief({ key, name, value }: RegistryValue): string {
  return `${key.replace(KEY, "spp")} ${name}=${typeof value === "number" ? `#${value}` : value}`;
}

const EXPORT = `Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform]
"KeyManagementServiceName"="act9.north.example"
"SkipRearm"=dword:00000001
"BackupProductKeyDefault"="ABCDE-FGHIJ-KLMNP-QRSTU-VWXY9"
"DnsDomainPublishList"=hex(7):6e,00,2e,00,65,00,78,00,00,00,73,00,2e,00,65,00,\\
  78,00,00,00,00,00
"Path"="C:\\\\Program Files\\\\\\"x\\""
"Time"=hex(b):01,02,00,00,00,00,00,00
"Raw"=hex:de,ad,be,ef

[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform\\55c92734]
@="default"
`;

const VALUES = [
  "spp KeyManagementServiceName=act9.north.example",
  "spp SkipRearm=#1",
  "spp BackupProductKeyDefault=XXXXX-XXXXX-XXXXX-XXXXX-VWXY9",
  "spp DnsDomainPublishList=n.ex,s.ex",
  'spp Path=C:\\Program Files\\"x"',
  "spp Time=#513",
  "spp Raw=deadbeef",
  "spp\\55c92734 =default",
];

function utf16(text: string): Uint8Array {
  const bytes = new Uint8Array(2 + text.length * 2);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, true);
  for (let at = 0; at < text.length; at += 1) view.setUint16(2 + at * 2, text.charCodeAt(at), true);
  return bytes;
}

test.each([
  ["UTF-8", undefined],
  ["UTF-16 with CRLF, as reg export writes it", (text: string) => utf16(text.replaceAll("\n", "\r\n"))],
])("a registry export in %s is read, with every kind of value", (_, encode) => {
  const collector = read(EXPORT, encode);
  expect(collector.registry.map(brief)).toEqual(VALUES);
  expect(collector.registry[3]?.at.line).toBe(7);
});

test("no product key is kept, not in a value and not in a quote", () => {
  expect(JSON.stringify(read(EXPORT).registry)).not.toContain("ABCDE");
});

test("reg query is read", () => {
  const { registry: found } = read(`
HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform
    KeyManagementServiceName    REG_SZ    act9.north.example
    DisableDnsPublishing    REG_DWORD    0x1
    DnsDomainPublishList    REG_MULTI_SZ    north.example\\0south.example
    (Default)    REG_SZ    x
`);
  expect(found.map(brief)).toEqual([
    "spp KeyManagementServiceName=act9.north.example",
    "spp DisableDnsPublishing=#1",
    "spp DnsDomainPublishList=north.example,south.example",
    "spp =x",
  ]);
});

test("Get-ItemProperty is read, its key from PSPath even when that is wrapped", () => {
  const { registry: found } = read(`
KeyManagementServiceName : act9.north.example
SkipRearm                : 1
DnsDomainPublishList     : {north.example, south.example}
PSPath                   : Microsoft.PowerShell.Core\\Registry::HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\Curren
                           tVersion\\SoftwareProtectionPlatform
PSChildName              : SoftwareProtectionPlatform
`);
  expect(found.map(brief)).toEqual([
    "spp KeyManagementServiceName=act9.north.example",
    "spp SkipRearm=#1",
    "spp DnsDomainPublishList=north.example,south.example",
  ]);
});

test("Get-ItemProperty without PSPath is of the key in its command", () => {
  const { registry: found } = read(
    "PS C:\\> Get-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform' | select SkipRearm | fl\n\nSkipRearm : 1\n",
  );
  expect(found.map(brief)).toEqual(["spp SkipRearm=#1"]);
});

test("unattend.xml tells SkipRearm with its pass, and the end of its setup key", () => {
  const collector = read(`<unattend xmlns="urn:schemas-microsoft-com:unattend">
  <settings pass="generalize">
    <component name="Microsoft-Windows-Security-SPP"><SkipRearm>1</SkipRearm></component>
  </settings>
  <settings pass="specialize">
    <ProductKey>ABCDE-FGHIJ-KLMNP-QRSTU-VWXY9</ProductKey>
  </settings>
</unattend>
`);
  expect(collector.registry.map(brief)).toEqual([
    "unattend SkipRearm=#1",
    "unattend ProductKey=XXXXX-XXXXX-XXXXX-XXXXX-VWXY9",
  ]);
  expect(collector.statements.map(({ what, name, value }) => `${what} ${name} ${value}`)).toEqual([
    "unattend-skip-rearm generalize 1",
  ]);
});
