import { element } from "./binxml.ts";
import { classic, type Event, named, type Source, userData, value } from "./events.ts";

const computer = "pc-0417.corp.example";
const channel = "Application";
const spp: Source = {
  provider: "Microsoft-Windows-Security-SPP",
  guid: "{E23B33B0-C8C9-472C-A5F9-F2BDFEA0F156}",
  eventSource: "Software Protection Platform Service",
  channel,
  computer,
};
const classicSources = [
  "ESENT",
  "MsiInstaller",
  "Application Error",
  "Windows Error Reporting",
  "SceCli",
  "VSS",
  "Microsoft-Windows-Defrag",
  ".NET Runtime",
  "Desktop Window Manager",
  "Outlook",
].map((provider): Source => ({ provider, channel, computer }));
const profiles: Source = {
  provider: "Microsoft-Windows-User Profiles Service",
  guid: "{89B1E9F0-5AFF-44A6-9B44-0A07A7CE5845}",
  channel,
  computer,
};
const restart: Source = { ...profiles, provider: "Microsoft-Windows-RestartManager" };

/** Numbers from 0 up to, not including, `n`; the same series for the same seed. */
function random(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * n);
  };
}

/** Events as an Application log holds them: classic ones of many sources, licensing among them, and some of manifests. */
export function* sampleEvents(seed = 1): Generator<Event, never> {
  const pick = random(seed);
  let time = Date.UTC(2024, 0, 8, 6, 30);
  for (let number = 1; ; number++) {
    time += pick(90_000);
    const common = { number, time, more: pick(10_000) };
    const kind = pick(10);
    if (kind < 3) yield { ...common, ...licensing(pick, time) };
    else if (kind < 9) yield { ...common, ...classicEvent(pick) };
    else if (pick(2) === 0) yield { ...common, ...profileEvent(pick) };
    else yield { ...common, ...restartEvent(pick) };
  }
}

type Rest = Omit<Event, "number" | "time" | "more">;
type Pick = (n: number) => number;

function licensing(pick: Pick, time: number): Rest {
  const at = new Date(time).toISOString().slice(0, 16).replaceAll("-", "/").replace("T", " ");
  const cmid = guid(pick);
  const sku = "73111121-5638-40f6-bc11-f1d7b0d64300";
  const request = `0x00000000, 0x00000000, kms.corp.example:1688, ${cmid}, ${at}, 0, 1, ${pick(259200)}, ${sku}, 25`;
  const answer = `0x00000000, 0x00000000, 1, 0, ${pick(50)}, 120, 10080, ${at}`;
  const rule = `RuleId=${cmid};Action=AutoActivate;AppId=${guid(pick)};SkuId=${sku};NotificationInterval=1440`;
  const variants: (() => Rest)[] = [
    () => ({ source: spp, id: 12288, qualifiers: 16384, payload: classic([request], bytes(pick, 260)) }),
    () => ({ source: spp, id: 12289, qualifiers: 16384, payload: classic([answer], bytes(pick, 260)) }),
    () => ({ source: spp, id: 8198, qualifiers: 49152, level: 2, payload: classic(["hr=0xC004F074", rule]) }),
    () => ({ source: spp, id: 903, qualifiers: 16384, level: 0, payload: classic([]) }),
    () => ({ source: spp, id: 16384, qualifiers: 16384, payload: classic([`${at}:00Z`, "RulesEngine"]) }),
    () => ({ source: spp, id: 1003, qualifiers: 16384, payload: classic([guid(pick), status(pick)]) }),
  ];
  return (variants[pick(variants.length)] ?? variants[0])?.() as Rest;
}

function classicEvent(pick: Pick): Rest {
  const source = classicSources[pick(classicSources.length)] ?? spp;
  const strings = Array.from({ length: 1 + pick(12) }, () => words(pick, 1 + pick(14)));
  const binary = pick(4) === 0 ? bytes(pick, 20 + pick(200)) : undefined;
  return {
    source,
    id: 100 + pick(900),
    qualifiers: 0,
    level: 2 + pick(3),
    payload: classic(strings, binary),
  };
}

function profileEvent(pick: Pick): Rest {
  const data = {
    Session: value.u32(pick(9)),
    User: value.text(words(pick, 2)),
    Flags: value.hex64(BigInt(pick(1e9))),
  };
  return { source: profiles, id: 1530, userId: localSystem, payload: named(data) };
}

function restartEvent(pick: Pick): Rest {
  const slots = ["RmSessionId", "nApplications", "RebootReasons"].map((name, slot) =>
    element(name, {}, { slot, type: 0x08 }),
  );
  const content = element(
    "RmUnsupportedRestartEvent",
    { xmlns: "http://www.microsoft.com/2005/08/Windows/Reliability/RestartManager/" },
    ...slots,
  );
  return {
    source: restart,
    id: 10010,
    level: 3,
    payload: userData(
      content,
      [0, 1, 2].map(() => value.u32(pick(99))),
    ),
  };
}

const localSystem = Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0);

const dictionary = (
  "the service entered running state error code process module fault offset C:\\Windows\\System32\\svchost.exe " +
  "0x80070005 update package installed database page cache report id version 10.0.26100.4768 user session 日本語 größe"
).split(" ");

function words(pick: Pick, count: number): string {
  return Array.from({ length: count }, () => dictionary[pick(dictionary.length)]).join(" ");
}

function status(pick: Pick): string {
  const line = (n: number) =>
    `${n}: ${guid(pick)}, 1, 0 [(0 [0xC004F014, 0, 0], [(?)(?)(?)(?)(?)(?)(?)(?)])(1 )(2 )(3 )]`;
  return `\r\n${Array.from({ length: 4 + pick(10) }, (_, n) => line(n + 1)).join("\r\n")}\r\n\r\n`;
}

function guid(pick: Pick): string {
  const h = Buffer.from(bytes(pick, 16)).toString("hex");
  return [h.slice(0, 8), h.slice(8, 12), h.slice(12, 16), h.slice(16, 20), h.slice(20)].join("-");
}

function bytes(pick: Pick, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => pick(256));
}
