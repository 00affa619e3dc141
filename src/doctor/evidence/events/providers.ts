import { detached } from "../table.ts";
import type { RawEvent } from "./raw-event.ts";

/** Providers and classic sources of licensing, of Windows Vista to 11 and Office. */
const LICENSING = [
  "Microsoft-Windows-Security-SPP",
  "Microsoft-Windows-Security-Licensing-SLC",
  "Software Protection Platform Service",
  "KmsRequests",
  "Software Licensing Service",
  "Office Software Protection Platform Service",
  "Office Software Protection Platform",
  "OSPPSVC",
  "Windows Activation Technologies",
];
const MUSTER = "Muster";
const SERVICES = "Service Control Manager";
const CLOCK = ["Microsoft-Windows-Time-Service", "W32Time"];
const KERNEL = "Microsoft-Windows-Kernel-General";

/** Every provider whose events are worth decoding. */
export const PROVIDERS: readonly string[] = [...LICENSING, MUSTER, SERVICES, ...CLOCK, KERNEL];

/** Whose event it is: of licensing, of Muster, or of something beside it that tells of service or clock. */
export type Concern = "licensing" | "muster" | "beside";

const CONCERNS = new Map<string, Concern>(
  PROVIDERS.map((name) => [
    plain(name),
    LICENSING.includes(name) ? "licensing" : name === MUSTER ? "muster" : "beside",
  ]),
);

/** What the event is about; undefined for events of other programs. */
export function concernOf(
  event: Pick<RawEvent, "id" | "provider" | "eventSource" | "data" | "message" | "binary">,
) {
  const concern = providerConcern(event.provider) ?? providerConcern(event.eventSource);
  if (concern === undefined && event.provider === "" && event.eventSource === "") {
    return LICENSING_IDS.has(event.id) ? "licensing" : undefined;
  }
  if (concern !== "beside") return concern;
  const name = plain(event.provider);
  if (name === plain(SERVICES)) return tellsOfService(event) ? concern : undefined;
  if (name === plain(KERNEL)) return event.id === 1 ? concern : undefined;
  return CLOCK_IDS.has(event.id) ? concern : undefined;
}

/** What events of this provider are about, as far as the name tells. */
export function providerConcern(provider: string): Concern | undefined {
  if (provider === "") return undefined;
  if (recent.has(provider)) return recent.get(provider);
  const concern = CONCERNS.get(plain(provider));
  if (recent.size < 1000 && provider.length < 256) recent.set(detached(provider), concern);
  return concern;
}

/** Names as they are written, each looked at once. */
const recent = new Map<string, Concern | undefined>();

/** As Event Viewer shows some of them: without `Microsoft-Windows-`. */
function plain(name: string): string {
  const lower = name.trim().toLowerCase();
  return lower.startsWith("microsoft-windows-") ? lower.slice(18) : lower;
}

/** Not synchronised, stepped, no answer, unreachable, back again. */
const CLOCK_IDS = new Set([24, 29, 34, 35, 36, 37, 38, 46, 47, 50, 51, 52, 129, 131, 134, 138, 142]);

/** `sppsvc`, `osppsvc` and `w32time` in UTF-16, as the Service Control Manager adds them to 7036. */
const SERVICE_BYTES = /7300700070007300760063|7700330032007400690/i;
const SERVICE_NAMES =
  /sppsvc|software (?:protection|licensing)|w32time|windows time|ソフトウェア保護|Softwareschutz|Protection logicielle|Protección de software/i;

function tellsOfService({ data, message, binary }: Pick<RawEvent, "data" | "message" | "binary">): boolean {
  return (
    SERVICE_BYTES.test(binary) || data.some((item) => SERVICE_NAMES.test(item)) || SERVICE_NAMES.test(message)
  );
}

/** Ids that stand for licensing where a text names no source. */
const LICENSING_IDS = new Set([
  900, 902, 903, 1003, 1013, 1014, 1016, 1025, 1033, 1034, 1036, 1037, 1040, 8193, 8196, 8197, 8198, 8200,
  8208, 8209, 8229, 8230, 8233, 12288, 12289, 12290, 12291, 12292, 12293, 12294, 12308, 12309, 12310, 12321,
  16384, 16388, 16394,
]);

/** Written many times a day whatever happens: a few of them are enough. */
export const ROUTINE: ReadonlySet<number> = new Set([
  35, 37, 900, 902, 903, 1003, 1033, 1034, 1040, 1066, 7036, 8224, 12304, 12305, 12306, 12311, 16384, 16388,
  16394,
]);
