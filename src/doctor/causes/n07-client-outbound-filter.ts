import { type Blocked, blockedIn } from "../case/blocked.ts";
import { quotes } from "../case/places.ts";
import { triedAt } from "../case/reach.ts";
import { defineCause, notEvaluated, ruledOut, seen, type Verdict } from "../cause.ts";
import { stillWanted } from "../present.ts";
import { hresult, list } from "../words.ts";

/**
 * The signs: one client, or those of one policy, reach no host, while neighbours in the same place do. Windows' firewall
 * lets everything out unless it was locked down; then activation needs a rule of its own.
 */
export const clientOutbound = defineCause({
  id: "N07",
  name: "client-outbound-filter",
  link: "client",
  owner: "client",
  systems: ["kms", "muster"],
  links: ["https://github.com/MicrosoftDocs/azure-docs/issues/33524"],
  explains: ["N10", "N11", "C28", "C22"],
  lookalikes: [
    {
      id: "N02",
      test: {
        en: "Try from a neighbour in the same subnet: if that fails too, the filter is on the way and not on the client.",
        ja: "同じサブネットの別のマシンから試します。それも失敗するなら、フィルターはクライアントではなく経路上にあります。",
      },
    },
    {
      id: "D12",
      test: {
        en: "Compare whom the two machines ask: a registered host name differs from client to client as well.",
        ja: "2 台の問い合わせ先を比べます。固定されたホスト名も、クライアントごとに異なります。",
      },
    },
  ],

  judge(the) {
    const found = blockedIn(the)
      .filter(({ verdicts }) => verdicts.N07 !== undefined)
      .toSorted((one, two) => rank(one) - rank(two));
    const [first] = found;
    if (first?.verdicts.N07 === undefined) {
      const answered = the.clients.flatMap(({ exchanges }) => exchanges).findLast(({ answer }) => answer);
      const isWell = the.clients.every(({ failure }) => failure === undefined);
      return isWell && answered?.answer !== undefined
        ? ruledOut(
            "Requests leave the client and are answered.",
            "要求はクライアントから送られ、応答も返っています。",
            answered.answer.at,
          )
        : notEvaluated("client-events", "port-test", "host-log");
    }
    const same = found.filter(({ verdicts }) => verdicts.N07 === first.verdicts.N07);
    const labels = new Set(same.map(({ reach: { client } }) => client.label));
    const hurt = first.each.hurt.filter(({ label }) => labels.has(label)).map(({ label }) => label);
    const served = first.reach.neighbours.served;
    return seen({
      verdict: first.verdicts.N07,
      severity: hurt.length > 0 ? "error" : "warning",
      facts: {
        clients: [...labels],
        host: first.each.host.label,
        target: triedAt(first.each),
        port: first.reach.tries[0]?.port || 1688,
        code: hresult(first.reach.tries.at(-1)?.code ?? 0),
        rule: first.rule?.name ?? "",
        neighbours: [...new Set(served.map(({ name }) => name.split(".")[0] ?? name))],
      },
      evidence: quotes(
        ...same.map(({ rule }) => rule?.at),
        ...same.flatMap(({ reach: { tries, closed, openBeside } }) => [tries.at(-1)?.at, closed, openBeside]),
        ...served.slice(0, 2).map(({ newest }) => the.evidence.handled.place(newest)),
        first.each.serves,
      ),
      affects: hurt,
      wants: first.verdicts.N07 === "confirmed" ? [] : stillWanted(the, "port-test", "client-firewall"),
    });
  },

  words: {
    en: {
      title: "The client's own firewall does not let its request out",
      why: ({ clients, target, host, code, rule, neighbours }) =>
        `${list(clients)} ${clients.length > 1 ? "get" : "gets"} no answer from ${target} (${code})${rule !== "" ? `, and its firewall rule ${rule} blocks that way` : neighbours.length > 0 ? `, while its neighbours ${list(neighbours)} are served by the same host` : `, while ${host} serves others`}.`,
      about:
        "A locked-down firewall on the client blocks outgoing connections that no rule allows, and the licensing service is easily forgotten. All machines of one policy are affected and nobody else, so the host is blamed last and the policy last of all.",
      remedy: {
        steps: ({ port }, system) => [
          system === "muster"
            ? "Look at the firewall of the client, and at what sets it."
            : "Look at the client's outbound rules and default, and at the group policy that sets them.",
          `Allow TCP ${port} to the host, for the licensing service${system === "muster" ? "" : " (sppsvc; where rules are made by service, one for WinMgmt may be needed as well)"}.`,
          "Activate again.",
        ],
        cost: "",
        undo: () => "Remove the rule again.",
        verify: ({ host, port }, system) =>
          system === "muster"
            ? `\`nc -vz ${host} ${port}\` and \`muster ato\` succeed on the client.`
            : `\`slmgr /ato\` succeeds on the client, and the host's log shows its 12290.`,
      },
    },
    ja: {
      title: "クライアント自身のファイアウォールが要求を送り出していません",
      why: ({ clients, target, host, code, rule, neighbours }) =>
        `${list(clients)} は ${target} から応答を得られていません (${code})${rule !== "" ? `。クライアントのファイアウォールの規則 ${rule} がこの通信をブロックしています` : neighbours.length > 0 ? `。一方、同じ拠点の ${list(neighbours)} には同じホストが応答しています` : `。一方、${host} はほかのクライアントに応答しています`}。`,
      about:
        "送信を制限したクライアントのファイアウォールは、規則で許可されていない送信接続をブロックします。ライセンス サービスの許可は忘れられがちです。影響を受けるのは同じポリシーのマシンだけで、ほかのマシンは正常なため、原因に気づきにくくなります。",
      remedy: {
        steps: ({ port }, system) => [
          system === "muster"
            ? "クライアントのファイアウォールと、その設定元を確認します。"
            : "クライアントの送信の規則と既定の動作、それを設定しているグループ ポリシーを確認します。",
          `ライセンス サービスからホストへの TCP ${port} を許可します${system === "muster" ? "" : " (sppsvc。サービス単位で規則を作る場合は WinMgmt も必要なことがあります)"}。`,
          "もう一度ライセンス認証を行います。",
        ],
        cost: "",
        undo: () => "追加した規則を削除します。",
        verify: ({ host, port }, system) =>
          system === "muster"
            ? `クライアントで \`nc -vz ${host} ${port}\` と \`muster ato\` が成功することを確認します。`
            : "クライアントで `slmgr /ato` が成功し、ホストのログにその 12290 が現れることを確認します。",
      },
    },
  },

  commands: ({ host, port }, system) =>
    system === "muster"
      ? [`nc -vz ${host} ${port}`, "sudo nft list ruleset", "muster ato"]
      : [
          "Get-NetFirewallProfile | Format-Table Name, Enabled, DefaultOutboundAction",
          "Get-NetFirewallRule -Direction Outbound -Action Block -Enabled True | Format-Table DisplayName, Profile",
          `New-NetFirewallRule -DisplayName "KMS client" -Direction Outbound -Action Allow -Protocol TCP -RemotePort ${port} -Service sppsvc`,
          "cscript //nologo slmgr.vbs /ato",
        ],
});

const ORDER: readonly Verdict[] = ["confirmed", "likely", "possible"];

function rank({ verdicts }: Blocked): number {
  return ORDER.indexOf(verdicts.N07 ?? "possible");
}
