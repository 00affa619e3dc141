import type { Case } from "../case/case.ts";
import { failureCode } from "../case/client.ts";
import { ALLOWED_SKEW, skewsOf } from "../case/skew.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { duration, list } from "../words.ts";

const CLOCK_SKEW = 0xc004f06c;

/**
 * The signs: 0xC004F06C in field 1 of the client's 12288 or of the host's 12290, or clocks that were compared and are
 * more than 4 h apart. People only see 0xC004F074. Hosts of 2003 and 2008 answer the same code to clients that they are
 * too old for (H05), which leaves the clocks equal.
 */
export const clockSkew = defineCause({
  id: "C12",
  name: "clock-skew",
  link: "client",
  owner: "client",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/error-0xc004f074-activate-windows",
  ],
  explains: ["C28", "H22", "C22"],
  lookalikes: [
    {
      id: "C13",
      test: {
        en: "Compare UTC, not the clock on the taskbar: a wrong time zone alone leaves UTC right and does no harm.",
        ja: "タスク バーの時刻ではなく UTC を比べます。タイム ゾーンだけの誤りなら UTC は正しく、害はありません。",
      },
    },
    {
      id: "H05",
      test: {
        en: "With equal clocks the same code comes from a host of 2003 or 2008 that lacks the update for newer clients.",
        ja: "時計が合っているのに同じコードが出るのは、更新プログラムのない 2003/2008 世代のホストです。",
      },
    },
  ],

  judge(the) {
    const refused = the.clients.filter(({ exchanges, askers, failing }) =>
      exchanges.length > 0
        ? failing.some((each) => failureCode(each) === CLOCK_SKEW || each.handled?.code === CLOCK_SKEW)
        : askers.some(({ code }) => code === CLOCK_SKEW),
    );
    const skewed = skewsOf(the.evidence).filter(({ behind }) => Math.abs(behind) > ALLOWED_SKEW);
    const measured = the.evidence.clocks.find(
      ({ ahead }) => ahead !== undefined && Math.abs(ahead) > ALLOWED_SKEW,
    );
    if (refused.length === 0 && measured === undefined) {
      if (the.evidence.handled.length > 0) {
        return ruledOut(
          "No request in the host's log was refused for its time (0xC004F06C).",
          "ホストのログに、時刻のために拒否された要求 (0xC004F06C) はありません。",
        );
      }
      return notEvaluated("client-events", "host-log", "clock");
    }
    const stuck = refused.length > 0 ? refused : the.clients;
    const own = skewed.find(({ name }) =>
      refused.some(({ machine, label }) => the.names.same(name, machine?.names ?? [label])),
    );
    const newest = refused.flatMap(({ failing }) => failing.slice(-1));
    const logged = refused.flatMap(({ askers }) =>
      askers.flatMap(({ newestFailure }) =>
        newestFailure === undefined ? [] : [the.evidence.handled.place(newestFailure)],
      ),
    );
    return seen({
      verdict: own !== undefined || measured !== undefined || isModernHost(the) ? "confirmed" : "likely",
      severity: stuck.some(({ state }) => state === "activated")
        ? stuck.some(({ state }) => state === "notActivated")
          ? "error"
          : "warning"
        : "error",
      facts: {
        clients: refused.map(({ label }) => label),
        minutesBehind: Math.round((own?.behind ?? -(measured?.ahead ?? 0)) / 60_000),
        requests: own?.requests ?? 0,
        against: measured?.against ?? "",
        virtual: refused.some(({ askers }) => askers.some(({ virtual }) => virtual)),
      },
      evidence: [
        ...newest.map(({ at }) => at),
        ...newest.flatMap(({ handled }) => handled?.at ?? []),
        ...logged,
        ...(measured === undefined ? [] : [measured.at]),
      ].slice(0, 8),
      affects: refused.map(({ label }) => label),
      wants: own === undefined && measured === undefined ? ["clock"] : [],
    });
  },

  words: {
    en: {
      title: "The clocks of client and host are more than 4 hours apart",
      why: ({ clients, minutesBehind, requests, against }) =>
        clients.length === 0
          ? `A clock is ${duration(minutesBehind, "en")} ${minutesBehind > 0 ? "behind" : "ahead of"} that of ${against}; requests are refused from 4 hours on.`
          : minutesBehind === 0
            ? `The request of ${list(clients)} was refused with 0xC004F06C, which is the host's answer to a clock more than 4 hours off; slmgr only shows 0xC004F074.`
            : `The request of ${list(clients)} was refused with 0xC004F06C, and its clock is ${duration(minutesBehind, "en")} ${minutesBehind > 0 ? "behind" : "ahead of"} the host's${requests > 1 ? `, in ${requests} of its requests` : ""}; the limit is 4 hours. slmgr only shows 0xC004F074.`,
      about:
        "A host refuses requests whose time differs from its own by more than 4 hours in UTC. The client tries the next host, and when all have refused, slmgr reports 0xC004F074, as if none had been reached. It is taken for a network fault, though the way is open. Virtual machines are prone to it: restored from a snapshot, or set by a hypervisor whose clock is wrong.",
      remedy: {
        steps: ({ virtual }) => [
          "Find out which of the two clocks is wrong: compare both with a third one.",
          ...(virtual
            ? [
                "On a virtual machine, look at the clock of the hypervisor and at its time synchronisation first.",
              ]
            : []),
          "Set the time source right (a domain member follows its domain), and synchronise.",
          "Activate again.",
        ],
        cost: "Setting a clock may upset programs that depend on it, such as databases and Kerberos logons.",
        undo: () => "Nothing to undo: the clock is right.",
        verify: (_, system) =>
          system === "muster"
            ? "`muster ato` reports success, and the host's newest 12290 of this client begins with 0x00000000."
            : "`slmgr /ato` reports success, and the host's newest 12290 of this client begins with 0x0.",
      },
    },
    ja: {
      title: "クライアントとホストの時計が 4 時間を超えてずれています",
      why: ({ clients, minutesBehind, requests, against }) =>
        clients.length === 0
          ? `時計が ${against} より ${duration(minutesBehind, "ja")}${minutesBehind > 0 ? "遅れて" : "進んで"}います。4 時間を超えると要求は拒否されます。`
          : minutesBehind === 0
            ? `${list(clients)} の要求は 0xC004F06C で拒否されました。これは時計が 4 時間を超えてずれているときのホストの応答です。slmgr には 0xC004F074 としか表示されません。`
            : `${list(clients)} の要求は 0xC004F06C で拒否され、その時計はホストより ${duration(minutesBehind, "ja")}${minutesBehind > 0 ? "遅れて" : "進んで"}います${requests > 1 ? ` (要求 ${requests} 件で一致)` : ""}。許されるのは 4 時間までです。slmgr には 0xC004F074 としか表示されません。`,
      about:
        "ホストは、UTC で自分の時刻と 4 時間を超えて異なる要求を拒否します。クライアントは次のホストを試し、すべてに拒否されると slmgr は、どのホストにも届かなかったかのように 0xC004F074 を報告します。経路は正常なのに、ネットワークの障害と誤解されがちです。仮想マシンで起こりやすく、スナップショットからの復元や、ハイパーバイザーの時計の誤りが原因になります。",
      remedy: {
        steps: ({ virtual }) => [
          "2 つの時計のどちらが誤っているかを、3 つ目の時計と比べて調べます。",
          ...(virtual ? ["仮想マシンでは、まずハイパーバイザーの時計と時刻同期の設定を確認します。"] : []),
          "時刻の同期元を正しく設定し (ドメインのメンバーはドメインに従います)、同期します。",
          "もう一度ライセンス認証を行います。",
        ],
        cost: "時計を直すと、データベースや Kerberos 認証など時刻に依存するプログラムに影響することがあります。",
        undo: () => "元に戻すものはありません。時計が正しくなっただけです。",
        verify: (_, system) =>
          system === "muster"
            ? "`muster ato` が成功し、ホストの最新の 12290 でこのクライアントの値が 0x00000000 で始まることを確認します。"
            : "`slmgr /ato` が成功し、ホストの最新の 12290 でこのクライアントの値が 0x0 で始まることを確認します。",
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["chronyc tracking", "muster ato"]
      : ["w32tm /query /status", "w32tm /resync /rediscover", "cscript //nologo slmgr.vbs /ato"],
});

/** A host of Windows Server 2012 or later, by its build or that of the extended PID that it gave its clients. */
function isModernHost({ hosts, clients }: Case): boolean {
  const builds = [
    ...hosts.flatMap(({ report }) => report?.serviceVersion?.value.split(".").slice(0, 2).join(".") ?? []),
    ...clients.flatMap(({ report }) => report?.serviceVersion?.value.split(".").slice(0, 2).join(".") ?? []),
  ];
  return builds.some((build) => Number(build) >= 6.2);
}
