import { absentIn, foundIn, mayAsk, pinOf, serviceOf, stoppedAt } from "../case/discovery.ts";
import { publicationsIn, publishingOff } from "../case/publishing.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { hresult, list } from "../words.ts";
import { REFUSED } from "./d09-srv-update-refused.ts";

/** The zone takes no updates: not implemented, refused, not the zone's server, not its zone. */
const NO_UPDATES: ReadonlySet<number> = new Set([0x8007232c, REFUSED, 0x80072331, 0x80072332]);

/**
 * The signs: `DNS publishing disabled` in the host's `/dlv` (then there is no 12293 at all), or 12293 that say that the
 * zone takes no updates. Either is by design where the record is made by hand or every client is told its host.
 */
export const publishingDisabled = defineCause({
  id: "D10",
  name: "publishing-disabled-or-unsupported",
  link: "dns",
  owner: "host",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/common-troubleshooting-procedures-kms-dns",
    "https://learn.microsoft.com/windows-server/get-started/kms-create-host",
  ],
  explains: ["D01", "D16", "C28", "C22"],
  lookalikes: [
    {
      id: "D09",
      test: {
        en: "With publishing off there is no 12293; with 0x80072338 in it, the host tries and is not allowed.",
        ja: "発行が無効なら 12293 は記録されません。0x80072338 の 12293 があれば、試みて拒否されています。",
      },
    },
    {
      id: "D16",
      test: {
        en: "Read the host's `/dlv`: with publishing enabled, a record that vanished was removed by DNS.",
        ja: "ホストの `/dlv` を確認します。発行が有効なのにレコードが消えたのなら、DNS 側で削除されています。",
      },
    },
  ],

  judge(the) {
    const off = the.hosts.flatMap((host) => {
      const at = publishingOff(the, host);
      return at === undefined ? [] : [{ host, at }];
    });
    const unsupported = publicationsIn(the).filter(
      ({ code, failures }) =>
        failures.length > 0 && NO_UPDATES.has(code) && !(the.system === "muster" && code === REFUSED),
    );
    const found = foundIn(the);
    const absent = absentIn(the);
    if (off.length === 0 && unsupported.length === 0) {
      const on = the.hosts.find(({ report }) => report?.host?.publishing?.value);
      return on?.report?.host?.publishing === undefined
        ? notEvaluated("host-dlv")
        : ruledOut(
            `${on.machine?.names.length ? on.label : "The host"} publishes itself (DNS publishing enabled).`,
            `${on.machine?.names.length ? on.label : "ホスト"} の DNS 発行は有効です。`,
            on.report.host.publishing.at,
          );
    }
    // Another host that publishes, or a record made by hand, leads the clients: nothing is missing.
    const isServed = found.length > 0 && absent.length === 0;
    const stopped = the.clients.filter((client) => stoppedAt(client) !== undefined);
    const seekers = the.clients.filter((client) => mayAsk(client) && pinOf(the, client) === undefined);
    const isByDesign = isServed || (stopped.length === 0 && the.clients.length > 0 && seekers.length === 0);
    const publishes = the.hosts.some(({ report }) => report?.host?.publishing?.value);
    const hurt = stopped.filter(({ state }) => state === "notActivated").map(({ label }) => label);
    const verdict = isByDesign
      ? "benign"
      : absent.length > 0 && !publishes
        ? "confirmed"
        : stopped.length > 0 && !publishes
          ? "likely"
          : "possible";
    return seen({
      verdict,
      severity:
        verdict === "benign" || verdict === "possible" ? "info" : hurt.length > 0 ? "error" : "warning",
      facts: {
        record: absent[0]?.name ?? `${serviceOf(the)}.YOUR.DOMAIN`,
        hosts: off
          .map(({ host }) => (host.machine?.names.length ? host.label : ""))
          .filter((label) => label !== ""),
        isOff: off.length > 0,
        isAbsent: absent.length > 0,
        code: unsupported[0] === undefined ? "" : hresult(unsupported[0].code),
        isByDesign,
        clients: stopped.map(({ label }) => label),
      },
      evidence: [
        ...off.map(({ at }) => at),
        ...unsupported.flatMap(({ failures }) => failures.slice(-1).map(({ at }) => at)),
        ...absent.map(({ at }) => at),
        ...stopped.flatMap(({ failure }) => failure?.at ?? []),
      ].slice(0, 8),
      affects: hurt,
      wants: isByDesign || absent.length > 0 || stopped.length === 0 ? [] : ["srv"],
    });
  },

  words: {
    en: {
      title: "The host does not publish itself in DNS",
      why: ({ hosts, isOff, code, isByDesign, isAbsent, clients, record }) =>
        `${isOff ? `DNS publishing is disabled on ${list(hosts) || "the host"}` : `The zone takes no dynamic updates: the host's 12293 carry ${code}`}${isByDesign ? "; clients are led to it all the same, by a record made by hand or by name" : `${isAbsent ? `, and ${record} does not exist` : ""}${clients.length > 0 ? `; ${list(clients)} ${clients.length > 1 ? "find" : "finds"} no host` : ""}`}.`,
      about:
        "A host makes its SRV record by itself unless that is switched off (`/cdns`, DisableDnsPublishing) or the zone takes no dynamic updates. Both are lawful: somebody then has to make the record by hand, and to think of it when the host moves. Nothing in the host's log tells of a record that was never made when publishing is off.",
      remedy: {
        steps: ({ isOff, record }, system) => [
          isOff
            ? system === "muster"
              ? "Switch publishing on at the host: `muster sdns`. Where that says that it is on, the host was started without DNS: start it without `--no-dns`, or name a domain with `--dns-domain`."
              : "Switch publishing on at the host: `slmgr /sdns`, then restart its Software Protection service."
            : "Let the zone take dynamic updates (secure ones), and restart the host's service.",
          `Where that is not wanted, make the record by hand: ${record}, priority 0, weight 0, port 1688, target the host's full name${isOff ? "" : ", and switch publishing off so that the errors stop"}.`,
        ],
        cost: "",
        undo: (_, system) =>
          system === "muster" ? "`muster cdns`" : "`slmgr /cdns`, and delete the record.",
        verify: ({ record }, system) =>
          `\`${system === "muster" ? "dig SRV" : "nslookup -type=srv"} ${record}\` names the host.`,
      },
    },
    ja: {
      title: "ホストが自分を DNS に登録していません",
      why: ({ hosts, isOff, code, isByDesign, isAbsent, clients, record }) =>
        `${isOff ? `${hosts.length > 0 ? `${list(hosts)} ` : "ホスト"}の DNS 発行が無効になっています` : `ゾーンが動的更新を受け付けません (ホストの 12293 のコードは ${code})`}${isByDesign ? "が、手動のレコードや名前の指定により、クライアントはホストに到達しています" : `${isAbsent ? `。${record} は存在しません` : ""}${clients.length > 0 ? `。${list(clients)} はホストを見つけられません` : ""}`}。`,
      about:
        "ホストは通常、SRV レコードを自分で作成します。ただし、発行を無効にした場合 (`/cdns`、DisableDnsPublishing) や、ゾーンが動的更新を受け付けない場合は作成されません。どちらも正当な設定ですが、レコードを手動で作成し、ホストの移転時にも忘れずに直す必要があります。発行が無効なときは、作成されなかったことを示す記録はホストのログに残りません。",
      remedy: {
        steps: ({ isOff, record }, system) => [
          isOff
            ? system === "muster"
              ? "ホストで発行を有効にします: `muster sdns`。すでに有効と表示される場合、ホストは DNS なしで起動されています。`--no-dns` を付けずに起動するか、`--dns-domain` でドメインを指定します。"
              : "ホストで発行を有効にし (`slmgr /sdns`)、Software Protection サービスを再起動します。"
            : "ゾーンで動的更新 (セキュリティで保護された更新) を許可し、ホストのサービスを再起動します。",
          `許可したくない場合は、レコードを手動で作成します: ${record}、優先度 0、重み 0、ポート 1688、ターゲットはホストの完全な名前${isOff ? "" : "。エラーが続かないように、発行は無効にします"}。`,
        ],
        cost: "",
        undo: (_, system) =>
          system === "muster" ? "`muster cdns`" : "`slmgr /cdns` を実行し、レコードを削除します。",
        verify: ({ record }, system) =>
          `\`${system === "muster" ? "dig SRV" : "nslookup -type=srv"} ${record}\` がホストを返すことを確認します。`,
      },
    },
  },

  commands: ({ record, isOff }, system) =>
    system === "muster"
      ? ["muster sdns", `dig SRV ${record}`]
      : [
          ...(isOff ? ["cscript //nologo slmgr.vbs /sdns"] : []),
          "net stop sppsvc && net start sppsvc",
          `nslookup -type=srv ${record}`,
        ],
});
