import { readEvents } from "../../src/client/event-log.ts";
import { readState, writeState } from "../../src/client/state-file.ts";
import { canonicalName, registrySuffixes, resolvSuffixes, suffixList } from "../../src/client/suffixes.ts";
import { formatTarget, parseDomain, parseTarget } from "../../src/client/target.ts";
import { gather } from "../../src/doctor/evidence/gather.ts";
import { readScenario } from "../../src/fleet/simulator/scenario-file.ts";
import { openToken } from "../../src/host/admin/token.ts";
import { readSoaAnswer } from "../../src/host/dns/find-zone.ts";
import { parseTsigKey } from "../../src/host/dns/key-file.ts";
import { decodeMessage, encodeMessage, type ReceivedMessage, TYPE } from "../../src/host/dns/message.ts";
import { formatServerAddress, parseServerAddress } from "../../src/host/dns/server-address.ts";
import { decodeSrv, encodeSrv, type SrvRecord } from "../../src/host/dns/srv.ts";
import { encodeUpdate } from "../../src/host/dns/update.ts";
import { openGrant, openIdentity } from "../../src/host/folder.ts";
import { keptKeys } from "../../src/host/kept-keys.ts";
import { showLocation } from "../../src/host/postgres/location.ts";
import { recordsIn } from "../../src/host/publisher.ts";
import { catalogueClaims, openCatalogue, productOfKey } from "../../src/protocol/catalogue.ts";
import { licenseOfConfirmation } from "../../src/protocol/confirmation-id.ts";
import { readDigits, spellDigits } from "../../src/protocol/digit-groups.ts";
import {
  hostLicenseClaims,
  hostRequestClaims,
  openHostLicense,
  openHostRequest,
} from "../../src/protocol/host-license.ts";
import {
  type InstallationId,
  installationIdOf,
  isMadeWith,
  readInstallationId,
} from "../../src/protocol/installation-id.ts";
import { type Key, parseKey } from "../../src/protocol/keys.ts";
import { leaseClaims, verifyLease } from "../../src/protocol/lease.ts";
import { MAKS_PATH, parseHostAnswer, parseMakAnswer, parseMakRequest } from "../../src/protocol/mak.ts";
import { ACTIVATIONS_PATH, parseAnswer, parseRefusal, parseRequest } from "../../src/protocol/messages.ts";
import { DAY, formatTime, parseTime } from "../../src/protocol/time.ts";
import { openUsageReport, usageReportClaims } from "../../src/protocol/usage-report.ts";
import { vendorLeaseClaims, verifyVendorLease } from "../../src/protocol/vendor-lease.ts";
import { checkAuthorities, readCertificate } from "../../src/vendor/certificate.ts";
import * as archives from "./archives.ts";
import * as dns from "./dns-messages.ts";
import { closeDnsServer, lookUpHosts, lookUpZone } from "./dns-server.ts";
import {
  CATALOGUE,
  CONFIRMATION,
  FORGERS,
  GENUINE,
  HARDWARE,
  HOLDER,
  host,
  KEYS,
  NOW,
  REQUEST,
} from "./documents.ts";
import * as exports from "./exports.ts";
import * as texts from "./file-texts.ts";
import { document, listener, message, onlyGenuine } from "./kinds.ts";
import * as messages from "./messages.ts";
import { bytes } from "./mutate-bytes.ts";
import { json } from "./mutate-json.ts";
import { token } from "./mutate-token.ts";
import { inFolder, scratchFile } from "./scratch.ts";
import * as settings from "./settings.ts";
import { isOneSlip } from "./slips.ts";
import { onText, sameAgain, type Target, textOf } from "./target.ts";

const HOLDING = { ...HOLDER, fingerprint: HARDWARE };
const PLAIN_KEYS: readonly string[] = [...KEYS.setup, KEYS.host, KEYS.mak];
const BITS = "1011001110001111".repeat(8);

const openLease = async (lease: string) =>
  (await verifyLease(lease, GENUINE["host-licence"], HOLDER, CATALOGUE)).lease;

/**
 * Everything that reads what others wrote. A row says what is valid, how that is changed, and who reads it; `law` is
 * what else must hold of what was accepted. `bun scripts/fuzz-night.ts --target NAME` runs one row.
 */
export const TARGETS: readonly Target[] = [
  // What machines send each other.
  message("request", messages.REQUESTS, parseRequest),
  message("answer", messages.ANSWERS, parseAnswer),
  message("refusal", messages.REFUSALS, parseRefusal),
  message("mak-request", messages.MAK_REQUESTS, parseMakRequest),
  message("mak-answer", messages.MAK_ANSWERS, parseMakAnswer),
  message("host-answer", messages.HOST_ANSWERS, parseHostAnswer),
  listener("http-clients", "clients", ACTIVATIONS_PATH, messages.REQUESTS),
  listener("http-admin", "admin", "/v1/sign-in-links", [{ code: "x" }]),
  listener("http-vendor", "vendor", MAKS_PATH, messages.MAK_REQUESTS),

  // Signed documents: forged, and with a signature that holds over odd claims.
  ...document("catalogue", openCatalogue, catalogueClaims),
  ...document("host-licence", (text) => openHostLicense(text, CATALOGUE.vendor), hostLicenseClaims),
  ...document("host-request", openHostRequest, hostRequestClaims),
  ...document("lease", openLease, leaseClaims),
  ...document("vendor-lease", (text) => verifyVendorLease(text, HOLDING, CATALOGUE), vendorLeaseClaims),
  ...document("usage-report", (text) => openUsageReport(text, host.publicKey), usageReportClaims),
  {
    name: "host-licence-of-lease",
    valid: () => [GENUINE["host-licence"]],
    foreign: FORGERS.filter((each) => each !== GENUINE["host-licence"]),
    mutate: token,
    read: onText((license) => verifyLease(GENUINE.lease, license, HOLDER, CATALOGUE)),
    law: onlyGenuine(GENUINE["host-licence"]),
  },

  // Keys, and what is read over the phone.
  {
    name: "key",
    valid: () => PLAIN_KEYS,
    mutate: bytes,
    read: onText(parseKey),
    law: ({ text }: { text: string }) =>
      isOneSlip(PLAIN_KEYS, text) || (parseKey(text).text !== text && "It is spelt in two ways."),
  },
  {
    name: "key-of-catalogue",
    valid: () => [...KEYS.setup, KEYS.mak],
    foreign: [KEYS.host],
    mutate: bytes,
    read: onText((text) => productOfKey(CATALOGUE, text).key),
    // Which MAKs there are the vendor alone knows.
    law: ({ text, kind }: Key) => kind === "setup" && !PLAIN_KEYS.includes(text) && "Nobody made this key.",
  },
  {
    name: "digit-groups",
    valid: () => [spellDigits(BITS), spellDigits("0"), CONFIRMATION],
    mutate: bytes,
    read: onText((text) => readDigits(text, "number")),
    law: (bits: string) =>
      isOneSlip([spellDigits(BITS), spellDigits("0")], spellDigits(bits)) ||
      (readDigits(spellDigits(bits), "number") !== bits && "Spelt and read again, it is another number."),
  },
  {
    name: "installation-id",
    valid: async () => [await installationIdOf(REQUEST)],
    mutate: bytes,
    read: onText(readInstallationId),
    law: async (id: InstallationId) =>
      (await isMadeWith(id, KEYS.host)) &&
      id.text !== (await installationIdOf(REQUEST)) &&
      "Its proof is forged.",
  },
  {
    name: "confirmation-id",
    valid: () => [CONFIRMATION],
    mutate: bytes,
    read: onText((text) => licenseOfConfirmation(text, REQUEST, CATALOGUE)),
    law: (license: string) => license !== GENUINE["host-licence"] && "What nobody signed is accepted.",
  },

  // What DNS servers say, to hosts and to clients.
  {
    name: "dns-message",
    valid: () => dns.MESSAGES,
    mutate: bytes,
    read: decodeMessage,
    law: sameAgain(({ lastRecordAt, ...message }: ReceivedMessage) => {
      return { ...decodeMessage(encodeMessage(message)), lastRecordAt };
    }),
  },
  {
    name: "dns-update",
    valid: () => dns.UPDATES,
    mutate: bytes,
    read: dns.acceptUpdate,
    law: dns.isGenuineUpdate,
  },
  {
    name: "dns-update-answer",
    valid: () => dns.UPDATE_ANSWERS,
    mutate: bytes,
    read: dns.readAnswer,
    law: dns.isGenuineAnswer,
  },
  {
    name: "dns-zone-answer",
    valid: () => dns.SOA_ANSWERS,
    foreign: dns.MESSAGES,
    mutate: bytes,
    read: (input) => readSoaAnswer(input, dns.SERVICE),
  },
  {
    name: "dns-srv-data",
    valid: () => [encodeSrv({ priority: 0, weight: 5, port: 1688, target: "kms01.corp.example" })],
    mutate: bytes,
    read: (data) => decodeSrv({ type: TYPE.SRV, data }),
    law: sameAgain((record: SrvRecord) => decodeSrv({ type: TYPE.SRV, data: encodeSrv(record) })),
  },
  {
    name: "dns-zone-lookup",
    valid: () => dns.SOA_ANSWERS,
    foreign: dns.MESSAGES,
    mutate: bytes,
    read: lookUpZone,
    share: 0.005,
    close: closeDnsServer,
  },
  {
    name: "dns-host-lookup",
    valid: () => dns.SRV_ANSWERS,
    foreign: dns.MESSAGES,
    mutate: bytes,
    read: lookUpHosts,
    share: 0.005,
    close: closeDnsServer,
  },

  // Settings, and the files of a host's and a client's folder.
  {
    name: "tsig-key-file",
    valid: () => [texts.TSIG_KEY],
    mutate: bytes,
    read: onText((text) => parseTsigKey(text, "tsig.key")),
    law: ({ name, algorithm, secret }: ReturnType<typeof parseTsigKey>) => {
      const text = `key "${name}" { algorithm ${algorithm}; secret "${Buffer.from(secret).toString("base64")}"; };`;
      return (
        !Bun.deepEquals(parseTsigKey(text, "k"), { name, algorithm, secret }) && "It is written otherwise."
      );
    },
  },
  { name: "host-setting", valid: () => settings.SETTINGS, mutate: bytes, read: onText(settings.readSetting) },
  {
    name: "settings-file",
    valid: () => settings.TOML,
    mutate: bytes,
    read: settings.readSettingsFile,
    share: 0.2,
  },
  {
    name: "scenario-toml",
    valid: () => [settings.SCENARIO_TOML],
    mutate: bytes,
    read: onText((text) => readScenario(text, "s.toml")),
  },
  {
    name: "scenario-json",
    valid: () => [settings.SCENARIO],
    mutate: json,
    read: onText((text) => readScenario(text, "s.json")),
  },
  {
    name: "host-address",
    valid: () => ["kms01.corp.example:1688", "[fd00::1]:1688", "https://kms01", "10.0.0.1", "fd00::1"],
    mutate: bytes,
    read: onText(parseTarget),
    law: sameAgain((at: ReturnType<typeof parseTarget>) =>
      parseTarget(`${at.secure ? "https://" : ""}${formatTarget(at)}`),
    ),
  },
  {
    name: "dns-domain",
    valid: () => ["corp.example", "Corp.Example."],
    mutate: bytes,
    read: onText(parseDomain),
    law: sameAgain(parseDomain),
  },
  {
    name: "dns-server-address",
    valid: () => ["10.0.0.2", "ns1.corp.example:5353", "::1", "[::1]:5353"],
    mutate: bytes,
    read: onText(parseServerAddress),
    law: sameAgain((at: ReturnType<typeof parseServerAddress>) =>
      parseServerAddress(formatServerAddress(at)),
    ),
  },
  {
    name: "time",
    valid: () => ["2026-11-22T06:44:00Z", "2026-11-22T06:44:00.123456789+05:30"],
    mutate: bytes,
    read: onText(parseTime),
    law: (time: number) =>
      parseTime(formatTime(time)) !== Math.floor(time / 1000) * 1000 && "It is another time.",
  },
  {
    name: "network-settings",
    valid: () => [texts.RESOLV, texts.HOSTS, texts.REGISTRY],
    mutate: bytes,
    read: onText((text) => [
      suffixList([...resolvSuffixes(text), ...registrySuffixes(text)]),
      canonicalName("pc-1", text),
    ]),
  },
  {
    name: "store-address",
    valid: () => texts.LOCATIONS,
    mutate: bytes,
    read: onText(showLocation),
    law: (shown: string, input: Uint8Array) => texts.isKeptSecret(shown, textOf(input)),
  },
  {
    name: "client-state",
    valid: () => [writeState(settings.STATE)],
    mutate: json,
    read: onText(readState),
    law: sameAgain((state: ReturnType<typeof readState>) => readState(writeState(state))),
  },
  {
    name: "client-events",
    valid: () => [texts.EVENTS],
    mutate: bytes,
    read: inFolder("events.jsonl", readEvents),
    share: 0.2,
  },
  {
    name: "host-identity",
    valid: () => [archives.HOST_FILES["host.json"]],
    mutate: json,
    read: archives.asHostFile("host.json", openIdentity),
    share: 0.1,
  },
  {
    name: "host-private-key",
    valid: () => [archives.HOST_FILES["host.key"]],
    mutate: bytes,
    read: archives.asHostFile("host.key", openIdentity),
    share: 0.1,
  },
  {
    name: "host-folder-licence",
    valid: () => [GENUINE["host-licence"]],
    foreign: FORGERS,
    mutate: token,
    read: archives.asHostFile("host-licence.jws", openGrant),
    share: 0.1,
  },
  {
    name: "host-kept-keys",
    valid: () => [texts.HOST_KEYS],
    mutate: bytes,
    read: inFolder("host-keys.txt", keptKeys),
    law: (keys: string[]) =>
      keys.some((key) => parseKey(key).kind !== "host") && "A key is kept that is no host key.",
    share: 0.2,
  },
  {
    name: "host-published",
    valid: () => [texts.PUBLISHED],
    mutate: json,
    read: inFolder("published.json", async (folder) => {
      const records = recordsIn(folder);
      const remove = await Promise.all(records.domains().map((domain) => records.read(domain)));
      return encodeUpdate(dns.ZONE, { domain: dns.ZONE, remove: remove.flat(), add: [] });
    }),
    share: 0.2,
  },
  {
    name: "admin-token",
    valid: () => ["A".repeat(43)],
    mutate: bytes,
    read: inFolder("admin-token", openToken),
    share: 0.2,
  },
  {
    name: "certificate",
    valid: () => [texts.CERTIFICATE],
    mutate: bytes,
    read: (input) =>
      readCertificate({ cert: scratchFile("tls.pem", input), key: archives.hostFile("host.key") }, NOW + DAY),
    share: 0.1,
  },
  {
    name: "certificate-authorities",
    valid: () => [texts.CERTIFICATE],
    mutate: bytes,
    read: onText((text) => checkAuthorities(text, "ca.pem") ?? text),
    share: 0.2,
  },

  // Files that are imported.
  {
    name: "export",
    valid: () => [exports.exportText()],
    mutate: bytes,
    read: exports.checkExport,
    law: exports.isGenuineExport,
    share: 0.05,
  },
  {
    name: "import",
    valid: () => [exports.exportRows()],
    mutate: json,
    read: exports.importRows,
    law: exports.keepsCount,
    share: 0.005,
  },
  { name: "tar", valid: archives.validTars, mutate: bytes, read: archives.readTarFiles, share: 0.2 },
  {
    name: "backup",
    valid: archives.validBackups,
    mutate: archives.backupBytes,
    read: archives.readBackup,
    law: archives.fitsManifest,
    share: 0.02,
  },
  {
    name: "backup-inside",
    valid: archives.validBackups,
    mutate: archives.backupInside,
    read: archives.readBackup,
    law: archives.fitsManifest,
    share: 0.02,
  },
  {
    name: "restore",
    valid: archives.validBackups,
    mutate: archives.backupInside,
    read: archives.restored,
    law: archives.isWholeHost,
    share: 0.005,
  },
  {
    name: "bundle",
    valid: archives.validBundles,
    mutate: bytes,
    read: (input) =>
      gather(["-"], {
        standardInput: async function* () {
          yield input;
        },
      }),
    share: 0.02,
  },
];
