import { foundIn, serviceOf } from "../case/discovery.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

/**
 * The signs: the records differ in priority or weight, and a client with host caching keeps to one that the priorities do
 * not put first. Sources disagree whether KMS heeds them; clients since Windows 7 do, at discovery, and not while cached.
 */
export const priorityAndCaching = defineCause({
  id: "D15",
  name: "priority-and-weight-ignored",
  link: "dns",
  owner: "nobody",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/activation-slmgr-vbs-options"],
  explains: [],
  lookalikes: [
    {
      id: "D12",
      test: {
        en: "A registered host name also keeps a client at one host; `/dlv` tells which of the two it is.",
        ja: "ホスト名の登録でも 1 つのホストに固定されます。どちらかは `/dlv` で分かります。",
      },
    },
    {
      id: "H09",
      test: {
        en: "Uneven load is harmless; a host whose count stays below the threshold is not.",
        ja: "負荷の偏りは無害ですが、数がしきい値に届かないホストは無害ではありません。",
      },
    },
  ],

  judge(the) {
    const answer = foundIn(the).find(({ targets }) => targets.length > 1);
    if (answer === undefined) return notEvaluated("srv");
    const { targets } = answer;
    const first = Math.min(...targets.map(({ priority }) => priority));
    const isUneven = targets.some(
      ({ priority, weight }) => priority !== first || weight !== targets[0]?.weight,
    );
    if (!isUneven) {
      return ruledOut(
        "All records have the same priority and weight.",
        "すべてのレコードの優先度と重みが同じです。",
        targets[0]?.at,
      );
    }
    const kept = the.clients.flatMap(({ label, report, state }) => {
      const block = report?.client;
      const discovered = block?.discovered;
      if (state !== "activated" || discovered === undefined || !block?.caching?.value) return [];
      const target = targets.find(({ host }) => the.names.same(discovered.value.name, [host]));
      return target !== undefined && target.priority > first ? [{ label, discovered, target }] : [];
    });
    if (kept.length === 0) return notEvaluated("client-dlv");
    return seen({
      verdict: "benign",
      severity: "info",
      facts: {
        record: serviceOf(the),
        clients: kept.map(({ label }) => label),
        host: kept[0]?.target.host ?? "",
        priority: kept[0]?.target.priority ?? 0,
        first,
      },
      evidence: [...kept.map(({ discovered }) => discovered.at), ...targets.map(({ at }) => at)].slice(0, 8),
      affects: [],
    });
  },

  words: {
    en: {
      title: "Clients keep to their cached host whatever the priorities say",
      why: ({ clients, host, priority, first }) =>
        `${list(clients)} ${clients.length > 1 ? "keep" : "keeps"} ${host} (priority ${priority}) in the cache, although records of priority ${first} exist. That is how caching works, and no fault.`,
      about:
        "Priority and weight of the SRV records are heeded when a client looks for a host. A success is cached, and the next renewal goes to the same host without a look at DNS. Load therefore follows the weights slowly or not at all. Some pages say that KMS does not use them, which is true only of its oldest clients.",
      remedy: {
        steps: (_, system) => [
          "Leave it, unless the load really has to follow the records.",
          system === "muster"
            ? "Where it has to, switch host caching off on those clients: `muster ckhc`."
            : "Where it has to, switch host caching off on those clients: `slmgr /ckhc`.",
        ],
        cost: "Without caching every renewal asks DNS first.",
        undo: (_, system) => (system === "muster" ? "`muster skhc`" : "`slmgr /skhc`"),
        verify: () => "After the next renewal `/dlv` names a host of the lowest priority number.",
      },
    },
    ja: {
      title: "優先度にかかわらず、クライアントはキャッシュしたホストを使い続けます",
      why: ({ clients, host, priority, first }) =>
        `優先度 ${first} のレコードがありますが、${list(clients)} は ${host} (優先度 ${priority}) をキャッシュしています。これはキャッシュの正常な動作です。`,
      about:
        "SRV レコードの優先度と重みは、クライアントがホストを探すときに考慮されます。成功したホストはキャッシュされ、次の更新では DNS を参照せずに同じホストへ問い合わせます。そのため、負荷は重みにゆっくりとしか、あるいはまったく従いません。KMS は優先度を使わないとする資料もありますが、当てはまるのは最も古いクライアントだけです。",
      remedy: {
        steps: (_, system) => [
          "負荷をレコードに従わせる必要がなければ、そのままで構いません。",
          system === "muster"
            ? "必要な場合は、そのクライアントでホスト キャッシュを無効にします: `muster ckhc`"
            : "必要な場合は、そのクライアントでホスト キャッシュを無効にします: `slmgr /ckhc`",
        ],
        cost: "キャッシュがないと、更新のたびに DNS に問い合わせます。",
        undo: (_, system) => (system === "muster" ? "`muster skhc`" : "`slmgr /skhc`"),
        verify: () => "次の更新の後、`/dlv` に優先度の数値が最も小さいホストが表示されることを確認します。",
      },
    },
  },

  commands: (_, system) => (system === "muster" ? ["muster ckhc"] : ["cscript //nologo slmgr.vbs /ckhc"]),
});
