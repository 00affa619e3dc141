import { unaskedIn } from "../case/enough.ts";
import { quotes } from "../case/places.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";

/**
 * No fault: a host that was just set up. It is activated, and its counters, which begin with the host, are at zero. What
 * keeps clients from it would show on their side, so that this is all there is to say until one has tried.
 */
export const hostUnasked = defineCause({
  id: "M05",
  name: "host-unasked",
  link: "client",
  owner: "nobody",
  systems: ["muster"],
  links: [],
  explains: [],
  lookalikes: [
    {
      id: "D01",
      test: {
        en: "When a client has tried and failed, ask for the SRV record as that client does.",
        ja: "クライアントが試して失敗している場合は、そのクライアントと同じ方法で SRV レコードを調べます。",
      },
    },
    {
      id: "H21",
      test: {
        en: "Look at the total of requests: a host that was asked before and is not now has counted some.",
        ja: "要求の合計を確認します。以前に要求を受けたホストなら、0 ではありません。",
      },
    },
  ],

  judge(the) {
    const unasked = unaskedIn(the);
    if (unasked !== undefined) {
      const { host, total } = unasked;
      return seen({
        verdict: "benign",
        severity: "info",
        facts: { host: host.label, port: host.report?.host?.port?.value ?? 1688 },
        evidence: quotes(total.at, host.report?.status?.at),
        affects: [],
      });
    }
    const asked = the.hosts.find(({ report }) => (report?.host?.total?.value ?? 0) > 0);
    const total = asked?.report?.host?.total;
    return total === undefined
      ? notEvaluated("host-dlv")
      : ruledOut(
          `${asked?.label} was asked ${total.value} times.`,
          `${asked?.label} は ${total.value} 件の要求を受けています。`,
          total.at,
        );
  },

  words: {
    en: {
      title: "No client has asked the host yet",
      why: ({ host }) =>
        `${host} is activated and has received no request since it was set up; nothing in evidence tells of a client that tried.`,
      about:
        "A host that was just set up waits for its clients. It is in order as far as the host itself can tell: whether clients find it in DNS, and get through to its port, only shows on a client. So this is no fault, and the next step is to let one machine ask.",
      remedy: {
        steps: () => [
          "On one client, install the setup key of its product: `muster ipk KEY --catalogue FILE`.",
          "Let it ask: `muster ato`. It finds the host by DNS; where there is no record, name the host first with `muster skms HOST:PORT`.",
          "If it fails, run `muster doctor` there: what keeps it from the host shows on its side.",
        ],
        cost: "",
        undo: () => "`muster ckms` takes back the name of the host, `muster upk` the key.",
        verify: () => "`muster dlv --role host` shows a current count and a total of 1.",
      },
    },
    ja: {
      title: "ホストに問い合わせたクライアントがまだありません",
      why: ({ host }) =>
        `${host} は認証済みで、設置されてから要求を 1 件も受けていません。問い合わせを試みたクライアントも証跡にありません。`,
      about:
        "設置したばかりのホストは、クライアントからの問い合わせを待っています。ホスト自身から分かる範囲では正常です。クライアントが DNS でホストを見つけられるか、ポートに接続できるかは、クライアント側でしか分かりません。障害ではないため、次は 1 台のマシンに問い合わせさせます。",
      remedy: {
        steps: () => [
          "1 台のクライアントに、製品のセットアップ キーをインストールします: `muster ipk KEY --catalogue FILE`。",
          "問い合わせさせます: `muster ato`。ホストは DNS で見つかります。レコードがない環境では、先に `muster skms HOST:PORT` でホストを指定します。",
          "失敗したら、そのマシンで `muster doctor` を実行します。ホストに届かない原因はクライアント側で分かります。",
        ],
        cost: "",
        undo: () => "`muster ckms` でホストの指定を、`muster upk` でキーを取り消せます。",
        verify: () => "`muster dlv --role host` の現在の数と要求の合計が 1 になることを確認します。",
      },
    },
  },

  commands: ({ host, port }) => [
    "muster ipk KEY --catalogue FILE",
    `muster skms ${host}:${port}`,
    "muster ato",
  ],
});
