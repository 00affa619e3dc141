import { serviceOf, zoneOf } from "../case/discovery.ts";
import { suspects, type Unreached, unreachedIn } from "../case/unreachable.ts";
import { defineCause, notEvaluated, ruledOut, seen, type Verdict } from "../cause.ts";
import type { WantedId } from "../wanted.ts";
import { list } from "../words.ts";

/**
 * The signs: the SRV record names a host that answers nobody, while another that it names does; who draws the dead one
 * first loses half a minute, or gives up. A single silent host may as well be closed off (N01) or stopped (N05): whether
 * the machine is there at all decides.
 */
export const srvStale = defineCause({
  id: "D02",
  name: "srv-record-stale",
  link: "dns",
  owner: "dns",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-activation-error-codes",
    "https://learn.microsoft.com/windows-server/get-started/kms-replace-host",
  ],
  explains: ["C28", "C22", "D14"],
  lookalikes: [
    {
      id: "N01",
      test: {
        en: "Test the port on the host itself and from its own subnet: a live host behind a closed firewall answers the first and not the second.",
        ja: "ホスト自身と同じサブネットの両方からポートを試します。ファイアウォールで閉じているだけなら、ホスト自身からの接続は成功します。",
      },
    },
    {
      id: "N05",
      test: {
        en: "A stopped service refuses the connection at once; a machine that is gone lets it time out.",
        ja: "サービスの停止なら接続は即座に拒否されます。マシン自体がなければタイムアウトになります。",
      },
    },
    {
      id: "D06",
      test: {
        en: "Ask for the host's address: a live host whose name has none, or a wrong one, is no stale record.",
        ja: "ホストのアドレスを調べます。稼働中のホストの名前が解決できない、または誤っている場合は古いレコードではありません。",
      },
    },
  ],

  judge(the) {
    const unreached = unreachedIn(the);
    const found = unreached
      .flatMap((each) => {
        const verdict = verdictOf(each);
        return verdict === undefined ? [] : [{ each, verdict }];
      })
      .toSorted((one, two) => ORDER.indexOf(one.verdict) - ORDER.indexOf(two.verdict));
    const [first] = found;
    if (first === undefined) {
      const served = unreached.find(({ serves }) => serves !== undefined);
      if (served?.serves !== undefined) {
        return ruledOut(
          `${served.host.label} serves others, so the record does not name a dead host.`,
          `${served.host.label} はほかのクライアントに応答しているため、レコードの指す先は停止していません。`,
          served.serves,
        );
      }
      const answering = the.hosts.filter(({ targets }) => targets.length > 0);
      const isAll =
        answering.length > 0 &&
        answering.every(
          ({ tries, probes, label }) =>
            !unreached.some(({ host }) => host.label === label) &&
            (tries.answered > 0 ||
              probes.some(({ protocol, result }) => protocol !== "icmp" && result === "open")),
        );
      if (isAll) {
        return ruledOut(
          "Every host that the SRV record names answers.",
          "SRV レコードが指すホストはすべて応答しています。",
          answering[0]?.targets[0]?.at,
        );
      }
      return notEvaluated("srv", "port-test");
    }
    const { each, verdict } = first;
    const { hurt } = each;
    const target = each.host.targets[0];
    const isOnly = each.substitutes.length === 0;
    const isForAll = the.clients.every(({ state }) => state !== "activated");
    return seen({
      verdict,
      severity: hurt.length === 0 ? "warning" : isOnly && isForAll ? "critical" : "error",
      facts: {
        record: serviceOf(the),
        zone: zoneIn(the.srv, each.host.label, the.names),
        host: target?.host ?? each.host.label,
        port: target?.port ?? 1688,
        clients: [...new Set([...each.clients, ...hurt])].map(({ label }) => label),
        others: each.substitutes.map(({ label }) => label),
        isGone: each.isGone !== undefined,
        isInSrv: each.isInSrv === true,
        isRefused: each.manner === "refused",
      },
      evidence: [
        ...(target === undefined ? [] : [target.at]),
        ...each.tries.map(({ at }) => at),
        ...each.probes.map(({ at }) => at),
        ...hurt.flatMap(({ exchanges, failure }) => (exchanges.length === 0 && failure ? [failure.at] : [])),
        ...(each.isGone === undefined ? [] : [each.isGone]),
        ...each.substitutes.flatMap(({ targets }) => targets[0]?.at ?? []),
      ].slice(0, 8),
      affects: hurt.map(({ label }) => label),
      wants: verdict === "confirmed" ? [] : wantsOf(each),
    });
  },

  words: {
    en: {
      title: "The SRV record names a host that does not answer any more",
      why: ({ host, port, clients, others, isGone, isInSrv, isRefused }) =>
        `${isInSrv ? "The SRV record names" : "Clients were sent to"} ${host}:${port}, which ${isGone ? "is not on the network" : isRefused ? "refuses connections" : "did not answer"}${clients.length > 0 ? `: ${list(clients)} asked it in vain` : ", by a test of its port"}${others.length > 0 ? `, while ${list(others)} ${others.length > 1 ? "answer" : "answers"}` : ""}.${isInSrv && isGone ? "" : ` A ${isRefused ? "" : "closed firewall or a "}stopped service on a live host looks the same from here.`}`,
      about:
        "A host that is switched off does not take its SRV record with it. Clients draw among the records at random: whoever draws the dead one waits for it to time out and then asks the next, so that only some machines are slow or fail, and not every time. With a single record everybody fails. It is taken for a firewall, since the client only sees that nobody answers.",
      remedy: {
        steps: ({ host, record, zone }) => [
          `Make sure that ${host} is meant to be gone: ask who ran it, and look whether it still has clients that name it by hand.`,
          `If it is gone, delete its record from ${record}${zone && `.${zone}`}, and leave those of the other hosts.`,
          "If it is alive, start its service or open its port instead.",
          "Clients that still keep it in their cache find the other host by themselves at their next try.",
        ],
        cost: "",
        undo: ({ host, port }) =>
          `Create the record again: priority 0, weight 0, port ${port}, target ${host}.`,
        verify: ({ record, zone, host }, system) =>
          `\`${system === "muster" ? "dig SRV" : "nslookup -type=srv"} ${record}.${zone || "YOUR.DOMAIN"}\` does not name ${host} any more, and new clients activate at their first try.`,
      },
    },
    ja: {
      title: "SRV レコードが、応答しなくなったホストを指しています",
      why: ({ host, port, clients, others, isGone, isInSrv, isRefused }) =>
        `${isInSrv ? "SRV レコードは" : "クライアントの問い合わせ先は"} ${host}:${port} ${isInSrv ? "を指していますが" : "でしたが"}、${isGone ? "このマシンはネットワーク上にありません" : clients.length > 0 ? `${list(clients)} に応答しませんでした` : "ポートのテストに応答しませんでした"}${others.length > 0 ? `。一方、${list(others)} は応答しています` : ""}。${isInSrv && isGone ? "" : `稼働中のホストの${isRefused ? "" : "ファイアウォールや"}サービス停止でも、クライアントからは同じに見えます。`}`,
      about:
        "ホストを停止しても、その SRV レコードは自動では消えません。クライアントはレコードの中から無作為に選ぶため、停止したホストに当たったときだけタイムアウトを待ってから次のホストに問い合わせます。そのため一部のマシンだけが、ときどき遅くなったり失敗したりします。レコードが 1 つだけなら全員が失敗します。応答がないという症状だけなので、ファイアウォールの問題と誤解されがちです。",
      remedy: {
        steps: ({ host, record, zone }) => [
          `${host} が本当に廃止されたのかを管理者に確認し、手動で指定しているクライアントが残っていないかも調べます。`,
          `廃止済みなら、${record}${zone && `.${zone}`} からそのレコードだけを削除し、ほかのホストのレコードは残します。`,
          "稼働中なら、代わりにサービスを開始するか、ポートを開きます。",
          "キャッシュに残っているクライアントは、次の試行で自動的に別のホストを見つけます。",
        ],
        cost: "",
        undo: ({ host, port }) =>
          `レコードを作成し直します: 優先度 0、重み 0、ポート ${port}、ターゲット ${host}。`,
        verify: ({ record, zone, host }, system) =>
          `\`${system === "muster" ? "dig SRV" : "nslookup -type=srv"} ${record}.${zone || "YOUR.DOMAIN"}\` が ${host} を返さなくなり、新しいクライアントが最初の試行で認証されることを確認します。`,
      },
    },
  },

  commands: ({ record, zone, host, port }, system) =>
    system === "muster"
      ? [
          `dig SRV ${record}.${zone || "YOUR.DOMAIN"}`,
          `printf 'update delete ${record}.${zone || "YOUR.DOMAIN"}. SRV 0 0 ${port} ${host}.\\nsend\\n' | nsupdate`,
        ]
      : [
          `Test-NetConnection ${host} -Port ${port}`,
          `Get-DnsServerResourceRecord -ZoneName ${zone || "YOUR.DOMAIN"} -Name ${record} -RRType Srv | Where-Object { $_.RecordData.DomainName -eq "${host}." } | Remove-DnsServerResourceRecord -ZoneName ${zone || "YOUR.DOMAIN"}`,
        ],
});

const ORDER: readonly Verdict[] = ["confirmed", "likely", "possible"];

/** A name without an address is a dead host where another answers and nothing shows this one alive. */
function verdictOf(unreached: Unreached): Verdict | undefined {
  const { manner, isInSrv, isUp, serves, heard, substitutes, isProviders } = unreached;
  if (manner !== "unresolved") return suspects(unreached).D02;
  if (!isInSrv || isUp !== undefined || serves !== undefined || heard !== undefined || isProviders)
    return undefined;
  return substitutes.length > 0 ? "likely" : "possible";
}

function wantsOf({ probes, isInSrv, isGone, tries }: Unreached): WantedId[] {
  return [
    ...(tries.length === 0 ? (["client-events"] as const) : []),
    ...(isInSrv === undefined ? (["srv"] as const) : []),
    ...(probes.length === 0 ? (["port-test"] as const) : []),
    ...(isGone === undefined ? (["address"] as const) : []),
    "host-dlv",
    "host-log",
  ];
}

function zoneIn(
  srv: readonly { name: string; targets: readonly { host: string }[] }[],
  label: string,
  names: { same(name: string, names: readonly string[]): boolean },
): string {
  const answer = srv.find(({ targets }) => targets.some(({ host }) => names.same(host, [label])));
  return answer === undefined ? "" : zoneOf(answer);
}
