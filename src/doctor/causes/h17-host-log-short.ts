import type { Case } from "../case/case.ts";
import { figuresOf, spanOf } from "../case/counting.ts";
import type { Host } from "../case/host.ts";
import { RENEWAL_INTERVAL } from "../case/lease.ts";
import { quotes } from "../case/places.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { duration, minute } from "../words.ts";

const MINUTE = 60_000;
/** An activated client is seen once in this time, in minutes, so that a shorter log cannot hold them all. */
/** The host has had this many times the requests that its log still holds. */
const LOST = 3;

/**
 * The signs: the host's log of 12290 reaches back less than a renewal interval though the host is older: its first
 * record is not number 1, or its counters tell of far more requests. Nothing is broken, but who is not in such a log has
 * not been shown to be silent. A log that was exported by a filter says nothing of that.
 */
export const hostLogShort = defineCause({
  id: "H17",
  name: "host-log-too-short",
  link: "host",
  owner: "host",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/activation-troubleshoot-kms-general",
    "https://learn.microsoft.com/windows-server/administration/windows-commands/wevtutil",
  ],
  explains: [],
  lookalikes: [
    {
      id: "H18",
      test: {
        en: "The log of a host that was set up anew is short as well, and its counters are near zero.",
        ja: "作り直したホストのログも短くなりますが、累積カウンターもほぼ 0 です。",
      },
    },
    {
      id: "H21",
      test: {
        en: "Look at the end of the log, not at its beginning: an idle host has no requests lately.",
        ja: "ログの先頭ではなく末尾を確認します。要求が来ていないホストなら、最近の記録がありません。",
      },
    },
  ],

  judge(the) {
    const logged = the.hosts.filter((host) => spanOf(host) > 0);
    if (logged.length === 0) return notEvaluated("host-log");
    for (const host of logged) {
      const { log } = host;
      const interval = intervalOf(the, host);
      if (log === undefined || spanOf(host) >= interval * MINUTE) continue;
      const lost = lostFrom(the, host);
      if (lost === undefined || log.selected) continue;
      return seen({
        verdict: "benign",
        severity: "notice",
        facts: {
          host: host.label,
          span: spanOf(host) / MINUTE,
          first: minute(log.first),
          events: log.counts[12290] ?? 0,
          total: figuresOf(host, "Windows")?.host.total?.value ?? 0,
          interval,
        },
        evidence: quotes(lost, figuresOf(host, "Windows")?.host.total?.at),
        affects: [],
      });
    }
    const [longest] = logged.toSorted((one, two) => spanOf(two) - spanOf(one));
    const days = longest === undefined ? 0 : Math.floor(spanOf(longest) / MINUTE / 1440);
    return days * 1440 >= RENEWAL_INTERVAL
      ? ruledOut(`The host's log reaches back ${days} days.`, `ホストのログは ${days} 日分あります。`)
      : notEvaluated("host-log");
  },

  words: {
    en: {
      title: "The host's log is too short to tell who is silent",
      why: ({ host, span, first, events, total, interval }) =>
        `The log of ${host} begins at ${first}, ${duration(span, "en")} before its end, with ${events} requests${total > 0 ? ` of ${total} that the host has had` : ""}: older ones are gone, and an activated client asks only every ${duration(interval, "en")}.`,
      about:
        "The Key Management Service log keeps so many megabytes and then drops its oldest events; it may also have been cleared. When it reaches back less than a renewal interval, activated machines are missing from it though they are well. Counts of machines, clones and those who have stopped asking need 30 days.",
      remedy: {
        steps: (_, system) =>
          system === "muster"
            ? ["Let the host keep its events longer, or export them from time to time."]
            : [
                "Enlarge the log, so that it holds 30 days and more: about 1 MB for every 1000 requests.",
                "Or forward it, or export it once a week.",
              ],
        cost: "Room on the disk.",
        undo: (_, system) => (system === "muster" ? "Set the limit back." : "Set the old size again."),
        verify: () => "After 30 days the first event of the log is 30 days old.",
      },
    },
    ja: {
      title: "ホストのログが短すぎて、問い合わせのないマシンを判断できません",
      why: ({ host, span, first, events, total, interval }) =>
        `${host} のログは ${first} から始まり、期間は ${duration(span, "ja")}、件数は ${events} 件です${total > 0 ? ` (ホストが受けた要求は ${total} 件)` : ""}。それより古い記録は失われています。認証済みのクライアントは ${duration(interval, "ja")}ごとにしか問い合わせません。`,
      about:
        "Key Management Service のログは、決まったサイズに達すると古いイベントから消えます。消去された可能性もあります。更新間隔より短いログには、正常に動いている認証済みのマシンも現れません。台数、複製、問い合わせの停止を調べるには 30 日分が必要です。",
      remedy: {
        steps: (_, system) =>
          system === "muster"
            ? ["イベントの保存期間を延ばすか、定期的にエクスポートします。"]
            : [
                "ログのサイズを増やし、30 日分以上を保存できるようにします (要求 1000 件あたり約 1 MB)。",
                "または、転送するか、週に 1 度エクスポートします。",
              ],
        cost: "ディスク容量を使います。",
        undo: (_, system) => (system === "muster" ? "上限を元に戻します。" : "サイズを元に戻します。"),
        verify: () => "30 日後に、ログの最初のイベントが 30 日前のものであることを確認します。",
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster events --role host --id 12290 --xml > host.xml"]
      : ['wevtutil gl "Key Management Service"', 'wevtutil sl "Key Management Service" /ms:209715200'],
});

function intervalOf(the: Case, host: Host): number {
  const told = the.clients
    .flatMap(({ exchanges }) => exchanges)
    .findLast(({ answer }) => answer !== undefined && answer.renewalInterval > 0)?.answer;
  return host.report?.host?.renewalInterval?.value ?? told?.renewalInterval ?? RENEWAL_INTERVAL;
}

/** A record that shows that there were older ones. */
function lostFrom({ evidence, system }: Case, host: Host): Place | undefined {
  const { table } = evidence.handled;
  const [files, records, times] = [table.column("file"), table.column("record"), table.column("time")];
  const file = table.values("file").indexOf(host.log?.origin.file ?? "");
  let first = -1;
  for (let row = 0; row < evidence.handled.length; row++) {
    if (files[row] !== file) continue;
    if (first === -1 || (times[row] ?? 0) < (times[first] ?? 0)) first = row;
  }
  if (first === -1) return undefined;
  const figures = figuresOf(host, "Windows")?.host.total?.value ?? 0;
  const events = host.log?.counts[12290] ?? 0;
  // Numbers go on when old events are dropped; those of Muster are shared with its other events.
  const isLater = system === "kms" && (records[first] ?? 0) > 1 + events / 2;
  const isFar = figures > LOST * events;
  return isLater || isFar ? evidence.handled.place(first) : undefined;
}
