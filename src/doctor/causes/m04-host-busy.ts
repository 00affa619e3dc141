import { quotes } from "../case/places.ts";
import { isOver, refusedWith } from "../case/refused.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

/** HOST_BUSY, as the client logs it in 12288. */
const HOST_BUSY = 0x800700aa;

/**
 * The sign: 12288 of a client with 0x800700AA. A host says so at once when more requests wait than it can store in the
 * time that clients wait; who is sent away asks again by itself, so that an absence that is over is no fault.
 */
export const hostBusy = defineCause({
  id: "M04",
  name: "host-busy",
  link: "host",
  owner: "host",
  systems: ["muster"],
  links: [],
  explains: ["H08", "C21", "C28"],
  lookalikes: [
    {
      id: "M03",
      test: {
        en: "A host whose store takes no writes says 0x8007139F, and event 12409 when it is back.",
        ja: "ストアに書き込めないホストは 0x8007139F を応答し、復旧時にイベント 12409 を記録します。",
      },
    },
    {
      id: "N06",
      test: {
        en: "A host at low priority answers late or not at all; look for `KMS priority: Low` in its dlv.",
        ja: "優先度の低いホストは、応答が遅れるか応答しません。ホストの dlv で優先度を確認します。",
      },
    },
  ],

  judge(the) {
    const refused = refusedWith(the, HOST_BUSY);
    const [first] = refused;
    if (first === undefined) {
      const log = the.evidence.sent.length > 0;
      return log
        ? ruledOut("No host said that it is busy.", "ビジーを応答したホストはありません。")
        : notEvaluated("client-events");
    }
    const open = refused.filter(({ exchange }) => !isOver(the, exchange));
    const clients = [...new Set((open.length > 0 ? open : refused).map(({ label }) => label))];
    const hurt = the.clients.filter(
      ({ label, state }) => clients.includes(label) && state === "notActivated",
    );
    const isOpen = open.length > 0;
    return seen({
      verdict: isOpen ? "confirmed" : "benign",
      severity: !isOpen ? "info" : hurt.length > 0 ? "error" : "warning",
      facts: {
        hosts: [...new Set((isOpen ? open : refused).map(({ exchange }) => exchange.host))],
        clients: clients.length,
        tries: refused.length,
        isOpen,
      },
      evidence: quotes(...(isOpen ? open : refused).slice(-3).map(({ exchange }) => exchange.at)),
      affects: isOpen ? hurt.map(({ label }) => label) : [],
      wants: isOpen ? ["host-dlv"] : [],
    });
  },

  words: {
    en: {
      title: "The host has more requests than it can answer",
      why: ({ hosts, clients, tries, isOpen }) =>
        `${list(hosts)} sent ${clients === 1 ? "one machine" : `${clients} machines`} away ${tries === 1 ? "once" : `${tries} times`} with 0x800700AA${isOpen ? ", and no answer followed." : "; answers followed."}`,
      about:
        "When a power cut ends, a whole site asks at once. A host takes as many requests as it can store while clients wait, and sends the rest away at once with 0x800700AA and the time after which to ask again, instead of letting them wait in vain. Clients try the next host of the SRV record, and come back two hours later. It is taken for a network fault, because it ends in 0xC004F074 as every failed try does.",
      remedy: {
        steps: ({ isOpen }) =>
          isOpen
            ? [
                "Wait: the machines ask again by themselves, spread over time.",
                "If it goes on, see what the host waits for: the disk of its folder, or its PostgreSQL server (`muster_commit_duration_seconds` at its /metrics).",
                "See that the host runs at normal priority: `muster spri`.",
                "Add a second host on the same store; clients share the work by its SRV record.",
              ]
            : ["Nothing: the machines were answered."],
        cost: "",
        undo: () => "Nothing to undo.",
        verify: () => "`muster ato` on one of the machines succeeds, and no new 12288 has 0x800700AA.",
      },
    },
    ja: {
      title: "ホストの処理能力を超える要求が届いています",
      why: ({ hosts, clients, tries, isOpen }) =>
        `${list(hosts)} は ${clients} 台のマシンに計 ${tries} 回、0x800700AA を応答しました。${isOpen ? "その後の成功は記録されていません。" : "その後は正常に応答しています。"}`,
      about:
        "停電からの復旧時などには、サイト全体が一斉に要求します。ホストは、クライアントが待てる間に保存できる数の要求だけを受け付け、残りには再試行までの時間とともに 0x800700AA をすぐに応答します。クライアントは SRV レコードの次のホストを試し、2 時間後に再試行します。ほかの失敗と同じ 0xC004F074 になるため、ネットワークの障害と間違われます。",
      remedy: {
        steps: ({ isOpen }) =>
          isOpen
            ? [
                "待ちます。マシンは時間を分散して自動的に再試行します。",
                "続く場合は、ホストが何を待っているかを調べます。フォルダーのディスク、または PostgreSQL サーバーです (/metrics の `muster_commit_duration_seconds`)。",
                "ホストが通常の優先度で動作していることを確認します: `muster spri`。",
                "同じストアに 2 台目のホストを追加します。クライアントは SRV レコードによって分散します。",
              ]
            : ["対処は不要です。マシンには応答済みです。"],
        cost: "",
        undo: () => "元に戻すものはありません。",
        verify: () =>
          "いずれかのマシンで `muster ato` が成功し、0x800700AA の新しい 12288 がないことを確認します。",
      },
    },
  },

  commands: ({ isOpen }) =>
    isOpen
      ? ["muster dlv --role host", "muster spri", "muster ato"]
      : ["muster events --role client --id 12288"],
});
