import type { Case } from "../case/case.ts";
import type { Exchange } from "../case/exchange.ts";
import type { Host } from "../case/host.ts";
import { quotes } from "../case/places.ts";
import { NO_CONTACT } from "../case/unreachable.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { list } from "../words.ts";

/**
 * The signs: the host's service is set to low priority, and tries at it fail now and then, while the same clients succeed
 * at other times. Low priority alone is a setting, and no fault.
 */
export const hostStarved = defineCause({
  id: "N06",
  name: "host-starved",
  link: "host",
  owner: "host",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/activation-slmgr-vbs-options"],
  explains: ["N10", "C21"],
  lookalikes: [
    {
      id: "N02",
      test: {
        en: "A filter cuts the same clients off every time; a starved host loses requests of anybody, now and then.",
        ja: "フィルターなら同じクライアントが毎回失敗し、負荷の高いホストなら誰かの要求が時々失敗します。",
      },
    },
    {
      id: "D02",
      test: {
        en: "Look at which host the failing tries went to: a dead member of the SRV record fails every time that it is drawn.",
        ja: "失敗した試行の宛先を調べます。SRV レコードの停止したホストなら、選ばれるたびに必ず失敗します。",
      },
    },
  ],

  judge(the) {
    const low = the.hosts.flatMap((host) => {
      const setting = host.report?.host?.lowPriority;
      return setting?.value ? [{ host, at: setting.at, ...missedBy(the, host) }] : [];
    });
    const worst = low.toSorted((one, two) => two.missed.length - one.missed.length)[0];
    if (worst === undefined) {
      const normal = the.hosts.find(({ report }) => report?.host?.lowPriority?.value === false);
      return normal?.report?.host?.lowPriority === undefined
        ? notEvaluated("host-dlv")
        : ruledOut(
            `The service on ${normal.label} runs at normal priority.`,
            `${normal.label} のサービスは通常の優先度で動作しています。`,
            normal.report.host.lowPriority.at,
          );
    }
    const { host, at, missed, clients } = worst;
    const isFelt = missed.length > 1;
    return seen({
      verdict: isFelt ? "likely" : "benign",
      severity: isFelt ? "warning" : "info",
      facts: { host: host.label, missed: missed.length, clients, isFelt },
      evidence: quotes(at, ...missed.map((place) => place)),
      affects: isFelt ? [host.label] : [],
      wants: isFelt ? ["client-events", "port-test"] : [],
    });
  },

  words: {
    en: {
      title: "The host's licensing service runs at low priority",
      why: ({ host, missed, clients, isFelt }) =>
        isFelt
          ? `The service on ${host} runs at low priority, and ${missed} tries of ${list(clients)} got no answer in time, while the same machines succeed at other times.`
          : `The service on ${host} runs at low priority; no harm of it is seen.`,
      about:
        "At low priority (`/cpri`) the host answers when the machine has nothing else to do. A busy domain controller or file server may then let clients wait until they give up; they try again two hours later and mostly succeed, so that it looks like an unsteady network.",
      remedy: {
        steps: ({ host, isFelt }, system) =>
          isFelt
            ? [
                `Set ${host} back to normal priority: \`${system === "muster" ? "muster spri" : "slmgr /spri"}\`.`,
                "If tries still get lost, see what else loads that machine.",
              ]
            : ["Nothing, as long as clients are answered."],
        cost: "",
        undo: (_, system) => `\`${system === "muster" ? "muster cpri" : "slmgr /cpri"}\``,
        verify: (_, system) =>
          `\`${system === "muster" ? "muster dlv --role host" : "slmgr /dlv"}\` on the host shows \`KMS priority: Normal\`, and no new 12288 on clients carry an error.`,
      },
    },
    ja: {
      title: "ホストのライセンス サービスが低い優先度で動作しています",
      why: ({ host, missed, clients, isFelt }) =>
        isFelt
          ? `${host} のサービスは低い優先度で動作しており、${list(clients)} の ${missed} 回の試行が時間内に応答を得られませんでした。同じマシンはほかの時刻には成功しています。`
          : `${host} のサービスは低い優先度で動作していますが、影響は見られません。`,
      about:
        "低い優先度 (`/cpri`) では、ホストはほかの処理がないときに応答します。負荷の高いドメイン コントローラーやファイル サーバーでは、クライアントが待ちきれずにあきらめることがあります。2 時間後の再試行ではほとんど成功するため、不安定なネットワークのように見えます。",
      remedy: {
        steps: ({ host, isFelt }, system) =>
          isFelt
            ? [
                `${host} を通常の優先度に戻します: \`${system === "muster" ? "muster spri" : "slmgr /spri"}\`。`,
                "それでも失敗が続く場合は、そのマシンの負荷の原因を調べます。",
              ]
            : ["クライアントに応答している限り、対処は不要です。"],
        cost: "",
        undo: (_, system) => `\`${system === "muster" ? "muster cpri" : "slmgr /cpri"}\``,
        verify: (_, system) =>
          `ホストの \`${system === "muster" ? "muster dlv --role host" : "slmgr /dlv"}\` で KMS の優先度が通常 (Normal) となり、クライアントの新しい 12288 にエラーがないことを確認します。`,
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster spri", "muster dlv --role host"]
      : ["cscript //nologo slmgr.vbs /spri", "cscript //nologo slmgr.vbs /dlv"],
});

/** Tries at a host that were in vain, of clients that it answers at other times. */
function missedBy(the: Case, host: Host): { missed: Place[]; clients: string[] } {
  const isAt = ({ host: name }: Exchange) => name !== "" && the.names.same(name, host.names);
  const sporadic = the.clients.flatMap(({ exchanges, label }) => {
    const own = exchanges.filter(isAt);
    const missed = own.filter(({ code, answer }) => NO_CONTACT.has(code) && answer === undefined);
    return missed.length > 0 && own.some(({ answer }) => answer !== undefined) ? [{ label, missed }] : [];
  });
  return {
    missed: sporadic.flatMap(({ missed }) => missed.map(({ at }) => at)),
    clients: sporadic.map(({ label }) => label),
  };
}
