import type { Case } from "../case/case.ts";
import type { Client } from "../case/client.ts";
import {
  absentIn,
  foundIn,
  isHurt,
  lookupDomainOf,
  mayAsk,
  pinOf,
  serviceOf,
  stoppedAt,
  suffixesOf,
  zoneOf,
} from "../case/discovery.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { list } from "../words.ts";

/**
 * The signs: the record exists in one zone, the client looks in another. Proven when the client's own suffixes are known
 * (`ipconfig /all`, or its full name) and none of them is a zone that has the record.
 */
export const zoneMismatch = defineCause({
  id: "D03",
  name: "zone-suffix-mismatch",
  link: "dns",
  owner: "dns",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/common-troubleshooting-procedures-kms-dns",
    "https://learn.microsoft.com/windows-server/get-started/activation-slmgr-vbs-options",
  ],
  explains: ["D01", "C28", "C22"],
  lookalikes: [
    {
      id: "D01",
      test: {
        en: "Ask for the record in the host's zone: if it is missing there as well, it is missing altogether.",
        ja: "ホストのゾーンでレコードを調べます。そこにもなければ、レコード自体がありません。",
      },
    },
    {
      id: "D11",
      test: {
        en: "Read the host's events 12294: they name every zone in which it publishes itself.",
        ja: "ホストのイベント 12294 を確認します。登録先のゾーンがすべて記録されています。",
      },
    },
    {
      id: "D13",
      test: {
        en: "Look for a lookup domain in `/dlv` or the registry: it goes before the suffixes.",
        ja: "`/dlv` やレジストリの検索ドメインを確認します。検索ドメインはサフィックスより優先されます。",
      },
    },
    {
      id: "D18",
      test: {
        en: "`Resolve-DnsName` for the client's own suffix asks as the service does; nslookup for the full name does not.",
        ja: "クライアント自身のサフィックスで `Resolve-DnsName` を実行します。サービスと同じ方法で問い合わせます。完全な名前を指定した nslookup では分かりません。",
      },
    },
  ],

  judge(the) {
    const found = foundIn(the);
    if (found.length === 0) return notEvaluated("srv", "ipconfig");
    const zonesWithIt = [...new Set(found.map(zoneOf))];
    const strays = straysIn(the);
    if (strays.length === 0) {
      const fitting = the.clients.flatMap((client) =>
        suffixesOf(the, client).zones.filter(({ value }) => zonesWithIt.includes(value)),
      );
      const [one] = fitting;
      if (one !== undefined) {
        return ruledOut(
          `The record stands in ${one.value}, which is where the client looks.`,
          `レコードは、クライアントが検索する ${one.value} にあります。`,
          one.at,
        );
      }
      return notEvaluated("ipconfig");
    }
    const [first] = strays;
    if (first === undefined) return notEvaluated("ipconfig");
    const isProven = strays.some(({ isKnown, absent }) => isKnown && absent !== undefined);
    const isPublisherKnown = published(the, first.zones) !== undefined;
    return seen({
      // Where the host's own log says in which zones it publishes, D11 tells more.
      verdict: isPublisherKnown ? "possible" : isProven ? "confirmed" : "likely",
      severity: strays.some(({ client }) => client.state !== "activated") ? "error" : "warning",
      facts: {
        record: serviceOf(the),
        found: zonesWithIt,
        suffixes: [...new Set(strays.flatMap(({ zones }) => zones))],
        clients: strays.map(({ client }) => client.label),
        host: found[0]?.targets[0]?.host ?? "",
      },
      evidence: [
        ...strays.flatMap(({ absent }) => absent ?? []),
        ...strays.flatMap(({ suffixAt }) => suffixAt ?? []),
        ...found.flatMap(({ targets }) => targets[0]?.at ?? []),
        ...strays.map(({ stopped }) => stopped),
      ].slice(0, 8),
      affects: strays.filter(({ client }) => client.state !== "activated").map(({ client }) => client.label),
      wants: first.isKnown ? [] : ["ipconfig"],
    });
  },

  words: {
    en: {
      title: "The client looks for the record in another DNS zone than the host's",
      why: ({ found, suffixes, clients }) =>
        `The record exists in ${list(found)}, but ${list(clients)} ${clients.length > 1 ? "look" : "looks"} in ${suffixes.length > 0 ? list(suffixes) : "another zone"} and ${clients.length > 1 ? "find" : "finds"} no host there.`,
      about:
        "A client looks for the record in its own primary DNS suffix (and in the suffixes it has from DHCP or from its search list), never in the zone of the host. Where the names of machines and the names of domains differ - child domains, a second forest, a suffix kept from an old company name - the record stands where nobody looks. A lookup by hand with the full name finds it and misleads.",
      remedy: {
        steps: ({ suffixes, found, host }, system) => [
          `Decide whether ${suffixes[0] ?? "the client's suffix"} is right. If it is not, correct the client's primary suffix or the search list that it gets.`,
          system === "muster"
            ? `If it is right, let the host publish there too: name both domains to \`muster host run --dns-domain\`, or create the record for ${host} by hand.`
            : `If it is right, let the host publish there too: add the zone to DnsDomainPublishList on the host and restart its Software Protection service, or create the record for ${host} by hand.`,
          `For single machines, name the domain to look in: ${system === "muster" ? "muster skms-domain" : "slmgr /skms-domain"} ${found[0] ?? ""}.`,
        ],
        cost: "Changing a machine's primary suffix needs a restart; a record or a list does not.",
        undo: (_, system) =>
          system === "muster"
            ? "`muster ckms-domain` on the client; delete the added record."
            : "`slmgr /ckms-domain` on the client; delete the added record, or the zone from DnsDomainPublishList.",
        verify: ({ record, suffixes }, system) =>
          `\`${system === "muster" ? "dig SRV" : "Resolve-DnsName -Type SRV"} ${record}.${suffixes[0] ?? "YOUR.DOMAIN"}\` names the host, and \`${system === "muster" ? "muster ato" : "slmgr /ato"}\` succeeds.`,
      },
    },
    ja: {
      title: "クライアントが、ホストとは別の DNS ゾーンを検索しています",
      why: ({ found, suffixes, clients }) =>
        `レコードは ${list(found)} にありますが、${list(clients)} は ${suffixes.length > 0 ? list(suffixes) : "別のゾーン"} を検索しており、ホストが見つかりません。`,
      about:
        "クライアントは、自分のプライマリ DNS サフィックス (および DHCP やサフィックス検索一覧で得たサフィックス) でレコードを探し、ホストのゾーンは検索しません。子ドメイン、別フォレスト、旧社名のままのサフィックスなど、マシン名とドメイン名がずれていると、誰も検索しない場所にレコードがあることになります。完全な名前を指定した手動の確認では見つかるため、誤解を招きます。",
      remedy: {
        steps: ({ suffixes, found, host }, system) => [
          `${suffixes[0] ?? "クライアントのサフィックス"} が正しいかどうかを判断します。誤っていれば、クライアントのプライマリ サフィックスまたは配布している検索一覧を修正します。`,
          system === "muster"
            ? `正しければ、ホストにそのゾーンにも登録させます。\`muster host run --dns-domain\` に両方のドメインを指定するか、${host} のレコードを手動で作成します。`
            : `正しければ、ホストにそのゾーンにも登録させます。ホストの DnsDomainPublishList にゾーンを追加して Software Protection サービスを再起動するか、${host} のレコードを手動で作成します。`,
          `個々のマシンでは検索ドメインを指定できます: ${system === "muster" ? "muster skms-domain" : "slmgr /skms-domain"} ${found[0] ?? ""}`,
        ],
        cost: "プライマリ サフィックスの変更には再起動が必要です。レコードや一覧の変更には不要です。",
        undo: (_, system) =>
          system === "muster"
            ? "クライアントで `muster ckms-domain` を実行し、追加したレコードを削除します。"
            : "クライアントで `slmgr /ckms-domain` を実行し、追加したレコード、または DnsDomainPublishList のゾーンを削除します。",
        verify: ({ record, suffixes }, system) =>
          `\`${system === "muster" ? "dig SRV" : "Resolve-DnsName -Type SRV"} ${record}.${suffixes[0] ?? "YOUR.DOMAIN"}\` がホストを返し、\`${system === "muster" ? "muster ato" : "slmgr /ato"}\` が成功することを確認します。`,
      },
    },
  },

  commands: ({ record, suffixes, found }, system) =>
    system === "muster"
      ? [
          `dig SRV ${record}.${suffixes[0] ?? "YOUR.DOMAIN"}`,
          `muster skms-domain ${found[0] ?? "HOST.DOMAIN"}`,
          "muster ato",
        ]
      : [
          `Resolve-DnsName -Type SRV ${record}.${suffixes[0] ?? "YOUR.DOMAIN"}`,
          `reg add "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform" /v DnsDomainPublishList /t REG_MULTI_SZ /d "${[...found, ...suffixes].join("\\0")}"`,
          "net stop sppsvc && net start sppsvc",
        ],
});

interface Stray {
  readonly client: Client;
  readonly stopped: Place;
  /** Zones in which it looks and that have no record. */
  readonly zones: readonly string[];
  readonly suffixAt: Place | undefined;
  readonly absent: Place | undefined;
  /** Whether its suffixes are in evidence, or only zones that somebody asked about. */
  readonly isKnown: boolean;
}

/** Clients that found no host, though one is in DNS, or in these zones too, and none of them is theirs. */
export function straysIn(the: Case, alsoIn: readonly string[] = []): Stray[] {
  const found = new Set([...foundIn(the).map(zoneOf), ...alsoIn]);
  const absent = absentIn(the);
  if (found.size === 0) return [];
  return the.clients.flatMap((client) => {
    const stopped = stoppedAt(client)?.at;
    if (stopped === undefined || !mayAsk(client) || !isHurt(client)) return [];
    if (pinOf(the, client) !== undefined || lookupDomainOf(the, client) !== undefined) return [];
    const { isKnown, isBlank, zones, at } = suffixesOf(the, client);
    // No suffix at all is D04's.
    if (isBlank || zones.some(({ value }) => found.has(value))) return [];
    const elsewhere = absent.filter((answer) => !found.has(zoneOf(answer)));
    if (!isKnown && elsewhere.length === 0) return [];
    const own = elsewhere.find((answer) => !isKnown || zones.some(({ value }) => value === zoneOf(answer)));
    return [
      {
        client,
        stopped,
        zones: isKnown ? zones.map(({ value }) => value) : elsewhere.map(zoneOf),
        suffixAt: isKnown ? at : undefined,
        absent: own?.at,
        isKnown,
      },
    ];
  });
}

/** A publication of a host that does not cover these zones. */
function published({ hosts }: Case, zones: readonly string[]): Place | undefined {
  for (const { publications } of hosts) {
    const done = publications.filter(({ id }) => id === 12294);
    const domains = done.map(({ fields }) => (fields.domain ?? "").toLowerCase());
    if (
      domains.some((domain) => domain !== "" && !zones.includes(domain)) &&
      !domains.some((each) => zones.includes(each))
    ) {
      return done.at(-1)?.at;
    }
  }
  return undefined;
}
