import { expect, test } from "bun:test";
import { Collector } from "../collector.ts";
import { readText } from "../text.ts";
import { clock } from "./clock.ts";
import { setupact } from "./setupact.ts";

function read(text: string): Collector {
  const collector = new Collector();
  const lines = readText("clock.txt", new TextEncoder().encode(text));
  for (const format of [clock, setupact]) format.read(lines, collector);
  return collector;
}

const CLOCKS: readonly [string, string, readonly [string, number | undefined]][] = [
  [
    "w32tm with data only: the other is ahead, this one behind",
    "Tracking ns1.north.example [10.5.0.2:123].\nCollecting 2 samples.\n13:05:00, +22620.5012345s\n13:05:02, +22620.4990000s",
    ["ns1.north.example", -22_620_499],
  ],
  [
    "w32tm with its chart",
    "C:\\>w32tm /stripchart /computer:ns1.north.example\nTracking ns1.north.example [10.5.0.2:123].\n13:05:00 d:+00.0010000s o:-03.2500000s  [      *      |            ]",
    ["ns1.north.example", 3_250],
  ],
  [
    "w32tm without an answer, in German",
    "10.9.9.9 [10.9.9.9:123] wird verfolgt.\n13:06:00, Fehler: 0x800705B4",
    ["10.9.9.9", undefined],
  ],
  [
    "chrony",
    "Reference ID    : 0A050002 (ns1.north.example)\nSystem time     : 17982.000012345 seconds slow of NTP time",
    ["ns1.north.example", -17_982_000.012],
  ],
  ["ntpdate", "server 10.5.0.2, stratum 2, offset -0.012345, delay 0.02612", ["10.5.0.2", 12.345]],
  [
    "ntpdig",
    "2026-11-22 13:05:00.123 (+0000) +0.250000 +/- 0.02 ns1.north.example 10.5.0.2 s2 no-leap",
    ["ns1.north.example", -250],
  ],
  ["ntpq", "*ns1.north.exam .GPS.  1 u   33   64  377    0.120   -5.500   0.200", ["ns1.north.exam", 5.5]],
];

test.each(CLOCKS)("%s", (_, text, [against, ahead]) => {
  const { clocks } = read(`${text}\n`);
  expect(clocks.map((reading) => [reading.against, reading.ahead])).toEqual([[against, ahead]]);
});

test("w32tm /monitor tells of the machines that it names, not of the one that it runs on", () => {
  const { clocks } = read(`C:\\>w32tm /monitor
ns1.north.example *** PDC ***[10.5.0.2:123]:
    ICMP: 0ms delay
    NTP: +0.0000000s offset from ns1.north.example
ns2.north.example[10.5.0.3:123]:
    ICMP: 1ms delay
    NTP: -17999.2500000s offset from ns1.north.example
ns3.north.example[10.5.0.4:123]:
    NTP: error ERROR_TIMEOUT - no response from server in 1000ms
`);
  expect(clocks.map(({ origin, ahead }) => [origin.names[0], ahead])).toEqual([
    ["ns1.north.example", 0],
    ["ns2.north.example", -17_999_250],
    ["ns3.north.example", undefined],
  ]);
});

test("the time service's source and last synchronisation are told by their place", () => {
  const { statements } = read(`Sprungindikator: 0(keine Warnung)
Stratum: 4 (Sekundärreferenz - synchr. über (S)NTP)
Präzision: -23 (119.209ns pro Tick)
Stammverzögerung: 0.0312500s
Stammabweichung: 0.0467834s
Referenz-ID: 0x0A050002 (Quell-IP:  10.5.0.2)
Letzte erfolgr. Synchronisierungszeit: 22.11.2026 12:58:11
Quelle: ns1.north.example
Abrufintervall: 10 (1024s)
`);
  expect(statements.map(({ what, value }) => `${what} ${value}`)).toEqual([
    "time-last-sync 22.11.2026 12:58:11",
    "time-source ns1.north.example",
  ]);
});

function sysprep(...words: readonly string[]): string {
  return words.map((each) => `2026-03-28 16:42:07, Info       [0x0f005f] SYSPRP ${each}`).join("\r\n");
}

test("each run of sysprep is one item, with its options and how it ended", () => {
  const { sysprep: runs } = read(
    `${sysprep(
      "===          Beginning of a new sysprep run          ===",
      "ParseCommands:Found supported command line option 'OOBE'",
      "FCreateTagFile:Successfully created tag file C:\\Windows\\System32\\Sysprep\\Sysprep_succeeded.tag",
      "===          Beginning of a new sysprep run          ===",
      "ParseCommands:Found supported command line option 'GENERALIZE'",
      "SPP: SkipRearm is set to 1, no rearm",
      "===          Beginning of a new sysprep run          ===",
      "WinMain:Processing 'generalize' internal provider request.",
    )}\r\n`,
  );
  expect(
    runs.map(({ options, generalized, skipRearm, finished }) => [
      options.map(({ value }) => value).join(),
      generalized,
      skipRearm?.value,
      finished,
    ]),
  ).toEqual([
    ["OOBE", false, undefined, true],
    ["GENERALIZE", true, true, false],
    ["", true, undefined, false],
  ]);
  expect(runs[0]?.time).toBe(Date.UTC(2026, 2, 28, 16, 42, 7));
  expect(runs[1]?.skipRearm?.at.line).toBe(6);
});

test("a log that begins within a run still tells of it", () => {
  expect(
    read(sysprep("ParseCommands:Found supported command line option 'GENERALIZE'")).sysprep,
  ).toHaveLength(1);
  expect(read(sysprep("RunDlls:Running platform actions")).sysprep).toHaveLength(0);
});
