import type { Case } from "../case/case.ts";
import { timeOf } from "../case/client.ts";
import { figuresOf, spanOf } from "../case/counting.ts";
import type { Host } from "../case/host.ts";
import { quotes } from "../case/places.ts";
import { defineCause, notEvaluated, ruledOut, seen } from "../cause.ts";
import { duration, minute } from "../words.ts";

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
/** So many times its longest pause before, a silence is none that the fleet's own rhythm explains. */
const LONGER = 3;
const EXPECTED = 20;

/**
 * The signs: the host's log of 12290 ends long before its other evidence does, though so many machines asked before that
 * requests were due in that time. It is what a stopped service, a closed port or a lost record leave behind on the host.
 */
export const hostIdle = defineCause({
  id: "H21",
  name: "host-idle",
  link: "host",
  owner: "host",
  systems: ["kms", "muster"],
  links: ["https://learn.microsoft.com/windows-server/get-started/activation-troubleshoot-kms-general"],
  explains: ["H13"],
  isConsequence: true,
  lookalikes: [
    {
      id: "H17",
      test: {
        en: "Look whether the log was exported before the other files: then it is only older than they are.",
        ja: "ログがほかのファイルより前にエクスポートされていないか確認します。その場合は、ログが古いだけです。",
      },
    },
    {
      id: "N05",
      test: {
        en: "Look whether the service runs; requests that stop for everyone at one time point to it.",
        ja: "サービスが動いているか確認します。全員の要求が同時に止まっていれば、その可能性があります。",
      },
    },
    {
      id: "D01",
      test: {
        en: "Look for the SRV record: without it only clients with a fixed host or a cached one still ask.",
        ja: "SRV レコードを確認します。なければ、ホストを固定またはキャッシュしたクライアントしか問い合わせません。",
      },
    },
  ],

  judge(the) {
    const logged = the.hosts.filter((host) => host.log !== undefined && spanOf(host) >= 7 * DAY);
    if (logged.length === 0) return notEvaluated("host-log");
    for (const host of logged) {
      const idle = idleOf(the, host);
      if (idle === undefined) continue;
      const failing = the.clients.filter(({ failing: tries }) =>
        tries.some(({ time, host: name }) => time > idle.last && the.hostNamed(name) === host),
      );
      return seen({
        verdict: failing.length > 0 || idle.hasFallen ? "likely" : "possible",
        severity: "warning",
        facts: {
          host: host.label,
          last: minute(idle.last),
          silent: idle.silent / MINUTE,
          expected: idle.expected,
        },
        evidence: quotes(
          the.evidence.handled.place(idle.row),
          ...failing.slice(0, 2).flatMap(({ failing: tries }) => tries.at(-1)?.at ?? []),
          figuresOf(host, "Windows")?.host.count?.at,
        ),
        affects: failing.map(({ label }) => label),
        wants: ["port-test", "srv", "service"],
      });
    }
    const [first] = logged;
    return ruledOut(
      `${first?.label} logged requests to the end, last at ${minute(first?.log?.last ?? Number.NaN)}.`,
      `${first?.label} は最後まで要求を記録しています (最後は ${minute(first?.log?.last ?? Number.NaN)})。`,
    );
  },

  words: {
    en: {
      title: "The host has received no requests for longer than its clients explain",
      why: ({ host, last, silent, expected }) =>
        `The last request that ${host} logged is of ${last}, ${duration(silent, "en")} before the end of its evidence; at the pace before, about ${expected} were due since.`,
      about:
        "Clients ask on their own every 7 days, so that a host is never silent for long. When requests stop, something between clients and host has broken: its service, its port, its record in DNS; or the clients have moved to another host. How serious it is depends on the number of clients.",
      remedy: {
        steps: (_, system) => [
          `From a client that is known to be good, ask the host: \`${system === "muster" ? "muster ato" : "slmgr /ato"}\`, and look whether a 12290 appears.`,
          "If none does, test the port, the service and the SRV record, in this order.",
        ],
        cost: "",
        undo: () => "Nothing to undo.",
        verify: () => "A new 12290 stands in the host's log.",
      },
    },
    ja: {
      title: "ホストに、通常では考えられない期間、要求が届いていません",
      why: ({ host, last, silent, expected }) =>
        `${host} が記録した最後の要求は ${last} で、ほかの証跡の終わりより ${duration(silent, "ja")}前です。それまでの頻度なら、その後に約 ${expected} 件あるはずです。`,
      about:
        "クライアントは 7 日ごとに自動で問い合わせるため、ホストに長い間要求が来ないことはありません。要求が止まったときは、サービス、ポート、DNS のレコードなど、クライアントとホストの間のどこかに問題があるか、クライアントが別のホストに移っています。深刻さはクライアントの台数によります。",
      remedy: {
        steps: (_, system) => [
          `正常なクライアントで \`${system === "muster" ? "muster ato" : "slmgr /ato"}\` を実行し、ホストに 12290 が記録されるか確認します。`,
          "記録されなければ、ポート、サービス、SRV レコードの順に確認します。",
        ],
        cost: "",
        undo: () => "元に戻すものはありません。",
        verify: () => "ホストのログに新しい 12290 が記録されることを確認します。",
      },
    },
  },

  commands: (_, system) =>
    system === "muster"
      ? ["muster host status", "muster events --role host --id 12290 --since 7d"]
      : ["sc query sppsvc", "cscript //nologo slmgr.vbs /ato"],
});

function idleOf(the: Case, host: Host) {
  const { log } = host;
  const figures = figuresOf(host, "Windows");
  if (log === undefined) return undefined;
  const own = host.names;
  // Only the host's own evidence tells that it was running, and where, when nobody asked.
  const others = the.evidence.logs
    .filter(
      ({ computer, origin }) => computer !== "" && origin !== log.origin && the.names.same(computer, own),
    )
    .map(({ last }) => last);
  const until = Math.max(
    ...[timeOf(figures?.trustedTime?.value), ...others].filter((time) => !Number.isNaN(time)),
  );
  const silent = until - log.last;
  const { pause, row, requests } = rhythmOf(the, host);
  const expected = Math.round((requests / spanOf(host)) * silent);
  if (!(silent > 3 * DAY) || silent < LONGER * pause || expected < EXPECTED || row === -1) return undefined;
  const count = figures?.host.count?.value;
  const cmids = host.population?.pools.find(({ name }) => name === "Windows")?.cmids.size ?? 0;
  return {
    last: log.last,
    silent,
    expected,
    row,
    hasFallen: count !== undefined && count < Math.min(cmids, 50),
  };
}

/** How long the longest pause between two requests was, and which row is the last. */
function rhythmOf({ evidence, names }: Case, host: Host) {
  const { table } = evidence.handled;
  const own = host.names;
  const isOwn = table.values("computer").map((name) => names.same(name, own));
  const [computers, times] = [table.column("computer"), table.column("time")];
  const rows: number[] = [];
  for (let row = 0; row < evidence.handled.length; row++) {
    if (isOwn[computers[row] ?? 0] && !Number.isNaN(times[row])) rows.push(row);
  }
  rows.sort((one, two) => (times[one] ?? 0) - (times[two] ?? 0));
  let pause = 0;
  for (let at = 1; at < rows.length; at++) {
    pause = Math.max(pause, (times[rows[at] ?? 0] ?? 0) - (times[rows[at - 1] ?? 0] ?? 0));
  }
  return { pause, row: rows.at(-1) ?? -1, requests: rows.length };
}
