import type { Case } from "../case/case.ts";
import { pooled, poolNamed, type Short, shortIn, unreadHosts } from "../case/counting.ts";
import { RENEWAL_INTERVAL } from "../case/lease.ts";
import { quotes } from "../case/places.ts";
import { rebuiltIn } from "../case/rebuilt.ts";
import { trendOf } from "../case/trend.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { day, duration } from "../words.ts";

/** Renewals so far apart let machines drop out of the 30 days between two of them. */
const SLOW = 25 * 1440;

/**
 * The signs: the count was high enough before, in the log or in what clients were told, and is not any more: machines
 * have not asked for 30 days, being gone, asleep, or told to renew too seldom. Were they taken by another host it is H09,
 * by Active Directory H23, and of a host that was set up anew H18.
 */
export const countDecayed = defineCause({
  id: "H13",
  name: "count-decayed",
  link: "count",
  owner: "host",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/kms-activation-planning"],
  explains: ["H08", "H22", "C28"],
  lookalikes: [
    {
      id: "H08",
      test: {
        en: "Look at the count of earlier weeks: one that never was high enough is H08.",
        ja: "以前の数を確認します。1 度も足りたことがなければ H08 です。",
      },
    },
    {
      id: "H09",
      test: {
        en: "Look for the missing machines in the logs of other hosts.",
        ja: "いなくなったマシンが、ほかのホストのログにないか確認します。",
      },
    },
    {
      id: "H23",
      test: {
        en: "Event 12308 or an AD activation object in a client's `/dlv`: Active Directory has taken them.",
        ja: "クライアントにイベント 12308 や AD によるライセンス認証の表示があれば、Active Directory に移っています。",
      },
    },
  ],

  judge(the) {
    const shorts = shortIn(the);
    const needs = needsOf(the, shorts);
    const found = needs.flatMap(({ pool, required }) => {
      const of = pooled(the, pool);
      if (of.cmids.size >= required) return [];
      return of.tallies.flatMap((tally) => {
        if (tally.count >= required) return [];
        const trend = trendOf(the, tally.host, pool);
        return trend.peak >= required ? [{ pool, required, tally, trend }] : [];
      });
    });
    const [worst] = found.filter(({ tally }) => !rebuiltIn(the).some(({ host }) => host === tally.host));
    if (worst === undefined) {
      const enough = the.hosts.find(({ report }) => (report?.host?.count?.value ?? 0) >= 25)?.report?.host
        ?.count;
      return enough === undefined
        ? notEvaluated("host-log")
        : ruledOut(`The count is ${enough.value}.`, `現在の数は ${enough.value} です。`, enough.at);
    }
    const { pool, required, tally, trend } = worst;
    const waiting = shorts.filter((each) => each.pool === pool && each.required >= required);
    const interval = intervalOf(the);
    return seen({
      verdict: unreadHosts(the).length > 0 ? "likely" : "confirmed",
      severity: waiting.some(({ client }) => client.state !== "activated") ? "error" : "warning",
      facts: {
        host: tally.host.label,
        pool: poolNamed(the, pool),
        required,
        peak: trend.peak,
        peakDay: day(trend.peakAt),
        count: trend.now,
        interval: interval.minutes,
        isSlow: interval.minutes >= SLOW,
        clients: waiting.map(({ client }) => client.label),
      },
      evidence: quotes(
        ...waiting.slice(0, 2).map(({ at }) => at),
        ...trend.places,
        interval.minutes >= SLOW ? interval.at : undefined,
      ),
      affects: waiting.map(({ client }) => client.label),
      wants: unreadHosts(the).length > 0 ? ["other-hosts"] : [],
    });
  },

  words: {
    en: {
      title: "The count has fallen below what clients need, because machines have stopped asking",
      why: ({ host, pool, required, peak, peakDay, count, interval, isSlow }) =>
        `${host} counted ${peak}${pool === "" ? "" : ` of ${pool}`} on ${peakDay} and counts ${count} now, with ${required} needed${isSlow ? `; it tells clients to renew every ${duration(interval, "en")} only, so that they drop out in between` : ": the others have not asked for 30 days"}.`,
      about:
        "A CMID counts for 30 days after it was last seen. When machines are retired, sleep through the holidays, are out of reach, or are told to renew hardly more often than that, the count falls again. Activated machines go on for 180 days, so that it shows only on new ones and on those that renew.",
      remedy: {
        steps: ({ isSlow }, system) => [
          isSlow
            ? `Set the renewal interval back to 7 days: \`${system === "muster" ? "muster sri" : "slmgr /sri"} 10080\` on the host.`
            : "Find out which machines stopped asking: compare the names in the host's log of this month with those of the month before.",
          "Wake the machines that are asleep, or bring them into the network: each counts again with its next request.",
          system === "muster"
            ? "If they are gone for good, the rest needs keys of its own, or a smaller required count."
            : "If they are gone for good, use Active Directory-based activation or multiple activation keys for the rest.",
        ],
        cost: "",
        undo: (_, system) =>
          `Set the interval back with \`${system === "muster" ? "muster sri" : "slmgr /sri"}\`.`,
        verify: ({ required }, system) =>
          `\`${system === "muster" ? "muster dlv --role host" : "slmgr /dlv"}\` on the host shows a count of ${required} or more again.`,
      },
    },
    ja: {
      title: "問い合わせなくなったマシンがあり、数が必要数を下回りました",
      why: ({ host, pool, required, peak, peakDay, count, interval, isSlow }) =>
        `${host} の${pool === "" ? "" : ` ${pool} の`}数は ${peakDay} には ${peak} でしたが、現在は ${count} で、必要数の ${required} に足りません${isSlow ? `。更新間隔が ${duration(interval, "ja")}に設定されており、その間に数から外れます` : "。ほかのマシンは 30 日間問い合わせていません"}。`,
      about:
        "CMID は、最後に問い合わせてから 30 日間数えられます。マシンの廃棄、長期休暇中の停止、ネットワーク外への移動、30 日近い更新間隔などがあると、数は再び減ります。認証済みのマシンは 180 日間そのまま使えるため、新しいマシンと更新するマシンにだけ症状が現れます。",
      remedy: {
        steps: ({ isSlow }, system) => [
          isSlow
            ? `ホストで \`${system === "muster" ? "muster sri" : "slmgr /sri"} 10080\` を実行し、更新間隔を 7 日に戻します。`
            : "今月と先月のホストのログで名前を比べ、問い合わせなくなったマシンを調べます。",
          "停止しているマシンを起動するか、ネットワークに接続します。次の要求で再び数えられます。",
          system === "muster"
            ? "マシンが戻らない場合は、残りのマシンに専用のキーか、より小さい必要数を用意します。"
            : "マシンが戻らない場合は、残りのマシンに Active Directory によるライセンス認証かマルチ ライセンス認証キーを使います。",
        ],
        cost: "",
        undo: (_, system) =>
          `\`${system === "muster" ? "muster sri" : "slmgr /sri"}\` で元の間隔に戻します。`,
        verify: ({ required }, system) =>
          `ホストの \`${system === "muster" ? "muster dlv --role host" : "slmgr /dlv"}\` で、数が再び ${required} 以上になることを確認します。`,
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster dlv --role host", "muster sri 10080"]
      : ["cscript //nologo slmgr.vbs /dlv", "cscript //nologo slmgr.vbs /sri 10080"],
});

interface Need {
  readonly pool: string;
  readonly required: number;
}

/** Counts that somebody needs: who waits first, then all who asked lately and are licensed yet. */
function needsOf(the: Case, shorts: readonly Short[]): Need[] {
  const asked = the.hosts.flatMap(({ population }) =>
    (population?.pools ?? []).flatMap(({ name, needing }) =>
      [...needing.keys()].map((required) => ({ pool: name, required })),
    ),
  );
  return [...shorts.map(({ pool, required }) => ({ pool, required })), ...asked];
}

function intervalOf({ clients, hosts }: Case) {
  const stated = hosts.flatMap(({ report }) => report?.host?.renewalInterval ?? [])[0];
  const told = clients
    .flatMap(({ exchanges }) => exchanges)
    .findLast(({ answer }) => answer !== undefined)?.answer;
  const printed = clients.flatMap(({ report }) => report?.client?.renewalInterval ?? [])[0];
  if (stated !== undefined) return { minutes: stated.value, at: stated.at };
  if (told !== undefined) return { minutes: told.renewalInterval, at: told.at };
  return { minutes: printed?.value ?? RENEWAL_INTERVAL, at: printed?.at };
}
