import type { Case } from "../case/case.ts";
import { isHurt } from "../case/discovery.ts";
import { quotes } from "../case/places.ts";
import { otherPort, type Reach, reachesOf, triedAt } from "../case/reach.ts";
import { type Unreached, unreachedIn } from "../case/unreachable.ts";
import { defineCause, notEvaluated, ruledOut, seen, type Verdict } from "../cause.ts";
import { stillWanted } from "../present.ts";
import { day, hresult, list } from "../words.ts";

/** What answered a Muster client is no Muster host. */
const NOT_A_HOST = 0xc004f039;

/**
 * The signs: the port opens from the client, a connection stands, and the request still fails; the host meanwhile logs
 * others and nothing of this client. So something on the way takes the connection and keeps what is in it. Without the
 * host's log, whatever listens at that port may be at fault as well.
 */
export const middlebox = defineCause({
  id: "N03",
  name: "middlebox-breaks-rpc",
  link: "network",
  owner: "network",
  systems: ["kms", "muster"],
  links: [
    "https://github.com/MicrosoftDocs/azure-docs/issues/45703",
    "https://learn.microsoft.com/windows-server/get-started/kms-create-host",
  ],
  explains: ["N02", "N10", "N11", "N12", "C28", "C22"],
  lookalikes: [
    {
      id: "N02",
      test: {
        en: "Test the port from the client: a filter of packets keeps it closed, a device that looks inside opens it and then breaks the request.",
        ja: "クライアントからポートをテストします。パケット フィルターなら閉じたまま、内容を検査する機器なら開いた後で要求が失敗します。",
      },
    },
    {
      id: "A09",
      test: {
        en: "Is the device an Azure Firewall? Then its application rule is the cause, and the same cure applies.",
        ja: "その機器が Azure Firewall なら、アプリケーション規則が原因です。対処は同じです。",
      },
    },
    {
      id: "N13",
      test: {
        en: "Does a 12288 with the host's name follow each try? If none does, nothing left the client and its service is stuck.",
        ja: "試行のたびにホスト名入りの 12288 が記録されるかを調べます。記録がなければ要求は送られておらず、クライアントのサービスの問題です。",
      },
    },
    {
      id: "N06",
      test: {
        en: "Look at other clients: an overloaded host fails for all of them now and then, a device on the way for those behind it always.",
        ja: "ほかのクライアントを調べます。ホストの過負荷なら全員が時々失敗し、経路上の機器ならその先にいるものだけが常に失敗します。",
      },
    },
  ],

  judge(the) {
    const unreached = unreachedIn(the);
    const found = unreached
      .flatMap((each) => brokenWays(the, each))
      .toSorted((one, two) => ORDER.indexOf(one.verdict) - ORDER.indexOf(two.verdict));
    const [first] = found;
    if (first === undefined) {
      const answered = the.clients.flatMap(({ exchanges }) => exchanges).findLast(({ answer }) => answer);
      if (unreached.length === 0 && answered?.answer !== undefined) {
        return ruledOut(
          "Requests are answered, so nothing on the way breaks them.",
          "要求には応答が返っており、経路上で壊されてはいません。",
          answered.answer.at,
        );
      }
      const closed = unreached.flatMap((each) => reachesOf(the, each)).find((reach) => reach.closed);
      if (closed?.closed !== undefined) {
        return ruledOut(
          `The port does not open from ${closed.client.label}: no connection is taken.`,
          `${closed.client.label} からはポートが開かず、接続が成立していません。`,
          closed.closed,
        );
      }
      return notEvaluated("client-events", "port-test", "host-log");
    }
    const all = found.filter(({ each, verdict }) => each === first.each && verdict === first.verdict);
    const { each, verdict, reach } = first;
    const { host } = each;
    const hurt = each.hurt.map(({ label }) => label);
    const quiet = reach.neighbours.quiet;
    return seen({
      verdict,
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        clients: all.map(({ reach: { client } }) => client.label),
        host: host.label,
        target: triedAt(each),
        port: reach.tries[0]?.port || 1688,
        code: hresult(reach.tries.at(-1)?.code ?? 0),
        tries: reach.tries.length,
        isAbsent: reach.inLog === "absent",
        isForeign: isAnsweredByOthers(the, reach.tries),
        neighbours: [...new Set(quiet.map(({ name }) => name.split(".")[0] ?? name))],
        quietSince: quiet.length === 0 ? "" : day(Math.max(...quiet.map(({ last }) => last))),
      },
      evidence: quotes(
        ...all.flatMap(({ reach: { tries, connected, rejected } }) => [
          tries.at(-1)?.at,
          connected,
          rejected,
        ]),
        ...host.probes.filter(({ result }) => result === "open").map(({ at }) => at),
        reach.inLog === "absent" ? each.serves : undefined,
        ...quiet.slice(0, 1).map(({ newest }) => the.evidence.handled.place(newest)),
      ),
      affects: hurt,
      wants: verdict === "confirmed" ? [] : stillWanted(the, "host-log", "host-dlv"),
    });
  },

  words: {
    en: {
      title: "A device on the way accepts the connection and breaks the request",
      why: ({ clients, host, target, code, tries, isAbsent, isForeign, neighbours, quietSince }) =>
        `${list(clients)} can connect to ${target}, yet ${tries > 1 ? `${tries} requests in a row` : "the request"} ended with ${code}${isForeign ? ", since what answered is no host" : ""}${isAbsent ? `, and the log of ${host}, which serves others at the same time, has none of them` : ""}${neighbours.length > 0 ? `; its neighbours ${list(neighbours)} were last logged on ${quietSince}` : ""}.${isAbsent ? "" : " The host's log would show whether anything arrives."}`,
      about:
        "A firewall that looks into connections completes the handshake itself before it decides, so a port test says that all is well; the request inside is then held back, reset or answered by the device. An application rule, TLS inspection and intrusion prevention all do it. On the host nothing is logged, so that each side proves to the other that it is not at fault.",
      remedy: {
        steps: ({ port, target }, system) => [
          `Find the devices between the client and ${target}: firewall, proxy, intrusion prevention, at both ends of the line.`,
          `Let TCP ${port} to that host pass by a network rule (address and port), not by an application rule, and exempt it from inspection.`,
          `Capture packets on the host while a client asks (\`${system === "muster" ? `tcpdump port ${port}` : "pktmon"}\`): they show whether the request arrives.`,
          "Activate again.",
        ],
        cost: "",
        undo: () => "Take the network rule and the exemption back out.",
        verify: ({ host }, system) =>
          system === "muster"
            ? `\`muster ato\` succeeds, and \`muster events --role host\` on ${host} shows a 12290 of the client.`
            : `\`slmgr /ato\` succeeds, and the log of ${host} shows a 12290 of the client.`,
      },
    },
    ja: {
      title: "経路上の機器が接続を受け付け、要求を壊しています",
      why: ({ clients, host, target, code, tries, isAbsent, isForeign, neighbours, quietSince }) =>
        `${list(clients)} は ${target} に接続できますが、${tries > 1 ? `連続する ${tries} 件の要求` : "要求"}が ${code} で終わっています${isForeign ? " (応答したのはホストではありません)" : ""}${isAbsent ? `。${host} は同じ時期にほかのクライアントに応答していますが、そのログにこれらの要求はありません` : ""}${neighbours.length > 0 ? `。同じ拠点の ${list(neighbours)} も ${quietSince} を最後に記録がありません` : ""}。${isAbsent ? "" : "要求が届いているかどうかは、ホストのログで分かります。"}`,
      about:
        "通信の内容を検査するファイアウォールは、判断する前に自分で接続を確立するため、ポートのテストは成功します。その後、中の要求が止められたり、切断されたり、機器自身が応答したりします。アプリケーション規則、TLS 検査、侵入防止のいずれでも起こります。ホストには何も記録されないため、双方が「自分の側には問題がない」と示し合うことになります。",
      remedy: {
        steps: ({ port, target }, system) => [
          `クライアントと ${target} の間の機器 (両端のファイアウォール、プロキシ、侵入防止) を調べます。`,
          `そのホストへの TCP ${port} を、アプリケーション規則ではなくネットワーク規則 (アドレスとポート) で許可し、検査の対象から除外します。`,
          `クライアントが要求する間、ホストでパケットを採取します (\`${system === "muster" ? `tcpdump port ${port}` : "pktmon"}\`)。要求が届いているかどうかが分かります。`,
          "もう一度ライセンス認証を行います。",
        ],
        cost: "",
        undo: () => "追加したネットワーク規則と除外を取り消します。",
        verify: ({ host }, system) =>
          system === "muster"
            ? `\`muster ato\` が成功し、${host} の \`muster events --role host\` にそのクライアントの 12290 が現れることを確認します。`
            : `\`slmgr /ato\` が成功し、${host} のログにそのクライアントの 12290 が現れることを確認します。`,
      },
    },
  },

  commands: ({ target, port }, system) =>
    system === "muster"
      ? [`nc -vz ${target.replace(/:\d+$/, "")} ${port}`, `sudo tcpdump -n port ${port}`, "muster ato"]
      : [
          `Test-NetConnection ${target.replace(/:\d+$/, "")} -Port ${port}`,
          `pktmon filter add -p ${port}`,
          "pktmon start --capture",
          "cscript //nologo slmgr.vbs /ato",
        ],
});

const ORDER: readonly Verdict[] = ["confirmed", "likely", "possible"];

interface BrokenWay {
  readonly each: Unreached;
  readonly reach: Reach;
  readonly verdict: Verdict;
}

/** Of Microsoft's clients the same code only says that nobody answered. */
function isAnsweredByOthers({ system }: Case, tries: Reach["tries"]): boolean {
  return system === "muster" && tries.at(-1)?.code === NOT_A_HOST;
}

function brokenWays(the: Case, each: Unreached): BrokenWay[] {
  if (otherPort(each) !== undefined || each.heard !== undefined || !each.isLasting) return [];
  // There the device has a name of its own: A09.
  const isCloud =
    each.isProviders || the.evidence.statements.some(({ what }) => what.startsWith("azure-firewall-"));
  return reachesOf(the, each).flatMap((reach): BrokenWay[] => {
    const { connected, closed, rejected, inLog, tries } = reach;
    const isForeign = isAnsweredByOthers(the, tries);
    if (!isHurt(reach.client)) return [];
    if (inLog === "present" || (connected === undefined && !isForeign)) return [];
    // A port that opened and did not open: somebody mended or broke something between the tests.
    if (closed !== undefined) return [];
    const isRepeated = tries.length > 1 || rejected !== undefined || isForeign;
    const isProven = inLog === "absent" && each.serves !== undefined && tries.length > 1;
    const verdict = isCloud || !isRepeated ? "possible" : isProven ? "confirmed" : "likely";
    return [{ each, reach, verdict }];
  });
}
