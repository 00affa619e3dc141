import type { Case } from "../case/case.ts";
import { quotes } from "../case/places.ts";
import { isOver, refusedWith } from "../case/refused.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

/** STORE_UNAVAILABLE, as the client logs it in 12288. */
const STORE_UNAVAILABLE = 0x8007139f;
/** So many absences in one log are a fault, even if each came to an end by itself. */
const OFTEN = 3;

/**
 * The signs: 12288 of a client with 0x8007139F, which only a host says that was reached and is well but for its store;
 * and event 12409, by which the host tells how long it was away. One absence that is over is no fault any more.
 */
export const storeAway = defineCause({
  id: "M03",
  name: "host-store-away",
  link: "host",
  owner: "host",
  systems: ["muster"],
  links: [],
  explains: ["H08", "H13", "C21", "C28"],
  lookalikes: [
    {
      id: "N05",
      test: {
        en: "A host that is stopped refuses the connection (0x8007274D); one without its store answers, with 0x8007139F.",
        ja: "停止したホストは接続を拒否します (0x8007274D)。ストアを使えないホストは 0x8007139F を応答します。",
      },
    },
    {
      id: "N02",
      test: {
        en: "Behind a filter no answer comes at all (0x8007274C); here the host itself answers.",
        ja: "フィルターの向こうからは応答がありません (0x8007274C)。ここではホスト自身が応答しています。",
      },
    },
  ],

  judge(the) {
    const events = the.evidence.events.filter(({ id }) => id === 12409);
    const refused = refusedWith(the, STORE_UNAVAILABLE);
    if (events.length === 0 && refused.length === 0) return absence(the);
    const open = refused.filter(
      ({ exchange }) => !isOver(the, exchange) && !events.some(({ time }) => time >= exchange.time),
    );
    const hosts = [
      ...new Set([
        ...refused.map(({ exchange }) => exchange.host),
        ...events.map(({ computer }) => computer),
      ]),
    ];
    const clients = [...new Set(open.map(({ label }) => label))];
    const hurt = the.clients.filter(
      ({ label, state }) => clients.includes(label) && state === "notActivated",
    );
    const isOpen = open.length > 0;
    const isOften = events.length >= OFTEN;
    return seen({
      verdict: isOpen || isOften ? "confirmed" : "benign",
      severity: hurt.length > 0 ? "error" : isOpen || isOften ? "warning" : "notice",
      facts: {
        hosts,
        clients: clients.length,
        absences: events.length,
        seconds: Math.max(0, ...events.map(({ fields }) => Number(fields.seconds) || 0)),
        isOpen,
        isOften,
      },
      evidence: quotes(
        ...open.slice(-2).map(({ exchange }) => exchange.at),
        ...events.slice(-3).map(({ at }) => at),
        ...(isOpen ? [] : refused.slice(-2).map(({ exchange }) => exchange.at)),
      ),
      affects: hurt.map(({ label }) => label),
      wants: events.length === 0 ? ["host-application-log"] : [],
    });
  },

  words: {
    en: {
      title: "The host cannot write to its store",
      why: ({ hosts, clients, absences, seconds, isOpen, isOften }) =>
        isOpen
          ? `${list(hosts)} ${hosts.length === 1 ? "was" : "were"} reached and answered ${clients === 1 ? "one machine" : `${clients} machines`} with 0x8007139F, the last time without a success after it: what the host keeps its machines in takes no writes.`
          : isOften
            ? `The store of ${list(hosts)} was away ${absences} times (event 12409), for up to ${seconds} s, and is back.`
            : `The store of ${list(hosts)} was away${absences > 0 ? ` for up to ${seconds} s` : ""}, and is back.`,
      about:
        "A host acknowledges nothing that it has not stored. When the disk of its folder is full or read-only, or its PostgreSQL server does not answer, it tells clients to come back (503, 0x8007139F) and goes on by itself when the store is back, which event 12409 then says. Clients go to another host of the SRV record or keep their lease; only machines that have none yet stay without. It is taken for a network fault, because clients end in 0xC004F074 as they do for every host that failed.",
      remedy: {
        steps: ({ isOpen, isOften }) =>
          isOpen || isOften
            ? [
                "See which error of the disk or of the database the host has written to its log; `/healthz` of its port for administrators says so too.",
                "For a store in the host's folder: free space on its disk, and see that it is mounted writable.",
                "For PostgreSQL: see that the server runs, takes connections from the host, and is not a standby that only reads.",
                "Nothing has to be restarted: the host goes on as soon as it can write.",
              ]
            : ["Nothing: machines that were refused ask again by themselves."],
        cost: "",
        undo: () => "Nothing to undo.",
        verify: () =>
          "`muster events --role host --id 12409` shows the store back, and `muster ato` on a client succeeds.",
      },
    },
    ja: {
      title: "ホストがストアに書き込めません",
      why: ({ hosts, clients, absences, seconds, isOpen, isOften }) =>
        isOpen
          ? `${list(hosts)} には接続でき、${clients} 台のマシンに 0x8007139F を応答しました。その後の成功は記録されていません。ホストがマシンを記録する場所に書き込めない状態です。`
          : isOften
            ? `${list(hosts)} のストアは ${absences} 回 (イベント 12409)、最長 ${seconds} 秒間使用できませんでしたが、現在は復旧しています。`
            : `${list(hosts)} のストアは${absences > 0 ? `最長 ${seconds} 秒間` : "一時的に"}使用できませんでしたが、現在は復旧しています。`,
      about:
        "ホストは、保存していないものを承認しません。フォルダーのディスクがいっぱいか読み取り専用のとき、または PostgreSQL サーバーが応答しないときは、クライアントに再試行を求め (503、0x8007139F)、ストアが復旧すると自動的に処理を再開し、イベント 12409 を記録します。クライアントは SRV レコードの別のホストに問い合わせるか、今のリースを使い続けます。影響を受けるのは、まだリースのないマシンだけです。クライアントでは、ほかの失敗と同じ 0xC004F074 になるため、ネットワークの障害と間違われます。",
      remedy: {
        steps: ({ isOpen, isOften }) =>
          isOpen || isOften
            ? [
                "ホストのログで、ディスクまたはデータベースのエラーを確認します。管理用ポートの `/healthz` でも確認できます。",
                "ストアがホストのフォルダーにある場合は、ディスクの空き容量を増やし、書き込み可能でマウントされていることを確認します。",
                "PostgreSQL の場合は、サーバーが動作し、ホストからの接続を受け付け、読み取り専用のスタンバイでないことを確認します。",
                "再起動は不要です。書き込めるようになると、ホストは自動的に処理を再開します。",
              ]
            : ["対処は不要です。拒否されたマシンは自動的に再試行します。"],
        cost: "",
        undo: () => "元に戻すものはありません。",
        verify: () =>
          "`muster events --role host --id 12409` でストアの復旧を確認し、クライアントの `muster ato` が成功することを確認します。",
      },
    },
  },

  commands: ({ isOpen, isOften }) =>
    isOpen || isOften
      ? ["df -h", "muster events --role host --id 12409", "muster ato"]
      : ["muster events --role host --id 12409"],
});

function absence({ evidence }: Case) {
  const log = evidence.logs.find(({ counts, selected }) => (counts[12290] ?? 0) > 0 && !selected);
  return log === undefined
    ? notEvaluated("client-events", "host-application-log")
    : ruledOut(
        "The host's log has no event 12409: its store was never away.",
        "ホストのログにイベント 12409 はなく、ストアは常に使用できていました。",
      );
}
