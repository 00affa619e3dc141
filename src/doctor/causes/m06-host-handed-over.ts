import type { Case } from "../case/case.ts";
import { quotes } from "../case/places.ts";
import { isOver, refusedWith } from "../case/refused.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

/** HANDED_OVER, as the client logs it in 12288. */
const HANDED_OVER = 0x80071397;
/** A host went quiet, took a store over, or serves again. */
const QUIET = 12416;
const MOVES: ReadonlySet<number> = new Set([QUIET, 12417, 12418]);

/**
 * The signs: event 12416 as the last of 12416 to 12418 in a host's log, and 12288 of a client with 0x80071397, which only
 * a host says whose store was handed over. A store that was taken back, or taken over by the host itself, is in use.
 */
export const hostHandedOver = defineCause({
  id: "M06",
  name: "host-handed-over",
  link: "host",
  owner: "host",
  systems: ["muster"],
  links: [],
  explains: ["D01", "D10", "H08", "H13", "H21", "C21", "C28"],
  lookalikes: [
    {
      id: "M03",
      test: {
        en: "A host whose store is away answers 0x8007139F and goes on by itself; one that was handed over answers 0x80071397 until it is taken back.",
        ja: "ストアを使えないホストは 0x8007139F を応答し、自動的に復旧します。引き渡されたホストは、引き渡しを取り消すまで 0x80071397 を応答します。",
      },
    },
    {
      id: "N05",
      test: {
        en: "A host that is stopped refuses the connection (0x8007274D); one that was handed over answers, with 0x80071397.",
        ja: "停止したホストは接続を拒否します (0x8007274D)。引き渡されたホストは 0x80071397 を応答します。",
      },
    },
  ],

  judge(the) {
    const moves = the.evidence.events.filter(({ id }) => MOVES.has(id));
    const newest = [...new Set(moves.map(({ computer }) => computer.toLowerCase()))].flatMap((computer) =>
      moves
        .filter((each) => each.computer.toLowerCase() === computer)
        .toSorted((one, two) => one.time - two.time)
        .slice(-1),
    );
    const quiet = newest.filter(
      ({ id, time }) => id === QUIET && !moves.some((other) => other.id !== QUIET && other.time >= time),
    );
    const open = refusedWith(the, HANDED_OVER).filter(
      ({ exchange }) =>
        !isOver(the, exchange) && !moves.some(({ id, time }) => id === 12418 && time >= exchange.time),
    );
    if (quiet.length === 0 && open.length === 0) return absence(the);
    const clients = [...new Set(open.map(({ label }) => label))];
    const hurt = the.clients.filter(
      ({ label, state }) => clients.includes(label) && state === "notActivated",
    );
    return seen({
      verdict: "confirmed",
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        hosts: [
          ...new Set([
            ...quiet.map(({ computer }) => computer),
            ...open.map(({ exchange }) => exchange.host),
          ]),
        ],
        clients: clients.length,
      },
      evidence: quotes(
        ...quiet.slice(-3).map(({ at }) => at),
        ...open.slice(-2).map(({ exchange }) => exchange.at),
      ),
      affects: hurt.map(({ label }) => label),
      wants: quiet.length === 0 ? ["host-application-log"] : [],
    });
  },

  words: {
    en: {
      title: "The host has handed its machines over",
      why: ({ hosts, clients }) =>
        `The store of ${list(hosts)} was handed over to another host, so it takes no activation${clients === 0 ? " (event 12416)" : `: ${clients === 1 ? "one machine was" : `${clients} machines were`} told 0x80071397`}.`,
      about:
        "With `muster host export --hand-over` or `muster host move` a host gives its store away: it answers every client with 503 and 0x80071397, withdraws its SRV record, and says so by event 12416. Clients go to the next host of the SRV record or keep their lease. That is as it should be while the new host takes over; afterwards whoever still asks the old one gets nothing, because it was told its name by hand, or remembers it.",
      remedy: {
        steps: ({ hosts }) => [
          "See that the new host runs and is published: `muster host status` and `dig SRV _muster._tcp.YOUR.DOMAIN`.",
          `Give the new host's name to clients that were told ${list(hosts)} by hand (\`muster skms\`).`,
          "Stop the old host when the new one serves.",
          "If no host took the store, stop the old one and start it with `muster host run --take-back`.",
        ],
        cost: "Taking a store back that another host serves from splits the count in two.",
        undo: () => "Nothing to undo.",
        verify: () => "`muster ato` on a client succeeds and names the new host.",
      },
    },
    ja: {
      title: "ホストはマシンを別のホストに引き渡しました",
      why: ({ hosts, clients }) =>
        `${list(hosts)} のストアは別のホストに引き渡されたため、認証を受け付けません${clients === 0 ? " (イベント 12416)" : `。${clients} 台のマシンに 0x80071397 を応答しました`}。`,
      about:
        "`muster host export --hand-over` または `muster host move` を実行すると、ホストはストアを引き渡します。以後はすべてのクライアントに 503 と 0x80071397 を応答し、SRV レコードを削除し、イベント 12416 を記録します。クライアントは SRV レコードの次のホストに問い合わせるか、今のリースを使い続けます。新しいホストが引き継ぐまでは正常な動作です。その後も古いホストに問い合わせるのは、名前を手動で設定したクライアントか、名前を記憶しているクライアントです。",
      remedy: {
        steps: ({ hosts }) => [
          "新しいホストが動作し、公開されていることを `muster host status` と `dig SRV _muster._tcp.YOUR.DOMAIN` で確認します。",
          `${list(hosts)} を手動で設定したクライアントに、新しいホストの名前を設定します (\`muster skms\`)。`,
          "新しいホストが動作したら、古いホストを停止します。",
          "ストアを引き継いだホストがない場合は、古いホストを停止し、`muster host run --take-back` で起動します。",
        ],
        cost: "別のホストが使用しているストアの引き渡しを取り消すと、数が 2 つに分かれます。",
        undo: () => "元に戻すものはありません。",
        verify: () => "クライアントの `muster ato` が成功し、新しいホストを示すことを確認します。",
      },
    },
  },

  commands: () => [
    "muster host status",
    "muster events --role host --id 12416",
    "dig SRV _muster._tcp.YOUR.DOMAIN",
    "muster ato",
  ],
});

function absence({ evidence }: Case) {
  const log = evidence.logs.find(({ counts, selected }) => (counts[12290] ?? 0) > 0 && !selected);
  return log === undefined
    ? notEvaluated("client-events", "host-application-log")
    : ruledOut(
        "The host's log does not end in a hand-over (event 12416): it serves from its store.",
        "ホストのログは引き渡し (イベント 12416) で終わっておらず、ホストはストアを使用しています。",
      );
}
