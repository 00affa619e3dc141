import type { Case } from "../case/case.ts";
import { defineCause, notEvaluated, seen } from "../cause.ts";
import type { LogEvent } from "../evidence/model.ts";

/** What the validation of January 2019 answered to volume keys: of another kind. */
const VALIDATION = 0xc004c4a2;
const TOKEN = 3;
/** Could not be activated by a host: what a sealed image says of itself until it first succeeds. */
const NOT_YET = 0xc004f056;

/**
 * The signs: events that look like faults and are none: genuine tickets that could not be fetched (8200, 8208), activation
 * by token that was tried without tokens (12321), and 0xC004F056 of a fresh image that was activated right after.
 */
export const ticketNoise = defineCause({
  id: "C20",
  name: "genuine-ticket-noise",
  link: "client",
  owner: "nobody",
  systems: ["kms"],
  links: [
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/event-id-8208-8200-900",
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/rebuild-tokens-dotdat-file",
  ],
  explains: [],
  lookalikes: [
    {
      id: "C19",
      test: {
        en: "0xC004C4A2 in 8208, or 8209 on a machine that is not licensed, is a state and no noise.",
        ja: "8208 の 0xC004C4A2、またはライセンスされていないマシンの 8209 は、無視できない状態です。",
      },
    },
    {
      id: "H15",
      test: {
        en: "On a host that is not activated, 0x80072EE7 from `/ato` counts: the host itself needs the way to Microsoft.",
        ja: "認証されていないホストの `/ato` で出る 0x80072EE7 は無視できません。ホスト自身には Microsoft への経路が必要です。",
      },
    },
  ],

  judge(the) {
    const { events } = the.evidence;
    const tickets = events.filter(
      ({ id, codes }) => (id === 8200 || id === 8208) && !codes.includes(VALIDATION),
    );
    const usesTokens = the.clients.some(({ report }) => report?.activationType?.value === TOKEN);
    const tokens = usesTokens ? [] : events.filter(({ id }) => id === 12321);
    const fresh = freshIn(the);
    const all = [...tickets, ...tokens, ...fresh];
    if (all.length === 0) return notEvaluated("client-events");
    return seen({
      verdict: "benign",
      severity: "info",
      facts: { tickets: tickets.length, tokens: tokens.length, fresh: fresh.length },
      evidence: [tickets, tokens, fresh].flatMap((each) => each.slice(-2).map(({ at }) => at)),
      affects: [],
    });
  },

  words: {
    en: {
      title: "Events that look like faults of activation and are none",
      why: ({ tickets, tokens, fresh }) =>
        [
          ...(tickets > 0
            ? [
                `${tickets} × 8200 or 8208: a genuine ticket could not be fetched from the internet, which a volume licence does not need.`,
              ]
            : []),
          ...(tokens > 0
            ? [`${tokens} × 12321: activation by token was tried, and there are no tokens.`]
            : []),
          ...(fresh > 0 ? [`${fresh} × 0xC004F056 before the first activation, which followed.`] : []),
        ].join(" "),
      about:
        "Windows logs a good deal that reads like an error. 8200 and 8208 say that a ticket of Microsoft's validation was not fetched, mostly because the machine has no way to the internet (0x80072EE7): their presence does not mean that anything is wrong with the licence. 12321 (0xC004F011) is the attempt to activate by smart card. A fresh image says 0xC004F056 until its first success, and 1003 lists 0xC004F014 for every edition that is not installed.",
      remedy: {
        steps: () => [
          "Nothing. Take these events out of the monitoring; watch 12288, 12289 and the minutes left instead.",
        ],
        cost: "",
        undo: () => "",
        verify: () => "`slmgr /dlv` shows License Status: Licensed.",
      },
    },
    ja: {
      title: "ライセンス認証の障害のように見えて、実際には問題のないイベントです",
      why: ({ tickets, tokens, fresh }) =>
        [
          ...(tickets > 0
            ? [
                `8200 と 8208 が ${tickets} 件: インターネットから正規品のチケットを取得できなかった記録で、ボリューム ライセンスには不要です。`,
              ]
            : []),
          ...(tokens > 0
            ? [`12321 が ${tokens} 件: トークンがないのにトークンによる認証が試みられた記録です。`]
            : []),
          ...(fresh > 0 ? [`最初の認証前の 0xC004F056 が ${fresh} 件: その後に認証されています。`] : []),
        ].join(""),
      about:
        "Windows は、エラーのように見えるイベントを数多く記録します。8200 と 8208 は Microsoft の検証用チケットを取得できなかったことを示し、多くはインターネットに接続できないためです (0x80072EE7)。ライセンスに問題があるという意味ではありません。12321 (0xC004F011) はスマート カードによる認証の試行です。展開直後のイメージは最初に成功するまで 0xC004F056 を記録し、1003 はインストールされていないエディションごとに 0xC004F014 を並べます。",
      remedy: {
        steps: () => [
          "対処は不要です。監視からこれらのイベントを外し、代わりに 12288、12289、残り時間を監視します。",
        ],
        cost: "",
        undo: () => "",
        verify: () => "`slmgr /dlv` がライセンス済みであることを確認します。",
      },
    },
  },

  commands: () => [],
});

/** States of a fresh image that an activation followed. */
function freshIn({ evidence, clients }: Case): LogEvent[] {
  return evidence.events.filter(({ id, codes, time, computer }) => {
    if (id !== 8230 || !codes.includes(NOT_YET)) return false;
    const label = evidence.machineNamed(computer)?.label;
    return clients.some((client) => client.label === label && (client.lastSuccess?.time ?? -Infinity) > time);
  });
}
