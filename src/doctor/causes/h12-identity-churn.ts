import { type Churner, churnIn } from "../case/churn.ts";
import { shortIn } from "../case/counting.ts";
import { quotes } from "../case/places.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

/** Names that churn, and CMIDs of each, from which on it is no single machine that is set up over and over. */
const SEVERAL = 2;
const VERY_MANY = 5;

/**
 * The signs: the same names come with ever new CMIDs, unlicensed each time, as machines do that forget everything at
 * each restart. One name with two CMIDs, one after the other, is a repair or a rearm (C25).
 */
export const identityChurn = defineCause({
  id: "H12",
  name: "identity-churn-non-persistent",
  link: "count",
  owner: "imaging",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/activation-troubleshoot-kms-general",
    "https://learn.microsoft.com/windows-server/get-started/activation-slmgr-vbs-options",
  ],
  explains: ["H13", "C25", "H14"],
  lookalikes: [
    {
      id: "C25",
      test: {
        en: "Two CMIDs of one name, one after the other, are a repair or a rearm; churn shows three and more, on many names.",
        ja: "1 つの名前で CMID が 1 回変わっただけなら、修復か rearm です。多数の名前で 3 個以上変わるなら、この原因です。",
      },
    },
    {
      id: "H10",
      test: {
        en: "Clones are the reverse: one CMID under many names.",
        ja: "複製されたマシンは逆に、1 つの CMID に多くの名前があります。",
      },
    },
  ],

  judge(the) {
    const pools = the.hosts.flatMap(({ population }) => population?.pools ?? []);
    if (pools.length === 0) return notEvaluated("host-log");
    const churn = pools.map((pool) => ({ pool, churners: churnIn(the, pool) }));
    const [worst] = churn.toSorted((one, two) => two.churners.length - one.churners.length);
    const churners: readonly Churner[] = worst?.churners ?? [];
    const most = churners[0]?.cmids ?? 0;
    if (worst === undefined || (churners.length < SEVERAL && most < VERY_MANY)) {
      return ruledOut(
        "No machines in the host's log change their CMID again and again.",
        "ホストのログに、CMID を繰り返し変えているマシンはありません。",
        churners[0]?.places[0],
      );
    }
    const names = churners.map(({ name }) => name);
    const waiting = shortIn(the).map(({ client }) => client.label);
    const unlicensed = churners.filter(({ name }) =>
      the.clients.some(
        ({ label, askers }) => label.split(".")[0] === name && askers.some(({ status }) => status !== 1),
      ),
    );
    return seen({
      verdict: churners.length > SEVERAL && unlicensed.length > SEVERAL ? "confirmed" : "likely",
      severity: waiting.some((label) => names.includes(label.split(".")[0] ?? "")) ? "error" : "warning",
      facts: {
        machines: churners.length,
        names,
        most,
        cmids: worst.pool.cmids.size,
        distinct: worst.pool.names.size,
      },
      evidence: quotes(...churners.slice(0, 3).flatMap(({ places }) => places)),
      affects: names,
      wants: ["panther"],
    });
  },

  words: {
    en: {
      title: "Machines that forget their CMID at each restart are counted over and over",
      why: ({ machines, names, most, cmids, distinct }) =>
        `${machines} machine${machines === 1 ? "" : "s"} (${list(names)}) came with up to ${most} CMIDs each within 30 days: the host counts ${cmids} CMIDs where ${distinct} machines are.`,
      about:
        "A virtual desktop that returns to its master image at each restart makes a new CMID each time, and asks for activation anew. The host counts every one of them for 30 days, so that its count says nothing of the fleet, and falls when the desktops are switched off. Each session starts unactivated until the host has answered.",
      remedy: {
        steps: (_, system) =>
          system === "muster"
            ? ["Keep the client's folder on a disk that outlives the restart, one for each machine."]
            : [
                "Seal the master image the way its vendor describes for KMS: the rearm once, before the last shutdown, and then no start of the image outside the pool.",
                "Where the product has a KMS mode for its images (Provisioning Services, Horizon, Machine Creation Services), turn it on.",
                "Or activate the pool by Active Directory, which needs no count and no CMID.",
              ],
        cost: "The image has to be sealed anew; rearms are limited in number.",
        undo: () => "Go back to the former version of the image.",
        verify: () =>
          "After two restarts a machine of the pool shows the same CMID in its `/dlv`, or is Licensed as soon as somebody logs on.",
      },
    },
    ja: {
      title: "再起動のたびに CMID が変わるマシンが、何度も数えられています",
      why: ({ machines, names, most, cmids, distinct }) =>
        `${machines} 台 (${list(names)}) が 30 日間に最大 ${most} 個の CMID で現れました。実際のマシンは ${distinct} 台ですが、ホストは CMID を ${cmids} 個数えています。`,
      about:
        "再起動のたびにマスター イメージに戻る仮想デスクトップは、毎回新しい CMID を作り、改めて認証を求めます。ホストはそのすべてを 30 日間数えるため、現在の数は実際の台数を表さず、デスクトップを停止すると減ります。各セッションは、ホストが応答するまで認証されていない状態で始まります。",
      remedy: {
        steps: (_, system) =>
          system === "muster"
            ? ["クライアントのフォルダーを、再起動しても消えないディスクに、マシンごとに置きます。"]
            : [
                "製品ベンダーが KMS 用に説明している手順でマスター イメージを封印します。最後のシャットダウンの前に 1 度だけ rearm し、その後はプール以外で起動しません。",
                "製品にイメージ用の KMS モードがあれば (Provisioning Services、Horizon、Machine Creation Services など) 有効にします。",
                "または、数も CMID も要らない Active Directory によるライセンス認証を使います。",
              ],
        cost: "イメージの封印し直しが必要です。rearm の回数には限りがあります。",
        undo: () => "前の版のイメージに戻します。",
        verify: () =>
          "プールのマシンを 2 回再起動しても `/dlv` の CMID が変わらないか、ログオン後すぐに「ライセンス済み」になることを確認します。",
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster dlv"]
      : ["cscript //nologo slmgr.vbs /dlv", "cscript //nologo slmgr.vbs /rearm"],
});
