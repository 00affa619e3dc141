import type { Case } from "../case/case.ts";
import { clonesOf } from "../case/clones.ts";
import {
  type Pooled,
  pooled,
  poolNamed,
  type Short,
  shortIn,
  spanOf,
  unreadHosts,
} from "../case/counting.ts";
import { enoughAt } from "../case/enough.ts";
import { quotes } from "../case/places.ts";
import { WINDOW } from "../case/population.ts";
import { rebuiltIn } from "../case/rebuilt.ts";
import { trendOf } from "../case/trend.ts";
import { defineCause, type Judgement, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { WantedId } from "../wanted.ts";
import { duration, inOneForm, list } from "../words.ts";

interface Facts {
  readonly pool: string;
  readonly required: number;
  readonly count: number;
  /** Distinct CMIDs and names in the logs; 0 when there is no log. */
  readonly cmids: number;
  readonly names: number;
  /** How far the logs reach, in minutes; 0 when that is at least the 30 days for which a CMID counts. */
  readonly reach: number;
  readonly missing: number;
  readonly clients: readonly string[];
}

const MINUTE = 60_000;
const WEEK = 7 * 24 * 60 * 60_000;

/**
 * The signs: 0xC004F038, or a 12289 that did not activate with a count below what the client needs. A count below the
 * need is equally what clones, a split count, machines that stopped asking and a new host show, so this is what remains
 * when the names and the CMIDs of all hosts together are too few as well.
 */
export const countNotReached = defineCause<Facts>({
  id: "H08",
  name: "count-not-reached",
  link: "count",
  owner: "licensing",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/kms-activation-planning",
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-activation-error-codes",
  ],
  explains: ["H22", "C28"],
  lookalikes: [
    {
      id: "H09",
      test: {
        en: "Add the CMIDs of all hosts together: with a split count they are enough.",
        ja: "すべてのホストの CMID を合計します。数が分散しているだけなら、合計は必要数に達します。",
      },
    },
    {
      id: "H10",
      test: {
        en: "Count the names in the host's log beside the CMIDs: clones show many names under few CMIDs.",
        ja: "ホストのログで CMID と名前の数を比べます。複製されたマシンなら、少ない CMID に多くの名前があります。",
      },
    },
    {
      id: "H13",
      test: {
        en: "Look whether the count was high enough before: then machines have stopped asking.",
        ja: "以前は数が足りていたかを確認します。足りていたなら、問い合わせなくなったマシンがあります。",
      },
    },
    {
      id: "H18",
      test: {
        en: "Look at the cumulative counters and the age of the host: a new one has yet to meet its clients.",
        ja: "累積カウンターとホストの設置日を確認します。新しいホストは、まだクライアントに問い合わせを受けていません。",
      },
    },
  ],

  judge(the) {
    const shorts = shortIn(the);
    if (shorts.length === 0) return absent(the);
    // Every pool counts for itself; the one that keeps most machines waiting is told.
    const [[pool, group] = ["", []]] = [...Map.groupBy(shorts, (each) => each.pool)].toSorted(
      ([, one], [, two]) => two.length - one.length,
    );
    return judgePool(the, pooled(the, pool), group);
  },

  words: {
    en: {
      title: "Too few machines ask the host for the count that the clients need",
      why: ({ pool, required, count, cmids, names, reach, clients }) =>
        `${list(clients)} ${clients.length === 1 ? "needs" : "need"} a count of ${required}${pool === "" ? "" : ` (${pool})`}, and the host has ${count}${cmids > 0 ? `: its log really holds no more than ${cmids} ${cmids === 1 ? "CMID" : "CMIDs"} under ${names} ${names === 1 ? "name" : "names"} in ${reach === 0 ? "30 days" : `the ${duration(reach, "en")} that it reaches back`}` : ""}.`,
      about:
        "A host activates nobody until enough different machines have asked it within 30 days: 25 for Windows clients, 5 for Windows Server and for each Office. Clients and servers of Windows share one count, so that servers may be activated while clients still wait. The host is in order; the site is small, or the rollout has just begun. It is taken for a fault of the host or of the network, though the host has answered.",
      remedy: {
        steps: ({ missing, required }, system) => [
          `Let ${missing} more machine${missing === 1 ? "" : "s"} ask this host: each that is set up with a client setup key counts at its first request, also before it is activated.`,
          "Nothing has to be done on the waiting machines: they try again every two hours, and all are activated as soon as the count is there.",
          system === "muster"
            ? `If the site will never have ${required} machines, ask the vendor for multiple activation keys (MAK), or for a smaller required count.`
            : `If the site will never have ${required} machines, use Active Directory-based activation, which needs no count, or multiple activation keys (MAK).`,
        ],
        cost: "",
        undo: () => "Nothing to undo.",
        verify: ({ required }, system) =>
          `\`${system === "muster" ? "muster dlv --role host" : "slmgr /dlv"}\` on the host shows a current count of ${required} or more, and the next 12289 of a client has 1 in its third field.`,
      },
    },
    ja: {
      title: "ホストに問い合わせるマシンの台数が、必要な数に達していません",
      why: ({ pool, required, count, cmids, names, reach, clients }) =>
        `${list(clients)} には ${required} 以上の数が必要ですが${pool === "" ? "" : ` (${pool})`}、ホストの現在の数は ${count} です${cmids > 0 ? `。ログにも、${reach === 0 ? "30 日間" : `残っている${duration(reach, "ja")}分`}で CMID が ${cmids} 個、名前が ${names} 個しかありません` : ""}。`,
      about:
        "ホストは、30 日以内に十分な台数のマシンから要求を受けるまで、どのマシンも認証しません。必要な数は、Windows クライアントが 25、Windows Server と各 Office が 5 です。Windows のクライアントとサーバーは合わせて数えるため、サーバーだけが先に認証されることもあります。ホストは正常で、拠点が小さいか、展開が始まったばかりです。ホストは応答しているのに、ホストやネットワークの障害と誤解されがちです。",
      remedy: {
        steps: ({ missing, required }, system) => [
          `あと ${missing} 台のマシンから、このホストに要求を送らせます。クライアント セットアップ キーを使うマシンは、認証される前でも最初の要求で 1 台と数えられます。`,
          "待っているマシンでは何もする必要はありません。2 時間ごとに再試行し、数が足りた時点で認証されます。",
          system === "muster"
            ? `今後も ${required} 台に達しない拠点では、マルチ ライセンス認証キー (MAK) か、より小さい必要数をベンダーに依頼します。`
            : `今後も ${required} 台に達しない拠点では、台数を必要としない Active Directory によるライセンス認証か、マルチ ライセンス認証キー (MAK) を使います。`,
        ],
        cost: "",
        undo: () => "元に戻すものはありません。",
        verify: ({ required }, system) =>
          `ホストの \`${system === "muster" ? "muster dlv --role host" : "slmgr /dlv"}\` で現在の数が ${required} 以上になり、クライアントの次の 12289 で 3 番目の値が 1 になることを確認します。`,
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster dlv --role host", "muster ato"]
      : ["cscript //nologo slmgr.vbs /dlv", "cscript //nologo slmgr.vbs /ato"],
});

function judgePool(the: Case, of: Pooled, shorts: readonly Short[]): Judgement<Facts> {
  const { pool, tallies, cmids, names } = of;
  const required = Math.max(...shorts.map((each) => each.required));
  const hasLog = tallies.some((each) => each.hasLog);
  if (names.size >= required || cmids.size >= required) {
    return ruledOut(
      `The hosts' logs hold ${names.size} machines under ${cmids.size} CMIDs, where ${required} are needed: it is not for want of machines.`,
      `ホストのログには ${names.size} 台 (CMID ${cmids.size} 個) があり、必要数の ${required} に対して台数は不足していません。`,
    );
  }
  const before = tallies.map(({ host }) => trendOf(the, host, pool)).find(({ peak }) => peak >= required);
  if (before !== undefined) {
    return ruledOut(
      `The count was ${before.peak} before: enough machines are there, and some have stopped asking.`,
      `以前の数は ${before.peak} でした。台数は足りており、問い合わせなくなったマシンがあります。`,
      before.places.at(-1),
    );
  }
  const sum = tallies.reduce((total, { count }) => total + count, 0);
  const counts = [...shorts.flatMap(({ count }) => count ?? []), ...tallies.map(({ count }) => count)];
  const count = Math.max(0, ...counts.filter((each) => each < required));
  const isOpen = sum >= required || unreadHosts(the).length > 0 || tallies.some(({ hasLog: read }) => !read);
  const few = tallies.some(({ host }) => (host.report?.host?.total?.value ?? Infinity) < required);
  const isNew = rebuiltIn(the).length > 0;
  // A log that holds every CMID that is counted holds every name as well.
  const isWhole =
    hasLog &&
    tallies.every(
      ({ host, told, cmids: own }) => spanOf(host) >= WEEK || (told !== undefined && told.value <= own.size),
    ) &&
    !hasClones(the);
  const reach = Math.max(0, ...tallies.map(({ host }) => spanOf(host)));
  const sure = (hasLog && !isOpen) || few;
  const clients = inOneForm([...new Set(shorts.map(({ client }) => client.label))]);
  return seen({
    verdict: isNew || !sure ? "possible" : isWhole ? "confirmed" : "likely",
    severity: shorts.some(({ client }) => client.state !== "activated") ? "error" : "warning",
    facts: {
      pool: poolNamed(the, pool),
      required,
      count,
      cmids: cmids.size,
      names: names.size,
      reach: reach >= WINDOW ? 0 : Math.max(1, Math.round(reach / MINUTE)),
      missing: Math.max(1, required - Math.max(count, cmids.size)),
      clients,
    },
    evidence: quotes(
      ...shorts.slice(0, 2).map(({ at }) => at),
      ...tallies.flatMap(({ told }) => told?.at ?? []),
      ...shorts.slice(0, 1).flatMap(({ client }) => client.failing.at(-1)?.at ?? []),
      ...shorts.slice(2, 4).map(({ at }) => at),
    ),
    affects: clients,
    wants: wantsOf(hasLog, isOpen, tallies.length),
  });
}

function wantsOf(hasLog: boolean, isOpen: boolean, hosts: number): WantedId[] {
  return [
    ...(hasLog ? [] : (["host-dlv", "host-log"] as const)),
    ...(isOpen && (hosts > 1 || hasLog) ? (["other-hosts"] as const) : []),
  ];
}

function hasClones({ hosts, evidence }: Case): boolean {
  return hosts.some(
    ({ population }) => population !== undefined && clonesOf(evidence, population).length > 0,
  );
}

/** Nobody is told of too small a count. */
function absent({ clients, hosts }: Case): Judgement<Facts> {
  const reached = clients.find(
    ({ lastCount, required }) => lastCount && required > 0 && lastCount.value >= required,
  );
  const at = reached?.lastCount?.at ?? hosts.flatMap((host) => enoughAt(host) ?? [])[0]?.at;
  if (at === undefined) return notEvaluated("client-events", "host-dlv");
  return ruledOut(
    "The count is as high as the clients need it.",
    "現在の数は、クライアントの必要数に達しています。",
    at,
  );
}
