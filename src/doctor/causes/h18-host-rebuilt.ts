import { shortIn } from "../case/counting.ts";
import { quotes } from "../case/places.ts";
import { rebuiltIn } from "../case/rebuilt.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { day, list } from "../words.ts";

/**
 * The signs: a host that is younger than its clients. Its cumulative counters, which start anew with the installation
 * only, are near zero or fell, or its clients know it by an older extended PID, or come to it licensed though it never
 * counted enough for them. A site that is new has clients that are new as well (H08).
 */
export const hostRebuilt = defineCause({
  id: "H18",
  name: "host-rebuilt",
  link: "count",
  owner: "host",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/activation-troubleshoot-kms-general",
    "https://learn.microsoft.com/windows-server/get-started/kms-replace-host",
  ],
  explains: ["H08", "H13", "H22"],
  lookalikes: [
    {
      id: "H08",
      test: {
        en: "Look at the clients: in a new site none of them was licensed before.",
        ja: "クライアントを確認します。新しい拠点なら、以前に認証されたクライアントはありません。",
      },
    },
    {
      id: "H13",
      test: {
        en: "Look at the cumulative counters: those of an old host are large, however low its count.",
        ja: "累積カウンターを確認します。古いホストなら、現在の数が少なくてもカウンターは大きいままです。",
      },
    },
    {
      id: "H09",
      test: {
        en: "Ask whether the old host still runs and keeps a part of the machines.",
        ja: "古いホストがまだ動いていて、一部のマシンを受け持っていないか確認します。",
      },
    },
  ],

  judge(the) {
    const shorts = shortIn(the);
    const [found] = rebuiltIn(the).filter(({ count }) => count < 25 || shorts.length > 0);
    if (found === undefined) {
      const old = the.hosts.find(
        ({ report }) => (report?.host?.total?.value ?? 0) > 100 * (report?.host?.count?.value ?? 1),
      );
      const high = the.hosts.find(({ report }) => (report?.host?.count?.value ?? 0) >= 25);
      const total = (high ?? old)?.report?.host?.total;
      return total === undefined
        ? notEvaluated("host-dlv", "host-log")
        : ruledOut(
            `The host has received ${total.value} requests since it was set up.`,
            `ホストは設置以来 ${total.value} 件の要求を受けています。`,
            total.at,
          );
    }
    const { host, sign, since, total, count, licensed, places } = found;
    const labels = shorts.map(({ client }) => client.label);
    return seen({
      verdict: sign === "age" ? "likely" : "confirmed",
      severity: shorts.some(({ client }) => client.state !== "activated") ? "error" : "warning",
      facts: {
        host: host.label,
        sign,
        since: day(since),
        total: total ?? 0,
        count,
        licensed,
        clients: labels,
      },
      evidence: quotes(...places, ...shorts.slice(0, 2).map(({ at }) => at)),
      affects: labels,
      wants: sign === "age" ? ["other-hosts", "host-dlv"] : [],
    });
  },

  words: {
    en: {
      title: "The host was set up anew, and has yet to count its clients",
      why: ({ host, sign, since, total, count, licensed }) =>
        `${host} counts ${count}${total > 0 ? ` after ${total} requests in all` : ""}${
          sign === "counters"
            ? ", fewer in all than an earlier report shows: counters start anew with the installation only"
            : sign === "pid"
              ? `; its key was installed on ${since}, and clients know it by an older one`
              : `${since === "" ? "" : `; its key was installed on ${since}`}, and ${licensed.length} machines (${list(licensed)}) were licensed before they came to it`
        }.`,
      about:
        "A host keeps its count nowhere but in itself. Set up anew or replaced, it starts at 0 and counts each machine with its next request: activated ones ask every 7 days, the others every two hours. Until then new machines are told that the count is too small. It heals by itself where there are machines enough.",
      remedy: {
        steps: (_, system) => [
          system === "muster"
            ? "If there is a backup of the old host, restore it: it holds the count."
            : "If the old host still exists, let it run beside the new one for two weeks, and take its SRV record away last.",
          "Otherwise wait: within a week every activated machine renews and is counted.",
          `Who cannot wait runs \`${system === "muster" ? "muster ato" : "slmgr /ato"}\` on as many activated machines as are lacking.`,
        ],
        cost: "",
        undo: () => "Nothing to undo.",
        verify: (_, system) =>
          `The current count in \`${system === "muster" ? "muster dlv --role host" : "slmgr /dlv"}\` rises from day to day.`,
      },
    },
    ja: {
      title: "ホストが作り直され、まだクライアントを数え終わっていません",
      why: ({ host, sign, since, total, count, licensed }) =>
        `${host} の現在の数は ${count}${total > 0 ? `、累積の要求数は ${total} 件` : ""}です。${
          sign === "counters"
            ? "累積は以前のレポートより少なくなっています。カウンターが 0 に戻るのは再インストール時だけです。"
            : sign === "pid"
              ? `キーのインストール日は ${since} で、クライアントはそれより古いキーのホストとして記憶しています。`
              : `${since === "" ? "" : `キーのインストール日は ${since} で、`}${licensed.length} 台 (${list(licensed)}) は、問い合わせる前から認証済みでした。`
        }`,
      about:
        "ホストの数はホスト自身の中にしかありません。作り直したり置き換えたりすると 0 から始まり、各マシンの次の要求で数え直されます。認証済みのマシンは 7 日ごと、それ以外は 2 時間ごとに問い合わせます。それまで新しいマシンには数の不足が返ります。台数が足りていれば自然に回復します。",
      remedy: {
        steps: (_, system) => [
          system === "muster"
            ? "古いホストのバックアップがあれば復元します。数も含まれています。"
            : "古いホストが残っていれば、2 週間ほど新しいホストと並行して動かし、最後に SRV レコードを削除します。",
          "残っていなければ待ちます。1 週間以内に認証済みのマシンがすべて更新し、数えられます。",
          `急ぐ場合は、足りない台数分の認証済みのマシンで \`${system === "muster" ? "muster ato" : "slmgr /ato"}\` を実行します。`,
        ],
        cost: "",
        undo: () => "元に戻すものはありません。",
        verify: (_, system) =>
          `\`${system === "muster" ? "muster dlv --role host" : "slmgr /dlv"}\` の現在の数が日ごとに増えることを確認します。`,
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster dlv --role host", "muster host restore BACKUP-FILE"]
      : ["cscript //nologo slmgr.vbs /dlv", "cscript //nologo slmgr.vbs /ato"],
});
