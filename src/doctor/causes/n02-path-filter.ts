import { type Blocked, blockedIn } from "../case/blocked.ts";
import { quotes } from "../case/places.ts";
import { triedAt } from "../case/reach.ts";
import { defineCause, notEvaluated, ruledOut, seen, type Verdict } from "../cause.ts";
import { stillWanted } from "../present.ts";
import { hresult, list } from "../words.ts";

/**
 * The signs: the host serves others, and one client or one site gets no answer and no connection. Whether the host logged
 * its request tells the direction: logged, the reply is lost; not logged, the request is.
 */
export const pathFilter = defineCause({
  id: "N02",
  name: "path-filter",
  link: "network",
  owner: "network",
  systems: ["kms", "muster"],
  links: [
    "https://learn.microsoft.com/windows-server/get-started/activation-troubleshoot-kms-issues",
    "https://learn.microsoft.com/windows-server/get-started/activation-troubleshoot-kms-general",
  ],
  explains: ["N10", "N11", "C28", "C22"],
  lookalikes: [
    {
      id: "N03",
      test: {
        en: "Test the port from the client: if it opens and the request still fails, something looks inside the connection.",
        ja: "クライアントからポートをテストします。開くのに要求が失敗するなら、通信の内容を検査する機器があります。",
      },
    },
    {
      id: "N07",
      test: {
        en: "Try from a neighbour in the same subnet: if that works, the client's own firewall is in the way.",
        ja: "同じサブネットの別のマシンから試します。成功するなら、クライアント自身のファイアウォールが原因です。",
      },
    },
    {
      id: "N01",
      test: {
        en: "Does anybody reach the host? If nobody does, or its rule admits the local subnet only, its own firewall is shut.",
        ja: "ホストに到達できるものがいるかを調べます。誰もいない場合や、規則がローカル サブネットに限られる場合は、ホスト自身のファイアウォールです。",
      },
    },
    {
      id: "N12",
      test: {
        en: "Is the machine in the network at all? At home or on the road no way leads to the host, and no filter is at fault.",
        ja: "マシンが社内ネットワークにあるかを確認します。自宅や外出先ではホストへの経路がなく、フィルターの問題ではありません。",
      },
    },
  ],

  judge(the) {
    const found = blockedIn(the)
      .filter(({ verdicts }) => verdicts.N02 !== undefined)
      .toSorted((one, two) => rank(one) - rank(two));
    const [first] = found;
    if (first?.verdicts.N02 === undefined) {
      const answered = the.clients.flatMap(({ exchanges }) => exchanges).findLast(({ answer }) => answer);
      const isWell = the.clients.every(({ failure }) => failure === undefined);
      return isWell && answered?.answer !== undefined
        ? ruledOut(
            "Requests reach the host and its answers come back.",
            "要求はホストに届き、応答も戻っています。",
            answered.answer.at,
          )
        : notEvaluated("client-events", "host-log", "port-test");
    }
    const same = found.filter(
      ({ each, verdicts }) => each === first.each && verdicts.N02 === first.verdicts.N02,
    );
    const labels = new Set(same.map(({ reach: { client } }) => client.label));
    const hurt = first.each.hurt.filter(({ label }) => labels.has(label)).map(({ label }) => label);
    const { neighbours } = first.reach;
    return seen({
      verdict: first.verdicts.N02,
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        clients: [...labels],
        host: first.each.host.label,
        target: triedAt(first.each),
        port: first.reach.tries[0]?.port || 1688,
        lost: first.lost,
        tries: first.reach.tries.length,
        code: hresult(first.reach.tries.at(-1)?.code ?? 0),
        isClosed: first.reach.closed !== undefined,
        site: neighbours.quiet.length > 0 ? neighbours.site : "",
      },
      evidence: quotes(
        ...same.flatMap(({ reach: { tries } }) => {
          const newest = tries.at(-1);
          return [newest?.at, newest?.handled?.at];
        }),
        ...same.map(({ reach: { closed } }) => closed),
        first.lost === "reply" ? undefined : first.each.serves,
        ...neighbours.quiet.slice(0, 1).map(({ newest }) => the.evidence.handled.place(newest)),
      ),
      affects: hurt,
      wants:
        first.verdicts.N02 === "confirmed"
          ? ["routes"]
          : stillWanted(the, "host-log", "port-test", "routes", "ipconfig"),
    });
  },

  words: {
    en: {
      title: "A filter on the way keeps requests or answers from passing",
      why: ({ clients, host, target, lost, tries, code, isClosed, site }) =>
        lost === "reply"
          ? `${host} logged the ${tries > 1 ? "requests" : "request"} of ${list(clients)} (12290), and the client got no answer (${code}): the answer is lost on its way back.`
          : `${host} serves others, while ${list(clients)} ${clients.length > 1 ? "get" : "gets"} no answer from ${target} (${code}${tries > 1 ? `, ${tries} times` : ""})${isClosed ? ", and the port does not open from there" : ""}${lost === "request" ? `; the host's log has none of these requests, so they are lost on their way there` : ""}${site === "" ? "" : `. Other machines of ${site} are missing from the log too`}.`,
      about:
        "Between client and host stand routers, access lists and security groups. One that does not let TCP 1688 pass, or lets requests pass and not the answers, cuts off whoever is behind it and nobody else. Whether the host logged the request (12290) tells which direction is closed, and with it whose rules to read. Only TCP 1688 to the host is needed; port 135 and UDP are not.",
      remedy: {
        steps: ({ lost, port, host }) => [
          lost === "reply"
            ? `Look at the way back from ${host} to the client: a rule without state, or an asymmetric route past the firewall that saw the request.`
            : `Find where packets to ${host}, TCP ${port}, end: trace the route, then read the rules of the device after the last answer.`,
          `Allow TCP ${port} from the clients' networks to the host, with state, so that answers pass as well.`,
          "Activate again.",
        ],
        cost: "",
        undo: () => "Take the rule back out.",
        verify: ({ host, port }, system) =>
          system === "muster"
            ? `\`nc -vz ${host} ${port}\` succeeds from the client, and \`muster ato\` too.`
            : `\`Test-NetConnection ${host} -Port ${port}\` is True from the client, and \`slmgr /ato\` succeeds.`,
      },
    },
    ja: {
      title: "経路上のフィルターが、要求または応答を通していません",
      why: ({ clients, host, target, lost, tries, code, isClosed, site }) =>
        lost === "reply"
          ? `${host} は ${list(clients)} の要求を記録していますが (12290)、クライアントは応答を受け取っていません (${code})。応答が戻りの経路で失われています。`
          : `${host} は同じ時期にほかのクライアントに応答していますが、${list(clients)} は ${target} から応答を得られていません (${code}${tries > 1 ? `、${tries} 回` : ""})${isClosed ? "。そこからはポートも開きません" : ""}${lost === "request" ? "。ホストのログにこれらの要求はなく、行きの経路で失われています" : ""}${site === "" ? "" : `。${site} のほかのマシンもログから消えています`}。`,
      about:
        "クライアントとホストの間には、ルーター、アクセス リスト、セキュリティ グループがあります。TCP 1688 を通さない、または要求は通しても応答を通さない機器があると、その先にいるクライアントだけが影響を受けます。ホストが要求を記録したか (12290) どうかで、閉じている方向と、確認すべき規則の担当が分かります。必要なのはホストへの TCP 1688 だけで、ポート 135 や UDP は不要です。",
      remedy: {
        steps: ({ lost, port, host }) => [
          lost === "reply"
            ? `${host} からクライアントへの戻りの経路を調べます。ステートレスな規則や、要求を通したファイアウォールを経由しない非対称な経路がないか確認します。`
            : `${host} の TCP ${port} 宛てのパケットがどこで止まるかを調べます。経路を追跡し、最後に応答した機器の次の機器の規則を確認します。`,
          `クライアントのネットワークからホストへの TCP ${port} を、応答も通るようステートフルに許可します。`,
          "もう一度ライセンス認証を行います。",
        ],
        cost: "",
        undo: () => "追加した規則を取り消します。",
        verify: ({ host, port }, system) =>
          system === "muster"
            ? `クライアントから \`nc -vz ${host} ${port}\` と \`muster ato\` が成功することを確認します。`
            : `クライアントから \`Test-NetConnection ${host} -Port ${port}\` が True になり、\`slmgr /ato\` が成功することを確認します。`,
      },
    },
  },

  commands: ({ host, port }, system) =>
    system === "muster"
      ? [`nc -vz ${host} ${port}`, `traceroute -T -p ${port} ${host}`, "muster ato"]
      : [
          `Test-NetConnection ${host} -Port ${port} -InformationLevel Detailed`,
          `tracert -d ${host}`,
          "cscript //nologo slmgr.vbs /ato",
        ],
});

const ORDER: readonly Verdict[] = ["confirmed", "likely", "possible"];

function rank({ verdicts }: Blocked): number {
  return ORDER.indexOf(verdicts.N02 ?? "possible");
}
