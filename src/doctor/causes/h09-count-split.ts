import type { Case } from "../case/case.ts";
import {
  type Pooled,
  pooled,
  poolNamed,
  type Short,
  shortIn,
  spanOf,
  type Tally,
  unreadHosts,
} from "../case/counting.ts";
import { quotes } from "../case/places.ts";
import { WINDOW } from "../case/population.ts";
import { defineCause, type Judgement, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

interface Facts {
  readonly pool: string;
  readonly required: number;
  readonly hosts: readonly string[];
  readonly counts: readonly number[];
  /** Distinct CMIDs over all logs, or the sum of the counts when logs are not there. */
  readonly together: number;
  readonly shared: number;
  readonly isCounted: boolean;
  readonly clients: readonly string[];
}

/**
 * The signs: several hosts, each with a count below what its clients need, while the CMIDs of all together reach it.
 * Disjoint sets (separate zones or fixed names) prove it; clients that choose at random within one zone leave sets that
 * overlap, and then it is the union that decides. Hosts of Muster with one store share one count, and cannot have this.
 */
export const countSplit = defineCause<Facts>({
  id: "H09",
  name: "count-split-across-hosts",
  link: "count",
  owner: "host",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/activation-troubleshoot-kms-general"],
  explains: ["H08", "H13", "H22", "C28"],
  lookalikes: [
    {
      id: "H08",
      test: {
        en: "Add the distinct CMIDs of all hosts together: if they are too few as well, machines are lacking.",
        ja: "すべてのホストの CMID を重複なしで合計します。それでも足りなければ、台数そのものが不足しています。",
      },
    },
    {
      id: "D08",
      test: {
        en: "Ask whether every host in DNS is meant to be one: a host by mistake takes a part of the count with it.",
        ja: "DNS にあるホストがすべて意図したものかを確認します。意図しないホストも数の一部を奪います。",
      },
    },
    {
      id: "H18",
      test: {
        en: "Look at the ages of the hosts: a new one beside an old one fills up within a week.",
        ja: "ホストの設置日を確認します。古いホストの隣に置いたばかりのホストなら、1 週間ほどで数がそろいます。",
      },
    },
  ],

  judge(the) {
    const shorts = shortIn(the);
    const pools = [...new Set(["Windows", ...shorts.map(({ pool }) => pool)])].map((name) =>
      pooled(the, name),
    );
    const split = pools.flatMap((of) => splitIn(of, shorts) ?? [])[0];
    if (split !== undefined) return seen(sightingOf(the, split, shorts));
    const several = pools.filter(({ tallies }) => tallies.length > 1);
    const unread = unreadHosts(the);
    if (several.length === 0 && unread.length === 0) {
      return the.hosts.length === 1 && the.srv.length > 0
        ? ruledOut(
            `There is one host only, ${the.hosts[0]?.label}.`,
            `ホストは ${the.hosts[0]?.label} だけです。`,
            the.targets[0]?.at,
          )
        : notEvaluated("other-hosts");
    }
    if (unread.length > 0 && shorts.length > 0) return possible(the, pools, shorts);
    return several.length > 0 ? enough(several, shorts) : notEvaluated("other-hosts");
  },

  words: {
    en: {
      title: "Several hosts share the machines, so that none of them counts enough",
      why: ({ pool, required, hosts, counts, together, shared, isCounted }) =>
        together === 0
          ? `DNS or clients name ${list(hosts)}; each counts for itself, none is known to reach ${required}, and only their logs together would tell whether there are machines enough.`
          : `${hosts.map((host, at) => `${host} counts ${counts[at]}`).join(", ")}, and ${pool === "" ? "clients need" : `${pool} needs`} ${required}; ${isCounted ? `the CMIDs in their logs are ${together} together, ${shared === 0 ? "with none in common" : `${shared} of them in common`}` : `the sum of the counts is ${together}`}.`,
      about:
        "Hosts do not know of each other: each counts only the machines that happen to ask it. Two hosts for a site of forty machines may both stay below 25, though one alone would have been enough. It comes about with a host for each office, or with a second one for reliability. A site needs one host; a second makes sense when each has machines enough by itself.",
      remedy: {
        steps: ({ hosts }, system) => [
          `Choose one host for all: of ${list(hosts)} the one with the newest key, within reach of all machines.`,
          system === "muster"
            ? "Let the hosts share one PostgreSQL store, and with it one count; or turn publishing off on the others (`muster cdns`) and delete their SRV records."
            : "On the others turn publishing off (`slmgr /cdns`), and delete their SRV records.",
          "In a zone of its own, let the SRV record name the chosen host; on clients with a fixed host clear it.",
          "Wait for two hours, in which every waiting machine tries again.",
        ],
        cost: "With one host only, nobody is activated anew while it is down; activated machines are not touched for 180 days.",
        undo: (_, system) =>
          `Turn publishing on again (\`${system === "muster" ? "muster sdns" : "slmgr /sdns"}\`) on the other hosts.`,
        verify: ({ required }) =>
          `The current count of the chosen host reaches ${required}, and the waiting machines are activated.`,
      },
    },
    ja: {
      title: "複数のホストにマシンが分散し、どのホストも必要な数に達していません",
      why: ({ pool, required, hosts, counts, together, shared, isCounted }) =>
        together === 0
          ? `DNS またはクライアントに ${list(hosts)} があります。ホストはそれぞれ別々に数えるため、${required} に達したホストは確認できず、すべてのログを合わせなければ台数が足りているか判断できません。`
          : `${hosts.map((host, at) => `${host} の数は ${counts[at]}`).join("、")} で、${pool || "クライアント"} に必要な数は ${required} です。${isCounted ? `ログの CMID は合わせて ${together} 個あり、${shared === 0 ? "重複はありません" : `そのうち ${shared} 個が重複しています`}` : `数の合計は ${together} です`}。`,
      about:
        "ホストは互いを知らず、自分に問い合わせたマシンだけを数えます。40 台の拠点に 2 台のホストがあると、1 台なら足りるのに、どちらも 25 に届かないことがあります。事業所ごとにホストを置いたり、信頼性のために 2 台目を置いたりすると起こります。1 つの拠点には 1 台で十分です。2 台目は、それぞれに十分な台数がある場合に意味があります。",
      remedy: {
        steps: ({ hosts }, system) => [
          `${list(hosts)} のうち、最も新しいキーを持ち、すべてのマシンから届くホストを 1 台選びます。`,
          system === "muster"
            ? "ホストに 1 つの PostgreSQL ストアを共有させ、数を 1 つにします。または、ほかのホストの DNS 公開を無効にし (`muster cdns`)、SRV レコードを削除します。"
            : "ほかのホストでは DNS への公開を無効にし (`slmgr /cdns`)、その SRV レコードを削除します。",
          "別のゾーンでは、選んだホストを SRV レコードに登録します。ホストを固定したクライアントでは、固定を解除します。",
          "2 時間待ちます。その間に、待っているマシンがすべて再試行します。",
        ],
        cost: "ホストが 1 台だけになると、停止中は新しい認証ができません。認証済みのマシンには 180 日間影響しません。",
        undo: (_, system) =>
          `ほかのホストで DNS への公開を再び有効にします (\`${system === "muster" ? "muster sdns" : "slmgr /sdns"}\`)。`,
        verify: ({ required }) =>
          `選んだホストの現在の数が ${required} に達し、待っていたマシンが認証されることを確認します。`,
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster dlv --role host", "muster cdns"]
      : [
          "cscript //nologo slmgr.vbs /dlv",
          "cscript //nologo slmgr.vbs /cdns",
          "nslookup -type=srv _vlmcs._tcp.YOUR.DOMAIN",
          "cscript //nologo slmgr.vbs /ckms",
        ],
});

interface Split {
  readonly of: Pooled;
  readonly tallies: readonly Tally[];
  readonly required: number;
  readonly together: number;
  readonly isCounted: boolean;
}

/** A pool of which every host has too few for some need, and all together have enough. */
function splitIn(of: Pooled, shorts: readonly Short[]): Split | undefined {
  const tallies = of.tallies.filter(({ count }) => count > 0);
  if (tallies.length < 2) return undefined;
  const logged = tallies.filter(({ hasLog, cmids }) => hasLog && cmids.size > 0);
  const isCounted = logged.length > 1;
  const together = isCounted ? of.cmids.size : tallies.reduce((sum, { count }) => sum + count, 0);
  const needs = [
    ...shorts.filter(({ pool }) => pool === of.pool).map(({ required }) => required),
    ...logged.flatMap(({ host }) =>
      (host.population?.pools ?? [])
        .filter(({ name }) => name === of.pool)
        .flatMap(({ needing }) => [...needing.keys()]),
    ),
  ];
  const required = [...new Set(needs)]
    .toSorted((one, two) => two - one)
    .find(
      (need) => together >= need && tallies.every(({ count, cmids }) => count < need && cmids.size < need),
    );
  if (required === undefined) return undefined;
  // Sums of counts may count a machine twice: without anybody who waits they prove nothing.
  const isWaitedFor = shorts.some(({ pool }) => pool === of.pool);
  if (!isCounted && !isWaitedFor) return undefined;
  // A log that is shorter than the window holds only some of those who are counted.
  const isPartial = tallies.some(({ told, host }) => told === undefined && spanOf(host) < WINDOW);
  if (isPartial && !isWaitedFor) return undefined;
  return { of, tallies, required, together, isCounted };
}

function sightingOf(
  the: Case,
  { of, tallies, required, together, isCounted }: Split,
  shorts: readonly Short[],
) {
  const waiting = shorts.filter(({ pool, required: need }) => pool === of.pool && need <= together);
  const sizes = tallies.reduce((sum, { cmids }) => sum + cmids.size, 0);
  return {
    verdict: isCounted ? ("confirmed" as const) : ("likely" as const),
    severity: waiting.some(({ client }) => client.state !== "activated")
      ? ("error" as const)
      : ("warning" as const),
    facts: {
      pool: poolNamed(the, of.pool),
      required,
      hosts: tallies.map(({ host }) => host.label),
      counts: tallies.map(({ count }) => count),
      together,
      shared: sizes - of.cmids.size,
      isCounted,
      clients: waiting.map(({ client }) => client.label),
    },
    evidence: quotes(
      ...tallies.flatMap(({ told }) => told?.at ?? []),
      ...waiting.slice(0, 2).map(({ at }) => at),
      ...tallies.flatMap((tally) => firstRequest(the, tally, of.pool)),
      ...the.targets.slice(0, 2).map(({ at }) => at),
    ),
    affects: waiting.map(({ client }) => client.label),
    wants: isCounted ? [] : (["other-hosts"] as const),
  };
}

function firstRequest(the: Case, { host }: Tally, pool: string) {
  const [identity] = host.population?.pools.find(({ name }) => name === pool)?.cmids.values() ?? [];
  const [use] = identity?.users.values() ?? [];
  return use === undefined ? [] : [the.evidence.handled.place(use.row)];
}

/** Somebody waits, and there is another host whose machines are not known. */
function possible(the: Case, pools: readonly Pooled[], shorts: readonly Short[]): Judgement<Facts> {
  const [short] = shorts;
  const of = pools.find(({ pool }) => pool === short?.pool);
  if (short === undefined || of === undefined) return notEvaluated("other-hosts");
  const hosts = [...new Set([...of.tallies.map(({ host }) => host), ...unreadHosts(the)])];
  if (of.tallies.some(({ count }) => count >= short.required) || hosts.length < 2)
    return notEvaluated("other-hosts");
  return seen({
    verdict: "possible",
    severity: "error",
    facts: {
      pool: poolNamed(the, of.pool),
      required: short.required,
      hosts: hosts.map(({ label }) => label),
      counts: of.tallies.map(({ count }) => count),
      together: 0,
      shared: 0,
      isCounted: false,
      clients: shorts.map(({ client }) => client.label),
    },
    evidence: quotes(
      short.at,
      ...of.tallies.flatMap(({ told }) => told?.at ?? []),
      ...the.targets.map(({ at }) => at),
    ),
    affects: shorts.map(({ client }) => client.label),
    wants: ["other-hosts"],
  });
}

/** Several hosts, and either one of them counts enough or all together do not. */
function enough(several: readonly Pooled[], shorts: readonly Short[]): Judgement<Facts> {
  const [first] = several;
  const highest = first?.tallies.toSorted((one, two) => two.count - one.count)[0];
  if (first === undefined || highest === undefined) return notEvaluated("other-hosts");
  if (shorts.length === 0) {
    return ruledOut(
      `No machine lacks a count: ${highest.host.label} alone counts ${highest.count}.`,
      `数が足りないマシンはありません。${highest.host.label} だけで ${highest.count} あります。`,
      highest.told?.at,
    );
  }
  const needs = shorts.filter(({ pool }) => pool === first.pool).map(({ required }) => required);
  const required = Math.min(...needs);
  if (needs.length > 0 && highest.count >= required) {
    return ruledOut(
      `${highest.host.label} alone counts ${highest.count}, where ${required} are needed.`,
      `${highest.host.label} だけで ${highest.count} あり、必要数の ${required} に達しています。`,
      highest.told?.at,
    );
  }
  return first.tallies.every(({ hasLog }) => hasLog) && first.cmids.size < required
    ? ruledOut(
        `All hosts together hold ${first.cmids.size} CMIDs, which is too few as well.`,
        `すべてのホストを合わせても CMID は ${first.cmids.size} 個で、やはり足りません。`,
      )
    : notEvaluated("other-hosts");
}
