import { absentIn, foundIn, stoppedAt, zoneOf } from "../case/discovery.ts";
import { type Publication, publicationsIn, publishingOff } from "../case/publishing.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { day, list, minute } from "../words.ts";

const HOUR = 60 * 60_000;
/** A host publishes itself every 24 hours; a little later is still in time. */
const LATE = 26 * HOUR;

/**
 * The signs: the record is gone, the host once published it (12294), and its daily 12294 stopped more than a day before
 * its evidence ends, without a 12293 and with publishing on: nobody refreshed the record, and DNS swept it away.
 */
export const srvScavenged = defineCause({
  id: "D16",
  name: "srv-record-scavenged",
  link: "dns",
  owner: "dns",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/common-troubleshooting-procedures-kms-dns"],
  explains: ["D01", "C28", "C22"],
  lookalikes: [
    {
      id: "D09",
      test: {
        en: "Look for 12293 after the last 12294: a host that may not write any more says so every day.",
        ja: "最後の 12294 の後の 12293 を確認します。書き込めなくなったホストは毎日記録します。",
      },
    },
    {
      id: "D10",
      test: {
        en: "Read `DNS publishing` in the host's `/dlv`: switched off, it stops without a word.",
        ja: "ホストの `/dlv` の DNS 発行を確認します。無効にすると、何も記録せずに止まります。",
      },
    },
    {
      id: "N05",
      test: {
        en: "Is the host's service running? One that is stopped publishes nothing, and answers nobody either.",
        ja: "ホストのサービスが実行中かを確認します。停止していれば登録も応答も行われません。",
      },
    },
  ],

  judge(the) {
    const found = foundIn(the);
    const absent = absentIn(the);
    const isThere = found.length > 0 && absent.length === 0;
    if (isThere) {
      return ruledOut("The SRV record is there.", "SRV レコードは存在しています。", found[0]?.targets[0]?.at);
    }
    const publications = publicationsIn(the)
      .filter(({ successes }) => successes.length > 0)
      .map((each) => ({ ...each, until: endOf(each, the.now) }));
    if (publications.length === 0) return notEvaluated("host-application-log", "srv");
    const stopped = the.clients.filter((client) => stoppedAt(client) !== undefined);
    const stale = publications.filter(({ host, domain, successes, failures, until }) => {
      const last = successes.at(-1)?.time ?? Number.NaN;
      const isGone = absent.length === 0 || absent.some((answer) => zoneOf(answer) === domain);
      const isFound = found.some((answer) => zoneOf(answer) === domain);
      return (
        isGone &&
        !isFound &&
        failures.length === 0 &&
        until - last > LATE &&
        publishingOff(the, host) === undefined
      );
    });
    const [first] = stale;
    if (first === undefined) {
      const fresh = publications.find(
        ({ successes, until }) => !(until - (successes.at(-1)?.time ?? 0) > LATE),
      );
      return fresh === undefined
        ? notEvaluated("host-application-log", "host-dlv")
        : ruledOut(
            `The host published itself within the last day of its log (${minute(fresh.successes.at(-1)?.time ?? Number.NaN)}).`,
            `ホストはログの最後の 1 日以内に登録されています (${minute(fresh.successes.at(-1)?.time ?? Number.NaN)})。`,
            fresh.successes.at(-1)?.at,
          );
    }
    if (absent.length === 0 && stopped.length === 0) return notEvaluated("srv");
    const last = first.successes.at(-1);
    const hurt = stopped.filter(({ state }) => state !== "activated").map(({ label }) => label);
    const isAbsent = absent.length > 0;
    return seen({
      verdict: isAbsent ? "likely" : "possible",
      severity: hurt.length > 0 ? "error" : isAbsent ? "warning" : "notice",
      facts: {
        record: absent[0]?.name ?? "",
        host: first.host.machine?.names.length ? first.host.label : "",
        domain: first.domain,
        last: day(last?.time ?? Number.NaN),
        until: day(first.until),
        days: Math.floor((first.until - (last?.time ?? 0)) / (24 * HOUR)),
        clients: stopped.map(({ label }) => label),
      },
      evidence: [
        ...(last === undefined ? [] : [last.at]),
        ...absent.map(({ at }) => at),
        ...stopped.flatMap(({ failure }) => failure?.at ?? []),
      ].slice(0, 8),
      affects: hurt,
      wants: isAbsent ? ["service"] : ["srv", "service"],
    });
  },

  words: {
    en: {
      title: "The host stopped refreshing its SRV record, and DNS removed it",
      why: ({ host, domain, last, until, days, record, clients }) =>
        `${host || "The host"} last published itself in ${domain || "DNS"} on ${last} (12294) and, up to ${until}, has not done so for ${days} ${days === 1 ? "day" : "days"}, though it does so daily and no failure is logged${record ? `; ${record} is gone` : ""}${clients.length > 0 ? `, and ${list(clients)} ${clients.length > 1 ? "find" : "finds"} no host` : ""}.`,
      about:
        "A zone with aging deletes dynamic records that nobody refreshes within its two intervals, a week each by default. A host refreshes its record once a day, so that this only happens to one that was off, or whose service was stopped, for weeks. Clients lose the host overnight, and it looks as if somebody had deleted the record. A record made by hand may be swept away too when it was given a time stamp.",
      remedy: {
        steps: ({ host }, system) => [
          system === "muster"
            ? `Start ${host || "the host"}; it publishes itself at its start. While it runs: \`muster sdns\`.`
            : `Start the Software Protection service on ${host || "the host"}; it publishes itself at its start.`,
          "Find out why it was off, or why the service was stopped, for so long.",
          "If the record is meant to stand without the host, make it a static one (without a time stamp).",
        ],
        cost: "",
        undo: () => "Nothing to undo.",
        verify: ({ record }, system) =>
          `A new 12294 is logged, and \`${system === "muster" ? "dig SRV" : "nslookup -type=srv"} ${record || "_vlmcs._tcp.YOUR.DOMAIN"}\` names the host, also two days later.`,
      },
    },
    ja: {
      title: "ホストが SRV レコードを更新しなくなり、DNS によって削除されました",
      why: ({ host, domain, last, until, days, record, clients }) =>
        `${host ? `${host} ` : "ホスト"}が ${domain || "DNS"} に最後に登録したのは ${last} (12294) で、${until} までの ${days} 日間、失敗の記録もないまま毎日の登録が止まっています${record ? `。${record} は存在しません` : ""}${clients.length > 0 ? `。${list(clients)} はホストを見つけられません` : ""}。`,
      about:
        "エージングが有効なゾーンでは、2 つの間隔 (既定ではそれぞれ 1 週間) の間に更新されなかった動的レコードが清掃 (scavenging) で削除されます。ホストは 1 日 1 回更新するため、これが起こるのは、ホストやそのサービスが何週間も停止していた場合だけです。クライアントは一夜にしてホストを見失い、誰かがレコードを削除したように見えます。手動のレコードも、タイム スタンプが付いていると削除されることがあります。",
      remedy: {
        steps: ({ host }, system) => [
          system === "muster"
            ? `${host ? `${host} ` : "ホスト"}を起動します。起動時に登録されます。実行中であれば \`muster sdns\` を実行します。`
            : `${host ? `${host} ` : "ホスト"}の Software Protection サービスを開始します。開始時に登録されます。`,
          "長い間停止していた理由を調べます。",
          "ホストが停止していてもレコードを残したい場合は、タイム スタンプのない静的レコードにします。",
        ],
        cost: "",
        undo: () => "元に戻すものはありません。",
        verify: ({ record }, system) =>
          `新しい 12294 が記録され、2 日後も \`${system === "muster" ? "dig SRV" : "nslookup -type=srv"} ${record || "_vlmcs._tcp.YOUR.DOMAIN"}\` がホストを返すことを確認します。`,
      },
    },
  },

  commands: ({ record, domain }, system) =>
    system === "muster"
      ? [
          "muster sdns",
          "muster events --role host --id 12294",
          `dig SRV ${record || "_muster._tcp.YOUR.DOMAIN"}`,
        ]
      : [
          "net stop sppsvc && net start sppsvc",
          `Get-DnsServerZoneAging -Name ${domain || "YOUR.DOMAIN"}`,
          `nslookup -type=srv ${record || "_vlmcs._tcp.YOUR.DOMAIN"}`,
        ],
});

/**
 * When the host's evidence ends. A log that was exported with a filter ends with its last success; what others in evidence
 * say days later was then most likely gathered together with it.
 */
function endOf({ successes, until }: Publication, now: number): number {
  const last = successes.at(-1)?.time ?? Number.NaN;
  return now - last > 72 * HOUR ? Math.max(now, until) : until;
}
