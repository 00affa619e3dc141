import type { Client } from "../case/client.ts";
import { isHostOnly, labelsOf, toldIn, witnessOf } from "../case/told.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { list } from "../words.ts";

const GRACE_EXPIRED = 0xc004f009;
const NOTIFICATION = 5;
const ADDITIONAL_GRACE = 3;

/**
 * The signs: 0xC004F009, the additional grace that follows 180 days without a renewal, or Notification on a machine that
 * was activated before. A new installation is in Notification from the first day. A consequence:
 * what kept the machine from being activated comes first, and without it this is a possibility among others. Only a machine
 * that never tried has nothing else.
 */
export const graceExpired = defineCause({
  id: "C28",
  name: "grace-expired",
  link: "client",
  owner: "client",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-activation-error-codes",
    "https://learn.microsoft.com/windows-server/get-started/kms-activation-planning",
  ],
  explains: [],
  isConsequence: true,
  lookalikes: [
    {
      id: "C18",
      test: {
        en: "The reason: 0xC004F00F is changed hardware, 0xC004F009 a time that is over.",
        ja: "理由のコードを確認します。0xC004F00F はハードウェアの変更、0xC004F009 は期限切れです。",
      },
    },
    {
      id: "C05",
      test: {
        en: "An evaluation whose time is over shows the same state, and its edition ends in Eval.",
        ja: "期限の切れた評価版も同じ状態になりますが、エディション名が Eval で終わります。",
      },
    },
  ],

  judge(the) {
    const told = toldIn(the, new Set([GRACE_EXPIRED]));
    const over = the.clients.filter(
      (client) =>
        !isHostOnly(the, client) &&
        client.state === "notActivated" &&
        (client.status === ADDITIONAL_GRACE || (client.status === NOTIFICATION && wasActivated(client))),
    );
    if (told.length === 0 && over.length === 0) {
      const licensed = witnessOf(the, ({ state }) => state === "activated");
      return licensed === undefined
        ? notEvaluated("client-dlv")
        : ruledOut(
            `${licensed.label} is licensed.`,
            `${licensed.label} はライセンス済みです。`,
            licensed.report?.status?.at ?? licensed.lastSuccess?.at,
          );
    }
    const machines = [...new Set([...labelsOf(told), ...labelsOf(over)])];
    // With its log in evidence and no try in it, nothing keeps it from being activated but that nobody tried.
    const isIdle =
      told.length > 0 &&
      told.every(({ client }) => client !== undefined) &&
      the.clients
        .filter((client) => told.some((each) => each.client === client))
        .every(
          ({ failure, exchanges, events, report }) =>
            (failure === undefined || (failure.from === "reason" && failure.code === GRACE_EXPIRED)) &&
            exchanges.length === 0 &&
            events.length === 0 &&
            report?.reason?.value === GRACE_EXPIRED,
        ) &&
      the.evidence.logs.some(({ channel }) => /^application$/i.test(channel));
    return seen({
      verdict: isIdle ? "likely" : "possible",
      severity: "error",
      facts: {
        machines,
        isGrace: over.length > 0 && over.every(({ status }) => status === ADDITIONAL_GRACE),
        isIdle,
      },
      evidence: [
        ...told.map(({ at }) => at),
        ...over.flatMap(({ report, exchanges }) => report?.status?.at ?? exchanges.at(-1)?.at ?? []),
      ].slice(0, 8),
      affects: machines,
      wants: ["client-events", "srv", "port-test"],
    });
  },

  words: {
    en: {
      title: "The time is over in which the machine had to be activated",
      why: ({ machines, isGrace, isIdle }) =>
        `${list(machines)}: ${isGrace ? "180 days passed without a renewal, and the additional grace period runs" : "the grace period is over, and the machine is in notification"}${isIdle ? "; its log shows no try to activate" : ""}. It follows from whatever kept it from its host.`,
      about:
        "A client that finds no host for 180 days goes into an additional grace period of 30 days, and then into notification: a black desktop, a watermark, reminders. New installations since Windows 8 are in notification until their first activation. It is the end of a story that began somewhere else, and it is over with the next successful activation.",
      remedy: {
        steps: (_, system) => [
          "Find out what keeps the machine from its host: the SRV record, the way to TCP 1688, field 1 of its 12288.",
          system === "muster"
            ? "Cure that, then activate: `muster ato`."
            : "Cure that, then activate: `slmgr /ato`.",
        ],
        cost: "",
        undo: () => "Nothing to undo.",
        verify: (_, system) =>
          `${system === "muster" ? "`muster dlv`" : "`slmgr /dlv`"} shows License Status: Licensed and about 259200 minutes.`,
      },
    },
    ja: {
      title: "ライセンス認証の期限が切れています",
      why: ({ machines, isGrace, isIdle }) =>
        `${list(machines)}: ${isGrace ? "更新されないまま 180 日が過ぎ、追加の猶予期間に入っています" : "猶予期間が終わり、通知モードになっています"}${isIdle ? "。ログに認証の試行はありません" : ""}。ホストとの通信を妨げた原因の結果です。`,
      about:
        "クライアントは、ホストが見つからないまま 180 日が過ぎると 30 日間の追加の猶予期間に入り、その後は通知モード (黒い背景、透かし、通知の表示) になります。Windows 8 以降の新規インストールは、最初に認証されるまで通知モードです。原因は別のところにあり、次に認証が成功すれば解消します。",
      remedy: {
        steps: (_, system) => [
          "ホストとの通信を妨げているものを調べます。SRV レコード、TCP 1688 への経路、12288 の 1 番目の値を確認します。",
          system === "muster"
            ? "原因を取り除き、ライセンス認証を行います: `muster ato`。"
            : "原因を取り除き、ライセンス認証を行います: `slmgr /ato`。",
        ],
        cost: "",
        undo: () => "元に戻すものはありません。",
        verify: (_, system) =>
          `${system === "muster" ? "`muster dlv`" : "`slmgr /dlv`"} がライセンス済みになり、残りが約 259200 分になることを確認します。`,
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["dig SRV _muster._tcp.YOUR.DOMAIN", "muster ato", "muster dlv"]
      : [
          "nslookup -type=srv _vlmcs._tcp.YOUR.DOMAIN",
          "Test-NetConnection HOST -Port 1688",
          "cscript //nologo slmgr.vbs /ato",
        ],
});

function wasActivated({ lastSuccess, exchanges }: Client): boolean {
  return lastSuccess !== undefined || exchanges.some(({ status }) => status === 1);
}
