import type { Case } from "../case/case.ts";
import { figuresOf, shortIn, tallyOf } from "../case/counting.ts";
import type { Host } from "../case/host.ts";
import { quotes } from "../case/places.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";

/** Twice the largest count that a client needs: 25 of clients, 5 of servers and Office. */
const CAPS = [50, 10];

/**
 * No fault: a host stores twice the largest count that anybody needs, 50 where Windows clients ask and 10 where only
 * servers do, and its count goes no higher. It is no size of a fleet.
 */
export const countCapped = defineCause({
  id: "H14",
  name: "count-at-its-cap",
  link: "count",
  owner: "nobody",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/activation-troubleshoot-kms-general"],
  explains: [],
  lookalikes: [
    {
      id: "H10",
      test: {
        en: "A count that stands still below what clients need, with more names in the log than CMIDs, comes of clones.",
        ja: "必要数より少ないまま増えず、ログの名前が CMID より多い場合は、複製されたマシンが原因です。",
      },
    },
  ],

  judge(the) {
    const counts = the.hosts.flatMap((host) => {
      const count = figuresOf(host, "Windows")?.host.count;
      return count === undefined || host.isActivated === false ? [] : [{ host, count }];
    });
    if (counts.length === 0) return notEvaluated("host-dlv");
    const [capped] = counts.filter(({ host, count }) => isCap(the, host, count.value));
    const [first] = counts;
    if (capped === undefined) {
      return ruledOut(
        `A count of ${first?.count.value} is not the highest that a host shows.`,
        `${first?.count.value} は、ホストが示す最大の数ではありません。`,
        first?.count.at,
      );
    }
    const { host, count } = capped;
    const unique = figuresOf(host, "Windows")?.host.uniqueMachines;
    return seen({
      verdict: "benign",
      severity: "info",
      facts: {
        host: host.label,
        count: count.value,
        machines: Math.max(unique?.value ?? 0, tallyOf(the, host, "Windows").cmids.size),
      },
      evidence: quotes(count.at, unique?.at),
      affects: [],
    });
  },

  words: {
    en: {
      title: "The count stands at its highest, which is no fault",
      why: ({ host, count, machines }) =>
        `${host} shows a count of ${count} and will never show more${machines > count ? `; in 30 days ${machines} machines asked it` : ""}: it stores twice the largest count that a client needs.`,
      about:
        "A host needs to know only whether there are enough machines. It keeps twice the largest count that any client asked for, 50 where there are Windows clients and 10 where there are only servers, and stops there. It is taken for a count that is stuck; the number of machines is to be had from the host's log.",
      remedy: {
        steps: (_, system) => [
          "Nothing is to be done.",
          system === "muster"
            ? "For the number of machines look at `muster host status`."
            : "For the number of machines count the names in the host's log of 12290.",
        ],
        cost: "",
        undo: () => "Nothing to undo.",
        verify: () => "New machines are activated at their first request.",
      },
    },
    ja: {
      title: "現在の数は上限に達しています (問題ではありません)",
      why: ({ host, count, machines }) =>
        `${host} の現在の数は ${count} で、これより増えることはありません${machines > count ? ` (30 日間に ${machines} 台が問い合わせています)` : ""}。ホストは、クライアントの最大の必要数の 2 倍までしか保持しません。`,
      about:
        "ホストに必要なのは、台数が足りているかどうかだけです。クライアントが求めた最大の必要数の 2 倍 (Windows クライアントがあれば 50、サーバーだけなら 10) まで数え、それ以上は数えません。数が止まったように見えますが、正常です。実際の台数はホストのログで確認できます。",
      remedy: {
        steps: (_, system) => [
          "何もする必要はありません。",
          system === "muster"
            ? "台数は `muster host status` で確認します。"
            : "台数は、ホストの 12290 のログにある名前を数えて確認します。",
        ],
        cost: "",
        undo: () => "元に戻すものはありません。",
        verify: () => "新しいマシンが最初の要求で認証されることを確認します。",
      },
    },
  },

  commands: (_, system) =>
    system === "muster" ? ["muster host status"] : ["cscript //nologo slmgr.vbs /dlv"],
});

function isCap(the: Case, host: Host, count: number): boolean {
  const needing = host.population?.pools.find(({ name }) => name === "Windows")?.needing;
  const largest = needing === undefined ? 0 : Math.max(...needing.keys());
  if (largest > 0) return count === 2 * largest;
  const [highest, servers] = CAPS;
  // A count of 10 is the cap where nobody needs more; without a log that cannot be told from ten machines.
  return (
    count === highest ||
    (count === servers &&
      the.clients.some(({ info }) => info?.family === "server") &&
      shortIn(the).length === 0 &&
      the.clients.every(({ required }) => required <= 5))
  );
}
