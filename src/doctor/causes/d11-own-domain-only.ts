import { foundIn, serviceOf, zoneOf } from "../case/discovery.ts";
import { publicationsIn } from "../case/publishing.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";
import { straysIn } from "./d03-zone-mismatch.ts";

/**
 * The signs: the host's 12294 name one zone, and the clients that find no host look in another. D03 with the host's own
 * word for it: the record is missing where they look because it was never published there.
 */
export const ownDomainOnly = defineCause({
  id: "D11",
  name: "published-in-own-domain-only",
  link: "dns",
  owner: "host",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/common-troubleshooting-procedures-kms-dns"],
  explains: ["D01", "D03", "C28", "C22"],
  lookalikes: [
    {
      id: "D03",
      test: {
        en: "Is the clients' suffix right? If it is not, correct that and publish nothing more.",
        ja: "クライアントのサフィックスが正しいかを確認します。誤りなら、登録先を増やさずにサフィックスを直します。",
      },
    },
    {
      id: "D09",
      test: {
        en: "Look for 12293: a host that was told to publish in the other zone too, and may not, says so there.",
        ja: "12293 を確認します。別のゾーンにも登録するよう設定されていて権限がない場合は、そこに記録されます。",
      },
    },
  ],

  judge(the) {
    const publications = publicationsIn(the).filter(({ domain }) => domain !== "");
    const published = publications.filter(
      ({ successes, failures }) => successes.length > 0 && failures.length === 0,
    );
    if (published.length === 0) return notEvaluated("host-application-log", "srv", "ipconfig");
    const domains = new Set(publications.map(({ domain }) => domain));
    const inDns = new Set(foundIn(the).map(zoneOf));
    const strays = straysIn(the, [...domains]).filter(
      ({ zones, isKnown }) => isKnown && zones.every((zone) => !domains.has(zone) && !inDns.has(zone)),
    );
    if (strays.length === 0) {
      return the.clients.some(({ state }) => state === "activated") &&
        the.clients.every(({ failure }) => !failure)
        ? ruledOut(
            `Everybody in evidence finds the host that publishes itself in ${list([...domains])}.`,
            `記録にあるクライアントはすべて、${list([...domains])} に登録されたホストを見つけています。`,
            published[0]?.successes.at(-1)?.at,
          )
        : notEvaluated("srv", "ipconfig");
    }
    const hurt = strays
      .filter(({ client }) => client.state !== "activated")
      .map(({ client }) => client.label);
    const isProven = strays.some(({ absent }) => absent !== undefined);
    const [first] = published;
    return seen({
      verdict: isProven ? "confirmed" : "likely",
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        record: serviceOf(the),
        host: first?.host.machine?.names.length ? first.host.label : "",
        domains: [...domains],
        zones: [...new Set(strays.flatMap(({ zones }) => zones))],
        clients: strays.map(({ client }) => client.label),
      },
      evidence: [
        ...published.flatMap(({ successes }) => successes.slice(-1).map(({ at }) => at)),
        ...strays.flatMap(({ absent }) => absent ?? []),
        ...strays.flatMap(({ suffixAt }) => suffixAt ?? []),
        ...strays.map(({ stopped }) => stopped),
      ].slice(0, 8),
      affects: hurt,
      wants: isProven ? [] : ["srv"],
    });
  },

  words: {
    en: {
      title: "The host publishes itself in its own domain only",
      why: ({ host, domains, zones, clients }) =>
        `${host || "The host"} publishes itself in ${list(domains)} and nowhere else (12294), and ${list(clients)} ${clients.length > 1 ? "look" : "looks"} in ${list(zones)}.`,
      about:
        "By itself a host makes its record in the zone of its own domain. Clients of other domains look in theirs. Microsoft's host publishes in further zones when they are listed in DnsDomainPublishList; Muster's when they are named at its start. The host has to be allowed to write there.",
      remedy: {
        steps: ({ domains, zones }, system) =>
          system === "muster"
            ? [
                `Start the host with all domains: \`muster host run --dns-domain ${[...domains, ...zones].join(" ")}\`, and with a key that may write in them.`,
                "Or make the record in the other zone by hand.",
              ]
            : [
                `On the host, list all zones in DnsDomainPublishList (REG_MULTI_SZ): ${[...domains, ...zones].join(", ")}. Its own has to be among them.`,
                "Allow the host to write in those zones, and restart its Software Protection service.",
                "Or make the record in the other zone by hand, or a CNAME there that leads to the first.",
              ],
        cost: "",
        undo: (_, system) =>
          system === "muster"
            ? "Start the host with its former domains."
            : "Delete DnsDomainPublishList, restart the service, delete the added records.",
        verify: ({ record, zones }, system) =>
          `\`${system === "muster" ? "dig SRV" : "nslookup -type=srv"} ${record}.${zones[0] ?? "YOUR.DOMAIN"}\` names the host, and a 12294 names that zone.`,
      },
    },
    ja: {
      title: "ホストが自分のドメインにしか登録されていません",
      why: ({ host, domains, zones, clients }) =>
        `${host ? `${host} ` : "ホスト"}の登録先は ${list(domains)} だけですが (12294)、${list(clients)} は ${list(zones)} を検索しています。`,
      about:
        "ホストは既定では、自分のドメインのゾーンにだけレコードを作成します。ほかのドメインのクライアントは、それぞれのゾーンを検索します。Microsoft のホストは DnsDomainPublishList に列挙したゾーンにも、Muster のホストは起動時に指定したドメインにも登録します。ホストにはそのゾーンへの書き込み権限が必要です。",
      remedy: {
        steps: ({ domains, zones }, system) =>
          system === "muster"
            ? [
                `すべてのドメインを指定してホストを起動します: \`muster host run --dns-domain ${[...domains, ...zones].join(" ")}\`。書き込めるキーも指定します。`,
                "または、別のゾーンにレコードを手動で作成します。",
              ]
            : [
                `ホストの DnsDomainPublishList (REG_MULTI_SZ) に、自分のゾーンを含むすべてのゾーンを列挙します: ${[...domains, ...zones].join("、")}`,
                "ホストにそれらのゾーンへの書き込みを許可し、Software Protection サービスを再起動します。",
                "または、別のゾーンにレコードか、元のレコードへの CNAME を手動で作成します。",
              ],
        cost: "",
        undo: (_, system) =>
          system === "muster"
            ? "元のドメインを指定してホストを起動します。"
            : "DnsDomainPublishList を削除し、サービスを再起動して、追加したレコードを削除します。",
        verify: ({ record, zones }, system) =>
          `\`${system === "muster" ? "dig SRV" : "nslookup -type=srv"} ${record}.${zones[0] ?? "YOUR.DOMAIN"}\` がホストを返し、そのゾーンの 12294 が記録されることを確認します。`,
      },
    },
  },

  commands: ({ record, domains, zones }, system) =>
    system === "muster"
      ? [
          `dig SRV ${record}.${zones[0] ?? "YOUR.DOMAIN"}`,
          `muster host run --dns-domain ${[...domains, ...zones].join(" ")}`,
        ]
      : [
          `reg add "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform" /v DnsDomainPublishList /t REG_MULTI_SZ /d "${[...domains, ...zones].join("\\0")}"`,
          "net stop sppsvc && net start sppsvc",
          `nslookup -type=srv ${record}.${zones[0] ?? "YOUR.DOMAIN"}`,
        ],
});
