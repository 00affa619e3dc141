import { timeOf } from "../case/client.ts";
import { quotes } from "../case/places.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";

/** Below these a counter of failed requests is everyday noise: it is never reset. */
const MANY = 20;
const SHARE = 0.02;

/**
 * The sign: the host's counter of failed requests grows, or is a good part of all. It is cumulative since the host was
 * set up and names nobody, so that it is always a consequence: of a product that the host does not serve, or of a clock.
 */
export const failedRequests = defineCause({
  id: "H22",
  name: "failed-requests-rising",
  link: "host",
  owner: "host",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/activation-troubleshoot-kms-general"],
  explains: [],
  isConsequence: true,
  lookalikes: [
    {
      id: "H04",
      test: {
        en: "Group the refusals in the host's log by product: a family that is always refused is H04 or H05.",
        ja: "ホストのログの拒否を製品ごとにまとめます。特定の製品だけが拒否されていれば H04 か H05 です。",
      },
    },
    {
      id: "C12",
      test: {
        en: "0xC004F06C in the host's log is a clock.",
        ja: "ホストのログの 0xC004F06C は時計の問題です。",
      },
    },
  ],

  judge(the) {
    const reports = the.hosts.flatMap(({ label, reports: all }) =>
      all.flatMap((report) => {
        const { failed, total } = report.host ?? {};
        return failed === undefined || total === undefined ? [] : [{ label, report, failed, total }];
      }),
    );
    if (reports.length === 0) return notEvaluated("host-dlv");
    const sorted = reports.toSorted(
      (one, two) => timeOf(one.report.trustedTime?.value) - timeOf(two.report.trustedTime?.value),
    );
    for (const newest of sorted.toReversed()) {
      const earlier = sorted.find(
        (each) =>
          each !== newest &&
          each.label === newest.label &&
          each.report.product?.value === newest.report.product?.value,
      );
      const before = earlier?.failed.value ?? newest.failed.value;
      const isRising = newest.failed.value - before >= 5;
      const isMany = newest.failed.value >= MANY && newest.failed.value >= SHARE * newest.total.value;
      if (!isRising && !isMany) continue;
      return seen({
        // On its own it proves nothing: the counter keeps what was cured long ago.
        verdict: isRising ? "likely" : "possible",
        severity: isRising ? "warning" : "notice",
        facts: {
          host: newest.label,
          failed: newest.failed.value,
          total: newest.total.value,
          rise: newest.failed.value - before,
        },
        evidence: quotes(newest.failed.at, newest.total.at, earlier?.failed.at),
        affects: [newest.label],
        wants: the.evidence.handled.length > 0 ? [] : ["host-log"],
      });
    }
    const [first] = reports;
    return ruledOut(
      `${first?.failed.value} of ${first?.total.value} requests have failed since the host was set up, which is little.`,
      `ホストの設置以来、失敗した要求は ${first?.total.value} 件中 ${first?.failed.value} 件だけです。`,
      first?.failed.at,
    );
  },

  words: {
    en: {
      title: "The host refuses a notable part of the requests",
      why: ({ host, failed, total, rise }) =>
        `${host} counts ${failed} failed requests of ${total}${rise > 0 ? `, ${rise} more than in the earlier report` : ""}.`,
      about:
        "The counter of failed requests is kept since the host was set up and is never reset, so that only its growth means anything. It grows when machines ask whose product the host does not serve, whose clock is wrong, or while the host itself is not activated. A count that is too small is no failed request.",
      remedy: {
        steps: () => [
          "Group the host's 12290 by code and product: the code names the cause.",
          "Look at the counter again after a day, to see whether it still grows.",
        ],
        cost: "",
        undo: () => "Nothing to undo.",
        verify: () => "The counter stands still from one day to the next.",
      },
    },
    ja: {
      title: "ホストが要求のかなりの部分を拒否しています",
      why: ({ host, failed, total, rise }) =>
        `${host} の失敗した要求は ${total} 件中 ${failed} 件です${rise > 0 ? ` (以前のレポートより ${rise} 件増加)` : ""}。`,
      about:
        "失敗した要求のカウンターはホストの設置以来の累積で、リセットされません。意味があるのは増え方だけです。ホストが対応していない製品、時計のずれたマシン、認証されていないホストなどで増えます。数の不足は、失敗した要求には含まれません。",
      remedy: {
        steps: () => [
          "ホストの 12290 をコードと製品ごとにまとめます。コードが原因を示します。",
          "1 日後にカウンターをもう一度確認し、まだ増えているかどうかを調べます。",
        ],
        cost: "",
        undo: () => "元に戻すものはありません。",
        verify: () => "カウンターが翌日も増えていないことを確認します。",
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster dlv --role host", "muster events --role host --id 12290 --since 7d"]
      : ["cscript //nologo slmgr.vbs /dlv", 'wevtutil epl "Key Management Service" kms.evtx'],
});
