import { failureCode } from "../case/client.ts";
import { ALLOWED_SKEW, skewsOf } from "../case/skew.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { duration, list } from "../words.ts";

const CLOCK_SKEW = 0xc004f06c;
const HOUR = 60 * 60_000;
const MINUTE = 60_000;

/**
 * The signs: a client whose times differ from the host's by whole hours, or whose log is in another time zone, and that is
 * served all the same; or clocks that were compared because they look wrong and agree in UTC. No fault.
 */
export const wrongTimeZone = defineCause({
  id: "C13",
  name: "wrong-time-zone-only",
  link: "client",
  owner: "nobody",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-activation-error-codes",
  ],
  explains: [],
  lookalikes: [
    {
      id: "C12",
      test: {
        en: "Compare UTC: only a difference of more than 4 hours in UTC is refused, with 0xC004F06C.",
        ja: "UTC で比べます。拒否されるのは UTC で 4 時間を超える差だけで、そのコードは 0xC004F06C です。",
      },
    },
  ],

  judge(the) {
    const refused = the.clients.find(({ failing, askers }) =>
      failing.length > 0
        ? failing.some((each) => failureCode(each) === CLOCK_SKEW)
        : askers.some(({ code }) => code === CLOCK_SKEW),
    );
    if (refused !== undefined) {
      return ruledOut(
        `${refused.label} was refused for its time, which is compared in UTC.`,
        `${refused.label} は時刻のために拒否されています。比較は UTC で行われます。`,
        refused.failure?.at,
      );
    }
    const shifted = skewsOf(the.evidence).filter(({ behind, row }) => {
      const hours = Math.round(behind / HOUR);
      const isServed = the.evidence.handled.row(row).code === 0;
      return isServed && hours !== 0 && Math.abs(behind - hours * HOUR) <= 3 * MINUTE;
    });
    const zones = zonesOf(the.evidence.logs);
    const measured = the.evidence.clocks.find(
      ({ ahead }) => ahead !== undefined && Math.abs(ahead) <= ALLOWED_SKEW,
    );
    const [first] = shifted;
    if (first === undefined && (zones === undefined || measured === undefined)) return notEvaluated("clock");
    return seen({
      verdict: "benign",
      severity: "info",
      facts: {
        machines: shifted.map(({ name }) => name),
        minutes: first === undefined ? (zones?.apart ?? 0) : Math.round(first.behind / HOUR) * 60,
      },
      evidence: [
        ...shifted.map(({ row }) => the.evidence.handled.place(row)),
        ...(measured === undefined ? [] : [measured.at]),
      ].slice(0, 8),
      affects: [],
    });
  },

  words: {
    en: {
      title: "Local times differ, which has no effect on activation",
      why: ({ machines, minutes }) =>
        machines.length > 0
          ? `${list(machines)}: times are ${duration(minutes, "en")} from those of the other machines, a whole number of hours, and the host serves them all the same.`
          : `The logs are ${duration(minutes, "en")} apart in their time zones, while the clocks agree in UTC.`,
      about:
        "Host and client compare UTC. A wrong time zone, or summer time that one of them keeps and the other does not, moves the clock on the taskbar by whole hours and leaves UTC as it is. Only a clock that is really wrong, by more than 4 hours, is refused.",
      remedy: {
        steps: () => ["Nothing for activation. Set the time zone right for the people who work there."],
        cost: "",
        undo: () => "",
        verify: () => "Both machines show the same UTC within minutes.",
      },
    },
    ja: {
      title: "ローカル時刻が異なりますが、ライセンス認証には影響しません",
      why: ({ machines, minutes }) =>
        machines.length > 0
          ? `${list(machines)}: ほかのマシンと時刻が ${duration(minutes, "ja")} (時間単位) 異なりますが、ホストは正常に応答しています。`
          : `ログのタイム ゾーンには ${duration(minutes, "ja")}の差がありますが、時計は UTC で一致しています。`,
      about:
        "ホストとクライアントは UTC を比較します。タイム ゾーンの誤りや、片方だけが夏時間を使っている場合は、タスク バーの時刻が時間単位でずれるだけで、UTC は変わりません。拒否されるのは、時計そのものが 4 時間を超えてずれている場合だけです。",
      remedy: {
        steps: () => [
          "ライセンス認証のための対処は不要です。利用者のためにタイム ゾーンを正しく設定します。",
        ],
        cost: "",
        undo: () => "",
        verify: () => "両方のマシンの UTC が数分以内で一致することを確認します。",
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["date -u"]
      : ["tzutil /g", "w32tm /stripchart /computer:HOST /samples:3 /dataonly"],
});

/** How far apart the time zones of the logs are, in minutes; undefined when they are one, or are not known. */
function zonesOf(logs: readonly { readonly zone: "utc" | "open" | number }[]): { apart: number } | undefined {
  const zones = logs.flatMap(({ zone }) => (typeof zone === "number" ? [zone] : []));
  const apart = Math.max(...zones) - Math.min(...zones);
  return zones.length > 1 && apart >= 60 ? { apart } : undefined;
}
