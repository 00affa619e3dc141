import type { Case } from "../case/case.ts";
import { type Client, KMS_CLIENT, timeOf } from "../case/client.ts";
import { VALIDITY } from "../case/lease.ts";
import { intervalOf, isLong, minutesSince } from "../case/renewal.ts";
import { defineCause, notEvaluated, ruledOut, type Sighting, seen, type Verdict } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { day, duration, hresult, list } from "../words.ts";

interface Facts {
  readonly machines: readonly string[];
  /** Minutes of the lease that remain, and since the last success. */
  readonly minutesLeft: number;
  readonly minutesAgo: number;
  readonly renewalInterval: number;
  /** Last day of the lease. */
  readonly ends: string;
  readonly failures: number;
  readonly code: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** 8198 of this rule: licensed, and the renewal failed. */
const RENEWAL_RULE = "502ff3ba-669a-4674-bbb1-601f34a3b968";

/**
 * The signs: Licensed, with less than 173 days left, and renewals that were tried and failed. The minutes alone prove
 * nothing: a laptop back from a holiday has as few. What proves it: failures after the last success, discovery shown
 * broken, or minutes that fell further over two reports.
 */
export const renewalsFail = defineCause<Facts>({
  id: "C22",
  name: "licensed-but-renewals-failing",
  link: "network",
  owner: "client",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/kms-activation-planning"],
  explains: [],
  isConsequence: true,
  lookalikes: [
    {
      id: "C21",
      test: {
        en: "Take `/dlv` again after a renewal interval: if the minutes have gone up, it was noise.",
        ja: "更新間隔が過ぎてから `/dlv` をもう一度取ります。残り時間が増えていれば一時的なものです。",
      },
    },
    {
      id: "N12",
      test: {
        en: "Ask where the machine is: one that is never in the network cannot renew, and nothing is broken.",
        ja: "マシンの場所を確認します。ネットワークに接続しないマシンは更新できないだけで、故障ではありません。",
      },
    },
  ],

  judge(the) {
    const licensed = the.clients.filter(
      ({ state, channel }) => state === "activated" && channel === KMS_CLIENT,
    );
    if (licensed.length === 0) return notEvaluated("client-dlv", "client-events");
    const failing = licensed.filter(
      (client) =>
        isLate(the, client) &&
        (triesAfter(client).length > 0 || isLost(client) || fallingIn(the, client).length > 0),
    );
    const [first] = failing;
    if (first === undefined) {
      const late = licensed.filter((client) => isLate(the, client));
      const away = late.filter((client) => isLong(the, client));
      const fresh = licensed.find(({ report }) => report?.minutesLeft !== undefined);
      if (away[0] !== undefined) return seen(perhaps(the, away[0], away));
      if (late.length > 0) return notEvaluated("client-events", "later-dlv");
      return fresh?.report?.minutesLeft === undefined
        ? notEvaluated("client-dlv")
        : ruledOut(
            `${fresh.label} has ${fresh.report.minutesLeft.value} of ${VALIDITY} minutes left, as many as its last renewal leaves.`,
            `${fresh.label} の残りは ${VALIDITY} 分中 ${fresh.report.minutesLeft.value} 分で、直近の更新からの経過と一致します。`,
            fresh.report.minutesLeft.at,
          );
    }
    return seen({
      verdict: verdictOf(the, first),
      severity: "warning",
      facts: { machines: failing.map(({ label }) => label), ...factsOf(the, first) },
      evidence: [...fallingIn(the, first), ...proofOf(first)].slice(0, 8),
      affects: failing.map(({ label }) => label),
      wants: first.exchanges.length === 0 ? ["srv", "client-events", "port-test"] : ["srv", "port-test"],
    });
  },

  words: {
    en: {
      title: "The machine is licensed, but its renewals fail",
      why: ({ machines, minutesLeft, minutesAgo, renewalInterval, failures, code, ends }) =>
        `${list(machines)}: ${minutesLeft} of ${VALIDITY} minutes are left, so the last success is ${duration(minutesAgo, "en")} ago, and ${Math.floor(minutesAgo / renewalInterval)} renewals were missed${
          failures > 0
            ? `; ${failures} failed tries since then are logged${code === "" ? "" : ` (${code})`}`
            : ""
        }. It stays licensed until ${ends}.`,
      about:
        "A client renews every 7 days and each success gives it 180 days. When renewals fail it tries every two hours, silently, and says Licensed all the while: half a year may pass between the fault and the first person who sees it. Fewer minutes left than 173 days' worth tell of it, when the machine was there to try.",
      remedy: {
        steps: (_, system) => [
          "Find out what stops it: the SRV record as this machine sees it, the way to TCP 1688, the inner code in its 12288.",
          system === "muster"
            ? "Cure that, then `muster ato` on the machine."
            : "Cure that, then `slmgr /ato` on the machine.",
          "Look for others in the same place: the host's log shows who has stopped to renew.",
        ],
        cost: "",
        undo: () => "Nothing is changed by looking.",
        verify: (_, system) =>
          `${system === "muster" ? "`muster dlv`" : "`slmgr /dlv`"} shows about ${VALIDITY} minutes again.`,
      },
    },
    ja: {
      title: "ライセンス済みですが、更新に失敗し続けています",
      why: ({ machines, minutesLeft, minutesAgo, renewalInterval, failures, code, ends }) =>
        `${list(machines)}: 残りは ${VALIDITY} 分中 ${minutesLeft} 分です。最後の成功は ${duration(minutesAgo, "ja")}前で、更新を ${Math.floor(minutesAgo / renewalInterval)} 回逃しています${
          failures > 0
            ? `。その後の失敗が ${failures} 件記録されています${code === "" ? "" : ` (${code})`}`
            : ""
        }。${ends} まではライセンス済みのままです。`,
      about:
        "クライアントは 7 日ごとに更新し、成功するたびに有効期間が 180 日に戻ります。失敗すると 2 時間ごとに何も表示せずに再試行し、その間もライセンス済みと表示されるため、障害が起きてから気づくまで半年かかることもあります。マシンが動いていたのに残りが 173 日分を下回っていれば、更新の失敗を示しています。",
      remedy: {
        steps: (_, system) => [
          "何が妨げているかを調べます。このマシンから見た SRV レコード、TCP 1688 への経路、12288 の内部コードを確認します。",
          system === "muster"
            ? "原因を取り除き、このマシンで `muster ato` を実行します。"
            : "原因を取り除き、このマシンで `slmgr /ato` を実行します。",
          "同じ場所のほかのマシンも確認します。更新が止まったマシンはホストのログで分かります。",
        ],
        cost: "",
        undo: () => "調べるだけなら何も変わりません。",
        verify: (_, system) =>
          `${system === "muster" ? "`muster dlv`" : "`slmgr /dlv`"} の残りが約 ${VALIDITY} 分に戻ることを確認します。`,
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster ato", "muster dlv"]
      : [
          "nslookup -type=srv _vlmcs._tcp.YOUR.DOMAIN",
          "cscript //nologo slmgr.vbs /ato",
          "cscript //nologo slmgr.vbs /dlv",
        ],
});

/** The signs: failed tries in the log of a machine whose minutes show that it renews all the same. */
export const renewalNoise = defineCause<Facts>({
  id: "C21",
  name: "renewal-noise-while-licensed",
  link: "client",
  owner: "nobody",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/kms-activation-planning"],
  explains: [],
  lookalikes: [
    {
      id: "C22",
      test: {
        en: "The minutes left: below 173 days' worth with failing tries, renewals really fail.",
        ja: "残り時間を確認します。失敗が続き、173 日分を下回っていれば、本当に更新に失敗しています。",
      },
    },
  ],

  judge(the) {
    const licensed = the.clients.filter(
      ({ state, channel }) => state === "activated" && channel === KMS_CLIENT,
    );
    const noisy = licensed.filter(
      (client) => noiseOf(client).length > 0 && !isLate(the, client) && isFresh(the, client),
    );
    const [first] = noisy;
    if (first === undefined) return notEvaluated("client-events");
    return seen({
      verdict: "benign",
      severity: "info",
      facts: {
        machines: noisy.map(({ label }) => label),
        ...factsOf(the, first),
        failures: noiseOf(first).length,
      },
      evidence: [
        ...noiseOf(first).slice(-2),
        ...(first.lastSuccess === undefined ? [] : [first.lastSuccess.at]),
      ],
      affects: [],
    });
  },

  words: {
    en: {
      title: "Failed renewals in the log of a machine that renews all the same",
      why: ({ machines, failures, minutesAgo }) =>
        `${list(machines)}: ${failures} failed ${failures === 1 ? "try is" : "tries are"} logged, and a success followed: the last one is ${duration(minutesAgo, "en")} ago, within the renewal interval.`,
      about:
        "Windows tries to renew at logon, when a network appears and by timer. Tries before the network is there fail, are logged as errors (8198) and are repeated. As long as a success follows within the renewal interval they mean nothing.",
      remedy: {
        steps: () => [
          "Nothing: take these events out of the monitoring, and watch the minutes left instead.",
        ],
        cost: "",
        undo: () => "",
        verify: () => "After the next renewal about 259200 minutes are left.",
      },
    },
    ja: {
      title: "更新の失敗が記録されていますが、更新はできています",
      why: ({ machines, failures, minutesAgo }) =>
        `${list(machines)}: 失敗が ${failures} 件記録されていますが、その後に成功しています。最後の成功は ${duration(minutesAgo, "ja")}前で、更新間隔の範囲内です。`,
      about:
        "Windows は、サインイン時、ネットワークの接続時、タイマーで更新を試みます。ネットワークが使えるようになる前の試行は失敗し、エラー (8198) として記録され、あとで再試行されます。更新間隔のうちに成功していれば、問題はありません。",
      remedy: {
        steps: () => ["対処は不要です。監視からこのイベントを外し、代わりに残り時間を監視します。"],
        cost: "",
        undo: () => "",
        verify: () => "次の更新のあと、残りが約 259200 分に戻ります。",
      },
    },
  },

  commands: () => [],
});

/** Long without a renewal, and nothing tells whether it tried. */
function perhaps(the: Case, first: Client, away: readonly Client[]): Sighting<Facts> {
  return {
    verdict: "possible",
    severity: "warning",
    facts: { machines: away.map(({ label }) => label), ...factsOf(the, first) },
    evidence: proofOf(first),
    affects: away.map(({ label }) => label),
    wants: ["client-events", "later-dlv"],
  };
}

/** One failed try may be that of a machine that has just come back and has no network yet. */
function verdictOf(the: Case, client: Client): Verdict {
  if (triesAfter(client).length > 1 || isLost(client)) return "confirmed";
  return fallingIn(the, client).length > 0 ? "likely" : "possible";
}

/** Whether the last success is longer ago than a renewal interval and a day. */
function isLate(the: Case, client: Client): boolean {
  return client.lastSuccess !== undefined && minutesSince(the, client) > intervalOf(client) + 1440;
}

function isFresh(the: Case, client: Client): boolean {
  return client.lastSuccess !== undefined && minutesSince(the, client) <= intervalOf(client) + 1440;
}

/** Failed tries since the renewal was due: what fails at a start or a sign-in before that is noise. */
function triesAfter(client: Client): Place[] {
  const { failing, events, lastSuccess, attempts } = client;
  const due = (lastSuccess?.time ?? Number.NEGATIVE_INFINITY) + intervalOf(client) * MINUTE - HOUR;
  const ruled = events.filter(
    ({ id, time, fields }) => id === 8198 && time > due && fields.RuleId?.toLowerCase() === RENEWAL_RULE,
  );
  const tried = attempts.filter(({ code }) => code !== undefined && code.value !== 0);
  return [...failing.map(({ at }) => at), ...ruled.map(({ at }) => at), ...tried.map(({ at }) => at)];
}

/** Two reports a renewal interval apart or more that tell of one and the same last success. */
function fallingIn({ evidence }: Case, client: Client): Place[] {
  const cmid = client.report?.client?.cmid?.value;
  const told = evidence.products
    .flatMap(({ product, status, minutesLeft, trustedTime, client: block }) => {
      const isSame = product?.value === client.product && block?.cmid?.value === cmid;
      if (cmid === undefined || !isSame || status?.value !== 1 || minutesLeft === undefined) return [];
      const time = timeOf(trustedTime?.value);
      return [{ time, success: time - (VALIDITY - minutesLeft.value) * MINUTE, at: minutesLeft.at }];
    })
    .toSorted((one, two) => one.time - two.time);
  const [first, last] = [told[0], told.at(-1)];
  if (first === undefined || last === undefined) return [];
  const isApart = last.time - first.time >= intervalOf(client) * MINUTE;
  return isApart && Math.abs(last.success - first.success) <= HOUR ? [last.at, first.at] : [];
}

/** Whether it says that it knows no host, and is not told one. */
function isLost({ report }: Client): boolean {
  return report?.client?.notDiscovered !== undefined && report.client.registered === undefined;
}

function noiseOf({ events, lastSuccess, exchanges }: Client): Place[] {
  const until = lastSuccess?.time ?? Number.NEGATIVE_INFINITY;
  const ruled = events
    .filter(({ id, time, codes }) => id === 8198 && codes.length > 0 && time < until)
    .map(({ at }) => at);
  return [
    ...ruled,
    ...exchanges
      .filter(({ code, status, time }) => code !== 0 && status === 1 && time < until)
      .map(({ at }) => at),
  ];
}

function proofOf(client: Client): Place[] {
  const { report, lastSuccess } = client;
  return [
    report?.minutesLeft?.at,
    report?.client?.notDiscovered,
    ...triesAfter(client).slice(-2),
    lastSuccess?.at,
    report?.status?.at,
  ]
    .filter((place) => place !== undefined)
    .slice(0, 8);
}

function factsOf(the: Case, client: Client): Omit<Facts, "machines"> {
  const minutesAgo = minutesSince(the, client);
  const left = client.report?.minutesLeft?.value ?? VALIDITY - minutesAgo;
  const code = client.failing.at(-1)?.code ?? client.events.findLast(({ id }) => id === 8198)?.codes[0];
  return {
    minutesLeft: left,
    minutesAgo,
    renewalInterval: intervalOf(client),
    ends: day((client.lastSuccess?.time ?? Number.NaN) + VALIDITY * MINUTE),
    failures: triesAfter(client).length,
    code: code === undefined || code === 0 ? "" : hresult(code),
  };
}
