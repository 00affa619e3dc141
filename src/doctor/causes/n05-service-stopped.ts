import type { Case } from "../case/case.ts";
import {
  firewallRules,
  neverServed,
  otherPort,
  placesOf,
  serviceOn,
  severityOf,
  triedAt,
} from "../case/reach.ts";
import { suspects, type Unreached, unreachedIn } from "../case/unreachable.ts";
import { defineCause, notEvaluated, ruledOut, seen, type Verdict } from "../cause.ts";
import type { Place } from "../evidence/place.ts";
import { stillWanted } from "../present.ts";
import { list, minute } from "../words.ts";

const STOPPED = 903;
/** The service starts, has started, has stopped. */
const SERVICE_EVENTS: ReadonlySet<number> = new Set([900, 902, STOPPED]);
/** `slmgr` on the host itself: the service is disabled, not started, or does not start. */
const SERVICE_ERRORS: ReadonlySet<number> = new Set([0x80070422, 0x80070426, 0x80080005]);

/**
 * The signs: from one hour on nobody is served any more, and connections are refused at once: the machine is there and
 * nothing listens. On a client the licensing service stops by itself when it has nothing to do; on a host it must run.
 */
export const serviceStopped = defineCause({
  id: "N05",
  name: "service-stopped-on-host",
  link: "host",
  owner: "host",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/error-0xc004f074-activate-windows",
  ],
  explains: ["N10", "N11", "C28", "C22"],
  lookalikes: [
    {
      id: "N01",
      test: {
        en: "A firewall lets the try time out; a machine on which nothing listens refuses at once.",
        ja: "ファイアウォールならタイムアウトになり、待ち受けがないマシンなら即座に拒否されます。",
      },
    },
    {
      id: "D02",
      test: {
        en: "Is that machine still meant to be a host? A server that gave up the role refuses as well, and then the record is stale.",
        ja: "そのマシンが今もホストの役割を持つかを確認します。役割を終えたサーバーも拒否しますが、その場合は古いレコードです。",
      },
    },
    {
      id: "D07",
      test: {
        en: "Compare the port that was tried with the one that the host prints: on a wrong port a running host refuses too.",
        ja: "試したポートとホストが表示するポートを比べます。ポートが違えば、動作中のホストでも拒否されます。",
      },
    },
  ],

  judge(the) {
    const unreached = unreachedIn(the);
    const found = unreached
      .flatMap((each) => {
        const fault = faultOf(the, each);
        return fault === undefined ? [] : [{ each, ...fault }];
      })
      .toSorted((one, two) => ORDER.indexOf(one.verdict) - ORDER.indexOf(two.verdict));
    const [first] = found;
    if (first === undefined) {
      const open = unreached.find(({ serves }) => serves !== undefined);
      const served = the.clients.flatMap(({ exchanges }) => exchanges).find(({ answer }) => answer);
      const at = open?.serves ?? served?.answer?.at;
      if (at !== undefined && unreached.every(({ serves, heard }) => serves ?? heard)) {
        return ruledOut(
          "The host's service runs: it answers clients.",
          "ホストのサービスは動作しており、クライアントに応答しています。",
          at,
        );
      }
      return notEvaluated("port-test", "service", "host-log");
    }
    const { each, verdict, proof } = first;
    return seen({
      verdict,
      severity: severityOf(the, each),
      facts: {
        host: each.host.label,
        target: triedAt(each),
        clients: each.clients.map(({ label }) => label),
        since: minute(each.since),
        state: proof?.state ?? "",
        isRefused: each.manner === "refused",
        lastServed: each.host.log === undefined ? "" : minute(each.host.log.last),
      },
      evidence: [...(proof ? [proof.at] : []), ...placesOf(each)].slice(0, 8),
      affects: each.hurt.map(({ label }) => label),
      wants:
        verdict === "confirmed"
          ? []
          : stillWanted(the, "client-events", "port-test", "service", "host-log", "host-dlv"),
    });
  },

  words: {
    en: {
      title: "The licensing service of the host does not run",
      why: ({ host, target, clients, since, state, isRefused, lastServed }) =>
        `${state === "" ? `${target} ${isRefused ? "refuses connections at once, so the machine is there and nothing listens" : "answers nobody"}` : `On ${host} the licensing service is ${state}`}${clients.length > 0 ? `; ${list(clients)} asked in vain${since === "" ? "" : ` since ${since} UTC`}` : ""}${lastServed === "" ? "" : `; the last request in its log is of ${lastServed} UTC`}.${state !== "" || isRefused ? "" : " A closed firewall or a machine that is gone looks the same from here."}`,
      about:
        "On a host the licensing service has to run all the time. When it is stopped or disabled, by a hardening script, a clean-up of services or an update that was not finished, all clients begin to fail from the same hour on, each at its next try. Connections are then refused at once, which tells it from a firewall. On clients a stopped licensing service is normal: it starts when it is needed.",
      remedy: {
        steps: ({ host }, system) =>
          system === "muster"
            ? [
                `On ${host}, see what the host says: \`muster host status\`.`,
                "Start it again, and read its own log for why it ended.",
                "Let the system start it at boot and after a failure.",
              ]
            : [
                `On ${host}, set the service to start automatically (delayed) and start it.`,
                "Find what stopped or disabled it: the System log, group policy, hardening scripts.",
                "Activate one client; the others follow by themselves within two hours.",
              ],
        cost: "",
        undo: () => "Stop the service again.",
        verify: ({ target }, system) =>
          system === "muster"
            ? "`muster host status` says that it runs, and `muster ato` on a client succeeds."
            : `\`sc query sppsvc\` shows RUNNING, a port test to ${target} succeeds, and new 12290 appear in the host's log.`,
      },
    },
    ja: {
      title: "ホストのライセンス サービスが動作していません",
      why: ({ host, target, clients, since, state, isRefused, lastServed }) =>
        `${state === "" ? `${target} は${isRefused ? "接続を即座に拒否しており、マシンは存在しますが待ち受けがありません" : "誰にも応答していません"}` : `${host} のライセンス サービスの状態は ${state} です`}${clients.length > 0 ? `。${list(clients)} は${since === "" ? "" : ` ${since} (UTC) から`}応答を得られていません` : ""}${lastServed === "" ? "" : `。ホストのログの最後の要求は ${lastServed} (UTC) です`}。${state !== "" || isRefused ? "" : "ファイアウォールやマシンの撤去でも、ここからは同じに見えます。"}`,
      about:
        "ホストでは、ライセンス サービスが常に動作している必要があります。セキュリティ強化のスクリプト、サービスの整理、完了していない更新などで停止または無効になると、同じ時刻以降、すべてのクライアントが次の試行から失敗し始めます。接続が即座に拒否される点がファイアウォールと異なります。なお、クライアントではこのサービスが停止しているのは正常で、必要なときに開始されます。",
      remedy: {
        steps: ({ host }, system) =>
          system === "muster"
            ? [
                `${host} 上で \`muster host status\` を実行し、状態を確認します。`,
                "ホストを再び起動し、終了した理由をそのログで調べます。",
                "システムの起動時と障害後に自動で起動するよう設定します。",
              ]
            : [
                `${host} 上でサービスを自動 (遅延開始) に設定し、開始します。`,
                "停止または無効にした原因を、システム ログ、グループ ポリシー、強化スクリプトから探します。",
                "クライアント 1 台でライセンス認証を行います。残りは 2 時間以内に自動的に認証されます。",
              ],
        cost: "",
        undo: () => "サービスを再び停止します。",
        verify: ({ target }, system) =>
          system === "muster"
            ? "`muster host status` が動作中と表示し、クライアントで `muster ato` が成功することを確認します。"
            : `\`sc query sppsvc\` が RUNNING となり、${target} へのポートのテストが成功し、ホストのログに新しい 12290 が現れることを確認します。`,
      },
    },
  },

  commands: ({ host }, system) =>
    system === "muster"
      ? ["muster host status", "muster host run"]
      : [
          `sc \\\\${host} query sppsvc`,
          "sc config sppsvc start= delayed-auto",
          "net start sppsvc",
          "cscript //nologo slmgr.vbs /dlv",
        ],
});

const ORDER: readonly Verdict[] = ["confirmed", "likely", "possible"];

interface Stopped {
  readonly verdict: Verdict;
  readonly proof?: { readonly state: string; readonly at: Place };
}

function faultOf(the: Case, each: Unreached): Stopped | undefined {
  const { host, isLasting, serves, heard } = each;
  if (otherPort(each) !== undefined) return undefined;
  const service = serviceOn(the, host) ?? refusedToStart(the, each);
  if (service?.state === "running") return undefined;
  const isDown = service !== undefined && /stop|disabled|paused|^not/.test(service.state);
  if (isDown && isLasting && serves === undefined && heard === undefined) {
    return { verdict: "confirmed", proof: service };
  }
  const shut = firewallRules(the, host, each.tries[0]?.port || 1688, true).some(
    ({ isOutbound, isEnabled }) => !isOutbound && !isEnabled,
  );
  if (shut && each.manner !== "refused") return undefined;
  const verdict = suspects(each).N05;
  if (verdict === undefined) return undefined;
  const ended = endedAt(the, each);
  if (ended !== undefined) {
    return { verdict: each.manner === "refused" ? "confirmed" : "likely", proof: ended };
  }
  return {
    verdict: verdict === "likely" && neverServed(each) && each.manner !== "refused" ? "possible" : verdict,
  };
}

/** The last word of the host's service in its own log: 903, it has stopped. */
function endedAt({ evidence }: Case, { host, since }: Unreached): { state: string; at: Place } | undefined {
  const own = evidence.events.filter(
    ({ id, computer }) => SERVICE_EVENTS.has(id) && host.machine?.names.includes(computer),
  );
  const newest = own.toSorted((one, two) => one.time - two.time).at(-1);
  const isBefore = newest !== undefined && !(newest.time > since);
  return newest?.id === STOPPED && isBefore
    ? { state: `stopped since ${minute(newest.time)} UTC`, at: newest.at }
    : undefined;
}

/** `slmgr` on the host says that its service is disabled or does not start. */
function refusedToStart({ evidence }: Case, { host }: Unreached): { state: string; at: Place } | undefined {
  const error = evidence.statements.find(
    ({ what, value, origin }) =>
      what === "slmgr-error" &&
      SERVICE_ERRORS.has(Number(value)) &&
      evidence.machineOf(origin) !== undefined &&
      evidence.machineOf(origin) === host.machine,
  );
  return error && { state: `not started (${error.value})`, at: error.at };
}
